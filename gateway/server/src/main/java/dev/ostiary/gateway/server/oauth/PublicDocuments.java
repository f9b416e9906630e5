package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.egress.TrustAnchors;
import dev.ostiary.gateway.server.entra.EgressProxies;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents from the public Internet and nowhere else, since strangers say from where. The name is resolved once; all of
 * its addresses must be global, and the connection goes to one of exactly these, so that a name which changes its address gains
 * nothing. No redirect is followed, nothing of ours is sent along, size and time have an end. Behind an egress proxy it is the
 * proxy that resolves names and decides what may be reached. Thread-safe.
 */
final class PublicDocuments implements DocumentSource {

    /** For all of one document, name look-up included. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final int MAX_CONCURRENT = 32;
    private static final int MAX_ADDRESSES = 2;
    private static final int MAX_LINE = 2048;
    private static final int MAX_HEAD = 8192;
    private static final int HTTPS = 443;
    private static final int PROXY_PORT = 3128;
    private static final Pattern MAX_AGE = Pattern.compile("(?:^|[\\s,])max-age=([0-9]{1,9})(?:$|[\\s,])");

    private final Reach reach;
    private final EgressProxies proxies;
    private final SSLContext tls;
    private final Semaphore permits = new Semaphore(MAX_CONCURRENT);

    /** What is public; tests have loopback in its place. */
    interface Reach {

        Reach INTERNET = new Reach() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                return InetAddress.getAllByName(host);
            }

            @Override
            public boolean allows(InetAddress address) {
                return GlobalAddress.is(address);
            }

            @Override
            public int port() {
                return HTTPS;
            }
        };

        InetAddress[] resolve(String host) throws UnknownHostException;

        boolean allows(InetAddress address);

        int port();
    }

    PublicDocuments(EgressSettings egress, Reach reach) throws GeneralSecurityException, IOException {
        this.reach = reach;
        this.proxies = new EgressProxies(egress);
        String bundle = egress.caBundle();
        this.tls = bundle == null ? SSLContext.getDefault() : TrustAnchors.context(bundle);
    }

    @Override
    public Document read(URI url, int maxBytes) throws DocumentException {
        if (!permits.tryAcquire()) {
            throw new DocumentException(false, "too many documents are being read", null);
        }
        FutureTask<Document> reading = new FutureTask<>(() -> {
            try {
                return readNow(url, maxBytes);
            } finally {
                permits.release();
            }
        });
        Thread.ofVirtual().name("client-document").start(reading);
        try {
            return reading.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            // Interrupts the virtual thread, which closes the socket that it waits for.
            reading.cancel(true);
            throw new DocumentException(false, url.getHost() + " did not answer in time", slow);
        } catch (InterruptedException stopped) {
            reading.cancel(true);
            Thread.currentThread().interrupt();
            throw new DocumentException(false, "interrupted", stopped);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof DocumentException known
                    ? known
                    : new DocumentException(false, url.getHost() + " could not be read: " + failed.getCause(), failed);
        }
    }

    private Document readNow(URI url, int maxBytes) throws DocumentException, IOException {
        URI proxy = proxies.proxyFor(url);
        if (proxy != null) {
            try (Socket socket = throughProxy(proxy, url.getHost())) {
                return get(socket, url, maxBytes);
            }
        }
        try (Socket socket = direct(url.getHost())) {
            return get(socket, url, maxBytes);
        }
    }

    private Socket direct(String host) throws DocumentException, IOException {
        InetAddress[] addresses = reach.resolve(host);
        for (InetAddress address : addresses) {
            if (!reach.allows(address)) {
                throw new DocumentException(true, host + " has an address that is not public", null);
            }
        }
        IOException last = new IOException("no address");
        for (InetAddress address : List.of(addresses).subList(0, Math.min(addresses.length, MAX_ADDRESSES))) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, reach.port()), (int) TIMEOUT.toMillis() / 2);
                return socket;
            } catch (IOException unreachable) {
                socket.close();
                last = unreachable;
            }
        }
        throw last;
    }

    private Socket throughProxy(URI proxy, String host) throws IOException {
        Socket socket = new Socket();
        try {
            int port = proxy.getPort() < 0 ? PROXY_PORT : proxy.getPort();
            socket.connect(new InetSocketAddress(proxy.getHost(), port), (int) TIMEOUT.toMillis());
            String target = host + ":" + reach.port();
            write(socket, "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
            String head = head(socket.getInputStream());
            if (!head.startsWith("HTTP/1.1 200") && !head.startsWith("HTTP/1.0 200")) {
                throw new IOException("the egress proxy refused");
            }
            return socket;
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    /** Byte by byte: what follows is TLS. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < MAX_HEAD) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
            if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        throw new IOException("the egress proxy does not speak HTTP");
    }

    private Document get(Socket plain, URI url, int maxBytes) throws DocumentException, IOException {
        String host = url.getHost();
        try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, host, reach.port(), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setServerNames(List.of(new SNIHostName(host)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            write(
                    socket,
                    "GET " + url.getRawPath() + " HTTP/1.1\r\nHost: " + host
                            + "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: ostiary"
                            + "\r\nConnection: close\r\n\r\n");
            return read(socket.getInputStream(), host, maxBytes);
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static Document read(InputStream in, String host, int maxBytes) throws DocumentException, IOException {
        EmbeddedChannel parser = new EmbeddedChannel(
                new HttpResponseDecoder(MAX_LINE, MAX_HEAD, MAX_HEAD), new HttpObjectAggregator(maxBytes, true));
        try {
            byte[] buffer = new byte[4096];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                parser.writeInbound(Unpooled.copiedBuffer(buffer, 0, count));
                if (!parser.inboundMessages().isEmpty()) {
                    break;
                }
            }
            parser.finish();
            FullHttpResponse response = parser.readInbound();
            if (response == null) {
                throw new DocumentException(false, host + " broke off", null);
            }
            try {
                return document(response, host);
            } finally {
                response.release();
            }
        } catch (TooLongFrameException tooLong) {
            throw new DocumentException(true, host + " sent a document that is too long", tooLong);
        } finally {
            parser.finishAndReleaseAll();
        }
    }

    private static Document document(FullHttpResponse response, String host) throws DocumentException {
        int status = response.status().code();
        if (response.decoderResult().isFailure() || status != 200) {
            boolean gone = status == 404 || status == 410 || status / 100 == 3;
            throw new DocumentException(gone, host + " answered " + status, null);
        }
        String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        boolean json =
                media.equals("application/json") || (media.startsWith("application/") && media.endsWith("+json"));
        if (!json || response.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
            throw new DocumentException(true, host + " did not send plain JSON", null);
        }
        return new Document(
                response.content().toString(StandardCharsets.ISO_8859_1),
                maxAge(response.headers().get(HttpHeaderNames.CACHE_CONTROL)));
    }

    private static @Nullable Duration maxAge(@Nullable String cacheControl) {
        if (cacheControl == null) {
            return null;
        }
        String directives = cacheControl.toLowerCase(Locale.ROOT);
        if (directives.contains("no-store") || directives.contains("no-cache")) {
            return Duration.ZERO;
        }
        Matcher matcher = MAX_AGE.matcher(directives);
        return matcher.find() ? Duration.ofSeconds(Long.parseLong(matcher.group(1))) : null;
    }
}
