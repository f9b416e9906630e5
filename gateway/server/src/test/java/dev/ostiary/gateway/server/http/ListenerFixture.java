package dev.ostiary.gateway.server.http;

import dev.ostiary.gateway.config.ListenerSettings;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A listener on loopback with event loops of its own, and a record of what happened at it. */
final class ListenerFixture implements AutoCloseable {

    static final ListenerSettings DEFAULTS = new ListenerSettings(
            List.of("https://inspector.example"),
            List.of(),
            ListenerSettings.Limits.DEFAULT,
            ListenerSettings.Timeouts.DEFAULT);

    final Events events = new Events();
    final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    final HttpListener listener;

    private ListenerFixture(ListenerConfig config, ExchangeHandler handler, TlsFiles tls) throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        listener = tls == null
                ? HttpListener.start(loops, address, config, handler, events)
                : HttpListener.startTls(loops, address, tls, config, handler, events);
    }

    /** Serves {@code http://localhost}. */
    static ListenerFixture plain(ListenerSettings settings, ExchangeHandler handler) throws Exception {
        return new ListenerFixture(ListenerConfig.of(URI.create("http://localhost"), settings), handler, null);
    }

    /** Serves {@code https://localhost:<port>}. */
    static ListenerFixture tls(ListenerSettings settings, TlsFiles files, ExchangeHandler handler) throws Exception {
        ListenerFixture fixture =
                new ListenerFixture(ListenerConfig.of(URI.create("https://localhost"), settings), handler, files);
        fixture.listener.reconfigure(
                ListenerConfig.of(URI.create("https://localhost:" + fixture.listener.port()), settings));
        return fixture;
    }

    static ListenerSettings withTimeouts(Duration headerRead, Duration requestRead, Duration idle, Duration unread) {
        return new ListenerSettings(
                DEFAULTS.allowedOrigins(),
                List.of(),
                ListenerSettings.Limits.DEFAULT,
                new ListenerSettings.Timeouts(
                        headerRead, requestRead, idle, Duration.ofSeconds(5), Duration.ofSeconds(5), unread));
    }

    static ListenerSettings withLimits(int bodyBytes, int connections, int concurrentRequests) {
        ListenerSettings.Limits d = ListenerSettings.Limits.DEFAULT;
        return new ListenerSettings(
                DEFAULTS.allowedOrigins(),
                List.of(),
                new ListenerSettings.Limits(
                        d.initialLineBytes(),
                        d.headerBytes(),
                        bodyBytes,
                        d.jsonDepth(),
                        d.batchMessages(),
                        connections,
                        concurrentRequests,
                        d.streamsPerConnection(),
                        d.responseBytes(),
                        d.streamsPerPrincipal()),
                DEFAULTS.timeouts());
    }

    int port() {
        return listener.port();
    }

    RawClient connect() throws Exception {
        return new RawClient(listener.port());
    }

    @Override
    public void close() {
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** What happened. */
    static final class Events implements ListenerEvents {
        final Queue<Rejection> rejections = new ConcurrentLinkedQueue<>();
        final Queue<DrainPhase> phases = new ConcurrentLinkedQueue<>();
        final Queue<String> ended = new ConcurrentLinkedQueue<>();
        final AtomicInteger open = new AtomicInteger();

        @Override
        public void connectionOpened() {
            open.incrementAndGet();
        }

        @Override
        public void connectionClosed() {
            open.decrementAndGet();
        }

        @Override
        public void exchangeEnded(int status, boolean complete) {
            ended.add(status + (complete ? "" : " broken"));
        }

        @Override
        public void rejected(Rejection reason) {
            rejections.add(reason);
        }

        @Override
        public void draining(DrainPhase phase) {
            phases.add(phase);
        }
    }
}
