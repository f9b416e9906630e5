package dev.ostiary.gateway.server.upstream;

import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The way from a call without a connection to a {@link Connection}: trust, name, TCP (each address of the name in turn),
 * proxy tunnel, TLS; all within the connect time-out. Confined to its event loop.
 */
final class Dial {

    private final OriginPool pool;
    private final PooledCall call;
    private final long startedAt = System.nanoTime();
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable WatchedSocketChannel channel;
    private InetAddress[] addresses = {};
    private int next;
    private boolean done;

    Dial(OriginPool pool, PooledCall call) {
        this.pool = pool;
        this.call = call;
    }

    void start() {
        timer = pool.loop().schedule(this::timedOut, pool.wiring().connectNanos, TimeUnit.NANOSECONDS);
        if (pool.origin().secure()) {
            CompletableFuture<SslContext> context = pool.wiring().trust.context();
            if (context.isDone() && !context.isCompletedExceptionally()) {
                resolve(context.join());
            } else {
                var _ = context.whenComplete((made, failure) -> onLoop(() -> {
                    if (made == null) {
                        fail(
                                Kind.TLS,
                                "TLS cannot be set up: " + failure.getClass().getSimpleName());
                    } else {
                        resolve(made);
                    }
                }));
            }
        } else {
            resolve(null);
        }
    }

    /** The call went away. */
    void cancel() {
        if (!done) {
            end();
            pool.dialEnded();
        }
    }

    private void resolve(@Nullable SslContext tls) {
        if (done) {
            return;
        }
        pool.owner().names().resolve(firstHop(), pool.wiring().nameTtlNanos, new NameCache.Answer() {
            @Override
            public void addresses(InetAddress[] found) {
                addresses = found;
                attempt(tls);
            }

            @Override
            public void unknown(String why) {
                fail(Kind.UNREACHABLE, firstHop() + ": " + why);
            }
        });
    }

    private void attempt(@Nullable SslContext tls) {
        if (done) {
            return;
        }
        EgressProxy proxy = pool.proxy();
        Origin origin = pool.origin();
        InetSocketAddress hop = new InetSocketAddress(addresses[next], proxy == null ? origin.port() : proxy.port());
        int left = addresses.length - next++;
        WatchedSocketChannel attempted = new WatchedSocketChannel();
        channel = attempted;
        attempted.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, millisFor(left));
        attempted.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        // A failed write must not close at once: the workload's answer, sent before it hung up, may still be unread.
        attempted.config().setOption(ChannelOption.AUTO_CLOSE, false);

        SocketAddress destination = hop;
        if (proxy != null && tls != null) {
            attempted.pipeline().addLast(tunnel(hop, proxy));
            destination = InetSocketAddress.createUnresolved(origin.host(), origin.port());
        }
        Handshake handshake = new Handshake(tls != null);
        if (tls != null) {
            attempted.pipeline().addLast(tlsHandler(attempted, tls));
        }
        attempted.pipeline().addLast(handshake);

