package dev.ostiary.gateway.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection during its TLS handshake; becomes HTTP/1.1 or HTTP/2 by ALPN (RFC 7301), HTTP/1.1 without. */
@SuppressWarnings("FutureReturnValueIgnored") // nothing follows from a close that fails
final class TlsNegotiation extends ApplicationProtocolNegotiationHandler implements ConnectionRegistry.Tracked {

    private static final Logger log = LoggerFactory.getLogger(TlsNegotiation.class);

    private final ListenerState listener;
    private final ConnectionRegistry registry;
    private final Channel channel;
    private final long accepted = System.nanoTime();
    private boolean failed;
    private int slot = -1;

    private TlsNegotiation(ListenerState listener, ConnectionRegistry registry, Channel channel) {
        super(ApplicationProtocolNames.HTTP_1_1);
        this.listener = listener;
        this.registry = registry;
        this.channel = channel;
    }

    static void install(ListenerState listener, ConnectionRegistry registry, Channel channel, ReloadingTls tls) {
        SslHandler ssl = tls.current().newHandler(channel.alloc());
        ssl.setHandshakeTimeoutMillis(listener.config().timeouts().headerRead().toMillis());
        TlsNegotiation negotiation = new TlsNegotiation(listener, registry, channel);
        registry.add(negotiation);
        channel.pipeline().addLast(ssl, negotiation);
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
        registry.remove(this);
        String serverName = serverName(ctx.pipeline().get(SslHandler.class));
        if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
            new Http2Connection(listener, registry, serverName).install(channel);
        } else {
            new Http1Connection(listener, registry, serverName, accepted).install(channel);
        }
    }

    private static @Nullable String serverName(SslHandler ssl) {
        SSLSession session = ssl.engine().getSession();
        if (session instanceof ExtendedSSLSession extended) {
            List<SNIServerName> names = extended.getRequestedServerNames();
            for (SNIServerName name : names) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return null;
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
        failed(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException) && !(cause instanceof DecoderException)) {
            log.atError().setCause(cause).log("connection could not be set up");
        }
        failed(ctx);
    }

    /** Counts once, in whatever way Netty reports it. */
    private void failed(ChannelHandlerContext ctx) {
        if (!failed) {
            failed = true;
            listener.events.rejected(Rejection.TLS_HANDSHAKE);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        registry.remove(this);
        super.channelInactive(ctx);
    }

    /** The handshake has a time-out of its own. */
    @Override
    public void sweep(long now) {}

    @Override
    public void goAway() {}

    @Override
    public void endStreams() {}

    @Override
    public void abort() {
        channel.unsafe().close(channel.newPromise());
    }

    @Override
    public int slot() {
        return slot;
    }

    @Override
    public void slot(int value) {
        slot = value;
    }
}
