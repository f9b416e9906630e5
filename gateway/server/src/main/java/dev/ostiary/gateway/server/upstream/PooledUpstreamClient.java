package dev.ostiary.gateway.server.upstream;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@link UpstreamClient} on NIO event loops, HTTP/1.1 only. Every loop has its own pools; a call, its connection and its
 * time-outs live and die on the loop that it was made on, and nothing on that way locks or blocks.
 *
 * <p>What leaves the loop: name look-ups, on a few platform threads, because the JDK's resolver sits in a native call, which
 * would pin the carriers of virtual threads; and the computations of TLS handshakes, on virtual threads. The JDK's resolver is
 * used, rather than Netty's, because it alone follows {@code nsswitch.conf}, {@code /etc/hosts} and the search domains of a pod
 * on every platform.
 *
 * <p>A call is sent twice only when its first connection, a reused one, took not a single byte.
 */
public final class PooledUpstreamClient implements UpstreamClient {

    private static final int LOOKUP_THREADS = 4;
    private static final int WAITING_LOOKUPS = 1_024;

    private final UpstreamMetrics metrics;
    private final NameLookup lookup;
    private final ThreadPoolExecutor lookupThreads;
    private final Executor handshakeThreads;
    private final ConcurrentHashMap<EventLoop, LoopPools> loops = new ConcurrentHashMap<>();
    private volatile Wiring wiring;
    private volatile boolean closed;

    /** @throws IllegalArgumentException naming the setting that cannot be used (proxy URL, noProxy entry, CA bundle) */
    public PooledUpstreamClient(UpstreamSettings settings, UpstreamMetrics metrics) {
        this(settings, metrics, InetAddress::getAllByName);
    }

    PooledUpstreamClient(UpstreamSettings settings, UpstreamMetrics metrics, NameLookup lookup) {
        this.metrics = metrics;
        this.lookup = lookup;
        ThreadFactory handshakes = Thread.ofVirtual().name("upstream-tls-", 0).factory();
        handshakeThreads = task -> handshakes.newThread(task).start();
        wiring = new Wiring(settings, handshakeThreads);
        lookupThreads = new ThreadPoolExecutor(
                LOOKUP_THREADS,
                LOOKUP_THREADS,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING_LOOKUPS),
                Thread.ofPlatform().daemon().name("upstream-names-", 0).factory());
        lookupThreads.allowCoreThreadTimeOut(true);
    }

    /**
     * Uses other settings from now on. Calls in progress or waiting end under the settings they began with; idle connections
     * are closed. Does nothing when the settings are equal. Any thread.
     *
     * @throws IllegalArgumentException naming the setting that cannot be used; the settings before stay in force
     */
    public synchronized void reconfigure(UpstreamSettings settings) {
        if (closed || settings.equals(wiring.settings)) {
            return;
        }
        wiring = new Wiring(settings, handshakeThreads);
        onEveryLoop(wiring);
    }

    @Override
    public Call send(EventLoop loop, Request request, Listener listener) {
        if (!loop.inEventLoop()) {
            request.body().release();
            throw new IllegalStateException("a call begins on its event loop");
        }
        LoopPools pools = loops.get(loop);
        if (pools == null) {
            pools = loops.computeIfAbsent(
                    loop,
                    key -> new LoopPools(key, metrics, new NameCache(key, lookup, lookupThreads), handshakeThreads));
        }
        return pools.send(request, listener, closed ? null : wiring);
    }

    /** Closes idle connections, lets calls in progress end, refuses new ones. Any thread; idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        onEveryLoop(null);
        lookupThreads.shutdown();
    }

    private void onEveryLoop(@Nullable Wiring next) {
        for (LoopPools pools : loops.values()) {
            try {
                pools.loop().execute(() -> pools.use(next));
            } catch (RejectedExecutionException e) {
                // The loop has ended, and its connections with it.
            }
        }
    }
}