        var _ = pool.loop().register(attempted);
        var _ = attempted.connect(destination).addListener((ChannelFuture connected) -> {
            if (done || !attempted.equals(channel)) {
                return;
            }
            if (connected.isSuccess()) {
                handshake.connected();
            } else if (next < addresses.length) {
                var _ = attempted.close();
                attempt(tls);
            } else {
                pool.owner().names().forget(firstHop());
                if (connected.cause() instanceof ConnectTimeoutException) {
                    fail(Kind.CONNECT_TIMEOUT, "no TCP connection in time");
                } else {
                    fail(Kind.UNREACHABLE, describeConnect(connected.cause()));
                }
            }
        });
    }

    private HttpProxyHandler tunnel(InetSocketAddress hop, EgressProxy proxy) {
        HttpProxyHandler handler = proxy.user() == null
                ? new HttpProxyHandler(hop)
                : new HttpProxyHandler(hop, proxy.user(), proxy.password());
        handler.setConnectTimeoutMillis(0);
        return handler;
    }

    private SslHandler tlsHandler(WatchedSocketChannel attempted, SslContext tls) {
        Origin origin = pool.origin();
        SslHandler handler = tls.newHandler(
                attempted.alloc(), origin.host(), origin.port(), pool.owner().handshakes());
        handler.setHandshakeTimeoutMillis(0);
        SSLEngine engine = handler.engine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (!origin.isIpLiteral()) {
            try {
                // The JDK by itself sends no server name for names without a dot, such as those of Services.
                parameters.setServerNames(List.of(new SNIHostName(origin.host())));
            } catch (IllegalArgumentException e) {
                // Not a name that can be sent; the certificate is still checked against it.
                parameters.setServerNames(List.of());
            }
        }
        engine.setSSLParameters(parameters);
        return handler;
    }

    private void succeed(WatchedSocketChannel opened, Handshake handshake) {
        if (done) {
            return;
        }
        channel = null;
        end();
        opened.pipeline().remove(handshake);
        opened.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0);
        Connection connection = new Connection(pool, opened);
        connection.install(opened.pipeline());
        pool.dialed(call, connection, System.nanoTime() - startedAt);
    }

    private void timedOut() {
        timer = null;
        pool.owner().names().forget(firstHop());
        fail(Kind.CONNECT_TIMEOUT, "no usable connection in time");
    }

    private void fail(Kind kind, String detail) {
        if (!done) {
            end();
            pool.dialEnded();
            call.fail(kind, pool.origin() + ": " + detail);
        }
    }

    private void end() {
        done = true;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        if (channel != null) {
            var _ = channel.close();
            channel = null;
        }
    }

    private String firstHop() {
        EgressProxy proxy = pool.proxy();
        return proxy == null ? pool.origin().host() : proxy.host();
    }

    /** An even share of the time that is left for each address that is left. */
    private int millisFor(int left) {
        long nanos = pool.wiring().connectNanos - (System.nanoTime() - startedAt);
        return Math.clamp(TimeUnit.NANOSECONDS.toMillis(nanos) / left, 1, Integer.MAX_VALUE);
    }

    private void onLoop(Runnable task) {
        try {
            pool.loop().execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and this dial with it.
        }
    }

    private String describeConnect(Throwable cause) {
        String hop = pool.proxy() == null ? "" : pool.proxy() + ": ";
        return hop
                + (cause instanceof ConnectException
                        ? "connection refused"
                        : cause.getClass().getSimpleName());
    }

    private String describeProxy(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        int at = message.lastIndexOf("status: ");
        String status = at < 0 || message.length() < at + 11 ? "" : ", status " + message.substring(at + 8, at + 11);
        return pool.proxy() + " opened no tunnel" + status;
    }

    private String describeTls(Throwable cause) {
        if (hasCause(cause, CertificateExpiredException.class)) {
            return "the certificate has expired";
        }
        if (hasCause(cause, CertificateNotYetValidException.class)) {
            return "the certificate is not valid yet";
        }
        if (hasCause(cause, CertPathBuilderException.class) || hasCause(cause, CertPathValidatorException.class)) {
            return "the certificate's issuer is not trusted; egress.caBundleRef can add it";
        }
        for (Throwable each = cause; each != null; each = each.getCause()) {
            String message = String.valueOf(each.getMessage());
            if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
                return "the certificate is not for the name " + pool.origin().host();
            }
        }
        return "the TLS handshake failed: " + cause.getClass().getSimpleName();
    }

    /** Fails for what went wrong between TCP and the first request; the proxy's refusal reaches TLS as a failed write. */
    private void failHandshake(Throwable cause, boolean tls) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof ProxyConnectException) {
                fail(Kind.UNREACHABLE, describeProxy(each));
                return;
            }
        }
        if (tls) {
            fail(Kind.TLS, describeTls(cause));
        } else {
            fail(Kind.UNREACHABLE, describeConnect(cause));
        }
    }

    private static boolean hasCause(Throwable cause, Class<? extends Throwable> type) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return true;
            }
        }
        return false;
    }

    /** Waits for the proxy and for TLS on one channel. */
    private final class Handshake extends ChannelInboundHandlerAdapter {

        private final boolean tls;

        Handshake(boolean tls) {
            this.tls = tls;
        }

        void connected() {
            if (!tls && channel != null) {
                succeed(channel, this);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion && isCurrent(ctx)) {
                if (completion.isSuccess()) {
                    succeed((WatchedSocketChannel) ctx.channel(), this);
                } else {
                    failHandshake(completion.cause(), true);
                }
            } else {
                ctx.fireUserEventTriggered(event);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (isCurrent(ctx)) {
                failHandshake(cause, tls);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (isCurrent(ctx)) {
                fail(tls ? Kind.TLS : Kind.UNREACHABLE, "the connection closed before it could be used");
            }
        }

        private boolean isCurrent(ChannelHandlerContext ctx) {
            return !done && ctx.channel().equals(channel);
        }
    }
}
