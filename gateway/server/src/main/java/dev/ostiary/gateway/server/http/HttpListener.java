package dev.ostiary.gateway.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An open port: accepts connections and hands one guarded {@link Exchange} per request to its handler. Safe for use by any
 * thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // nothing follows from a close that fails
public final class HttpListener implements AutoCloseable {

    private static final Duration TLS_FILES_INTERVAL = Duration.ofSeconds(1);

    private final ListenerState state;
    private final @Nullable ReloadingTls tls;
    private final Map<EventLoop, ConnectionRegistry> registries = new ConcurrentHashMap<>();
    private final Channel server;
    private final AtomicReference<@Nullable CompletableFuture<Void>> drain = new AtomicReference<>();

    private HttpListener(
            EventLoopGroup loops, InetSocketAddress address, ListenerState state, @Nullable ReloadingTls tls)
            throws IOException {
        this.state = state;
        this.tls = tls;
        var future = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 * 1024, 128 * 1024))
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!future.isSuccess()) {
            if (tls != null) {
                tls.close();
            }
            throw new IOException(
                    "cannot listen on " + address + ": " + future.cause().getMessage(), future.cause());
        }
        this.server = future.channel();
    }

    /**
     * Opens a port for plain HTTP/1.1.
     *
     * @param loops event loops for accepting and for connections; not closed by this listener
     * @param address where to listen; port 0 chooses one
     * @throws IOException when the port is taken or not permitted
     */
    public static HttpListener start(
            EventLoopGroup loops,
            InetSocketAddress address,
            ListenerConfig config,
            ExchangeHandler handler,
            ListenerEvents events)
            throws IOException {
        return new HttpListener(loops, address, new ListenerState(config, handler, events), null);
    }

    /**
     * Opens a port for HTTP/1.1 and HTTP/2 over TLS 1.2 or 1.3.
     *
     * @param loops event loops for accepting and for connections; not closed by this listener
     * @param address where to listen; port 0 chooses one
     * @param files read again when they change
     * @throws IOException when the port is taken or not permitted, or the files cannot be used
     */
    public static HttpListener startTls(
            EventLoopGroup loops,
            InetSocketAddress address,
            TlsFiles files,
            ListenerConfig config,
            ExchangeHandler handler,
            ListenerEvents events)
            throws IOException {
        return new HttpListener(
                loops,
                address,
                new ListenerState(config, handler, events),
                new ReloadingTls(files, TLS_FILES_INTERVAL));
    }

    private void accept(SocketChannel channel) {
        if (!state.admitConnection()) {
            state.events.rejected(Rejection.TOO_MANY_CONNECTIONS);
            channel.close();
            return;
        }
        state.events.connectionOpened();
        channel.closeFuture().addListener(_ -> {
            state.connectionGone();
            state.events.connectionClosed();
        });
        ConnectionRegistry registry = registries.computeIfAbsent(channel.eventLoop(), ConnectionRegistry::new);
        if (tls == null) {
            new Http1Connection(state, registry, null, System.nanoTime()).install(channel);
        } else {
            TlsNegotiation.install(state, registry, channel, tls);
        }
    }

    /** The port that is open. */
    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Connections that are open now. */
    public int connections() {
        return state.connections();
    }

    /** Exchanges in progress now. */
    public int exchanges() {
        return state.exchanges();
    }

    /** Replaces the configuration: holds for every request that begins from now on, and for new connections. */
    public void reconfigure(ListenerConfig config) {
        state.config(config);
    }

    /**
     * Ends the listener without losing a request: goes on accepting while the news spreads that this replica is leaving,
     * then stops, asks clients to go elsewhere (GOAWAY, {@code Connection: close}), tells open streams to end ({@link
     * Exchange#onDraining}), and aborts what is left at the deadline. Only the first call counts.
     *
     * @param propagation how long to go on accepting
     * @param deadline how long requests in progress may take after that
     * @return done when no connection is left
     */
    public CompletableFuture<Void> drain(Duration propagation, Duration deadline) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> first = drain.compareAndExchange(null, mine);
        if (first != null) {
            return first;
        }
        new Drain(server, state, registries.values(), propagation, deadline)
                .start()
                .whenComplete((_, _) -> {
                    if (tls != null) {
                        tls.close();
                    }
                    mine.complete(null);
                });
        return mine;
    }

    /** Closes the port and aborts what is open; returns when the port is free. Not to be called on an event loop. */
    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        if (tls != null) {
            tls.close();
        }
        for (ConnectionRegistry registry : registries.values()) {
            if (!registry.loop().isShuttingDown()) {
                registry.loop()
                        .submit(() -> registry.forEach(ConnectionRegistry.Tracked::abort))
                        .awaitUninterruptibly();
            }
        }
    }
}
