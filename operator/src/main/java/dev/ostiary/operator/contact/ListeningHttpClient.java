package dev.ostiary.operator.contact;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP client for an API server, whose watches are listened to. A connection can stay open and bring nothing any more: a
 * firewall has forgotten it, or what was at its other end is gone without a word. The JDK's client sends no pings, and would
 * send every later request over the same HTTP/2 connection too. So when one watch has been silent for {@link
 * ApiContact#patience}, all connections are given up at once: whoever used them is told of a broken connection, as at an API
 * server that is restarted, and asks again over new ones, from where it was.
 *
 * <p>Ordinary requests are not judged: they end by their own time-outs, those for the lease sooner than others. Safe for any
 * thread.
 */
final class ListeningHttpClient extends HttpClient {

    private static final Logger LOG = LoggerFactory.getLogger(ListeningHttpClient.class);

    /** A watch is given up this part of the patience late at most. */
    private static final int LOOKS = 10;

    private static final int SERVER_ERRORS = 500;

    /**
     * Half of the ten seconds within which a lease must be renewed, as Kubernetes' own components do: one call that is
     * swallowed leaves time for another, over another connection.
     */
    private static final Duration LEASE_CALL = Duration.ofSeconds(5);

    private final Supplier<HttpClient> maker;
    private final ApiContact contact;
    private final Set<HeardWatch> watches = ConcurrentHashMap.newKeySet();
    private final Thread looking;
    private volatile HttpClient current;
    private volatile boolean closed;

    /**
     * @param maker makes clients that are all alike
     */
    ListeningHttpClient(Supplier<HttpClient> maker, ApiContact contact) {
        this.maker = maker;
        this.contact = contact;
        this.current = maker.get();
        this.looking = Thread.ofVirtual().name("api-contact").start(this::look);
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        throw new UnsupportedOperationException("only sendAsync is used");
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        if (!isWatch(request)) {
            return current.sendAsync(isOfLease(request) ? shorter(request) : request, response -> {
                if (response.statusCode() < SERVER_ERRORS) {
                    contact.heard();
                }
                return handler.apply(response);
            });
        }
        HeardWatch watch = begin();
        return current.sendAsync(request, watch.handler(handler)).whenComplete((response, problem) -> {
            if (problem != null) {
                watch.end();
            }
        });
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, PushPromiseHandler<T> pushes) {
        throw new UnsupportedOperationException("an API server pushes nothing");
    }

    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        return new Sockets(current.newWebSocketBuilder());
    }

    /** Ends what is open, and the looking. */
    @Override
    public void close() {
        closed = true;
        looking.interrupt();
        current.shutdownNow();
    }

    private static boolean isWatch(HttpRequest request) {
        String query = request.uri().getQuery();
        return query != null && ("&" + query + "&").contains("&watch=true&");
    }

    private static boolean isOfLease(HttpRequest request) {
        return request.uri().getPath().contains("/apis/coordination.k8s.io/");
    }

    private static HttpRequest shorter(HttpRequest request) {
        return HttpRequest.newBuilder(request, (name, value) -> true)
                .timeout(LEASE_CALL)
                .build();
    }

    private HeardWatch begin() {
        HeardWatch watch = new HeardWatch(contact, watches::remove);
        watches.add(watch);
        return watch;
    }

    private void look() {
        try {
            while (!closed) {
                Thread.sleep(contact.patience().dividedBy(LOOKS));
                try {
                    lookOnce();
                } catch (RuntimeException unforeseen) {
                    // One look must not end all later ones.
                    LOG.atError().setCause(unforeseen).log("connections to the API server could not be opened anew");
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookOnce() {
        long oldest = watches.stream().mapToLong(HeardWatch::silentNanos).max().orElse(0);
        if (oldest > contact.patience().toNanos()) {
            renew(Duration.ofNanos(oldest));
        }
        contact.tell();
    }

    private void renew(Duration silence) {
        LOG.atWarn()
                .addKeyValue("silentSeconds", silence.toSeconds())
                .addKeyValue("watches", watches.size())
                .log("a watch has gone silent: all connections are opened anew");
        HttpClient next = maker.get();
        HttpClient silent = current;
        watches.clear();
        current = next;
        contact.reconnected();
        silent.shutdownNow();
        if (closed) {
            next.shutdownNow();
        }
    }

    /** Makes sockets that are listened to. */
    private final class Sockets implements WebSocket.Builder {

        private final WebSocket.Builder given;

        Sockets(WebSocket.Builder given) {
            this.given = given;
        }

        @Override
        public WebSocket.Builder header(String name, String value) {
            given.header(name, value);
            return this;
        }

        @Override
        public WebSocket.Builder connectTimeout(Duration timeout) {
            given.connectTimeout(timeout);
            return this;
        }

        @Override
        public WebSocket.Builder subprotocols(String mostPreferred, String... lesserPreferred) {
            given.subprotocols(mostPreferred, lesserPreferred);
            return this;
        }

        @Override
        public CompletableFuture<WebSocket> buildAsync(java.net.URI uri, WebSocket.Listener listener) {
            HeardWatch watch = begin();
            return given.buildAsync(uri, watch.listener(listener)).whenComplete((socket, problem) -> {
                if (problem != null) {
                    watch.end();
                }
            });
        }
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return current.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return current.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return current.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return current.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return current.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return current.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return current.authenticator();
    }

    @Override
    public Version version() {
        return current.version();
    }

    @Override
    public Optional<Executor> executor() {
        return current.executor();
    }
}
