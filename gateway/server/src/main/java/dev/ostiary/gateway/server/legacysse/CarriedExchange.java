package dev.ostiary.gateway.server.legacysse;

import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.ResponseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A request of Streamable HTTP that an HTTP+SSE client would have made, were it newer: its answer goes to the client's one
 * stream. Confined to the event loop of that stream.
 */
final class CarriedExchange implements Exchange {

    private final LegacySession session;
    private final HttpMethod method;
    private final String path;
    private final HttpHeaders headers;
    private final String clientAddress;
    private final byte[] body;
    private final List<Runnable> whenGone = new ArrayList<>();
    private boolean answered;
    private boolean gone;

    CarriedExchange(
            LegacySession session,
            HttpMethod method,
            String path,
            HttpHeaders headers,
            String clientAddress,
            byte[] body) {
        this.session = session;
        this.method = method;
        this.path = path;
        this.headers = headers;
        this.clientAddress = clientAddress;
        this.body = body;
    }

    @Override
    public EventLoop executor() {
        return session.loop();
    }

    @Override
    public HttpMethod method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String query() {
        return "";
    }

    @Override
    public HttpHeaders headers() {
        return headers;
    }

    @Override
    public String clientAddress() {
        return clientAddress;
    }

    /** The body has been read, within the same bound. */
    @Override
    public void readBody(int maxBytes, Consumer<ByteBuf> whenComplete) {
        whenComplete.accept(Unpooled.wrappedBuffer(body));
    }

    @Override
    public void respond(HttpResponseStatus status, HttpHeaders answered, ByteBuf content) {
        byte[] bytes;
        try {
            bytes = ByteBufUtil.getBytes(content);
        } finally {
            content.release();
        }
        once();
        session.answered(this, status.code(), answered, bytes);
    }

    @Override
    public ResponseStream stream(HttpResponseStatus status, HttpHeaders answered) {
        once();
        return session.streaming(this, answered);
    }

    private void once() {
        if (answered) {
            throw new IllegalStateException("a second answer");
        }
        answered = true;
    }

    @Override
    public void onGone(Runnable callback) {
        if (gone) {
            callback.run();
        } else {
            whenGone.add(callback);
        }
    }

    /** The stream is closed when its listener drains, which ends this as well. */
    @Override
    public void onDraining(Runnable callback) {}

    /** The client has gone. */
    void gone() {
        gone = true;
        List.copyOf(whenGone).forEach(Runnable::run);
        whenGone.clear();
    }
}
