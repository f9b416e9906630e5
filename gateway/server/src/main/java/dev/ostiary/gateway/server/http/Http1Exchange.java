package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/** One turn of an HTTP/1.1 connection. */
final class Http1Exchange extends GuardedExchange {

    private final Http1Connection connection;

    Http1Exchange(
            Http1Connection connection, ListenerState listener, ListenerConfig config, RequestGuard.Verdict verdict) {
        super(listener, config, verdict);
        this.connection = connection;
    }

    @Override
    public EventLoop executor() {
        return connection.loop();
    }

    @Override
    ByteBufAllocator alloc() {
        return connection.alloc();
    }

    @Override
    void demandBody() {
        connection.demandChanged();
    }

    @Override
    void sendContinue() {
        connection.sendContinue();
    }

    @Override
    void send(HttpResponseStatus status, HttpHeaders headers, ByteBuf content) {
        connection.send(this, status, headers, content);
    }

    @Override
    void sendHead(HttpResponseStatus status, HttpHeaders headers) {
        connection.sendHead(this, status, headers);
    }

    @Override
    void sendPiece(ByteBuf piece) {
        connection.sendPiece(piece);
    }

    @Override
    void sendEnd() {
        connection.sendEnd();
    }

    @Override
    void reset() {
        connection.abort();
    }

    @Override
    void closeAfterResponse() {
        connection.closeAfterResponse();
    }

    @Override
    public boolean isWritable() {
        return connection.isWritable();
    }
}
