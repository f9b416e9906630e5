package dev.ostiary.gateway.server.inspect;

import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.util.function.Consumer;

/** Passes calls on, and notes which endpoints could not be reached. */
final class WatchedUpstream implements UpstreamClient {

    private final UpstreamClient client;
    private final Consumer<URI> unreachable;

    /** @param unreachable told on event loops; must not block */
    WatchedUpstream(UpstreamClient client, Consumer<URI> unreachable) {
        this.client = client;
        this.unreachable = unreachable;
    }

    @Override
    public Call send(EventLoop loop, Request request, Listener listener) {
        URI url = request.url();
        return client.send(loop, request, new Listener() {
            @Override
            public void onHead(int status, HttpHeaders headers) {
                listener.onHead(status, headers);
            }

            @Override
            public void onData(ByteBuf piece) {
                listener.onData(piece);
            }

            @Override
            public void onEnd() {
                listener.onEnd();
            }

            @Override
            public void onFailure(UpstreamFailure failure) {
                switch (failure.kind()) {
                    case UNREACHABLE, CONNECT_TIMEOUT, TLS -> unreachable.accept(url);
                    default -> {}
                }
                listener.onFailure(failure);
            }
        });
    }

    @Override
    public void close() {
        client.close();
    }
}
