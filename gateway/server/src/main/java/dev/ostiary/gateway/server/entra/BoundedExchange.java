package dev.ostiary.gateway.server.entra;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.egress.TrustAnchors;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP exchange, whole within a size and a time: through the egress proxy, with the CA bundle, following no redirect,
 * never more than {@link #MAX_CONCURRENT} at once. Blocks, so it is called on virtual threads only. Thread-safe.
 */
final class BoundedExchange implements AutoCloseable {

    /** Most bytes of one answer. */
    static final int MAX_BYTES = 256 * 1024;

    /** Most exchanges in progress; later ones wait for their turn within their own time. */
    static final int MAX_CONCURRENT = 128;

    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);

    private final EgressSettings egress;
    private final @Nullable EgressProxies proxies;
    private final Semaphore turns = new Semaphore(MAX_CONCURRENT);
    private final Object lock = new Object();
    private @Nullable HttpClient client;
    private boolean closed;

    /** @param egress proxy and CA bundle; what is wrong with them shows at the first exchange, as its failure */
    BoundedExchange(EgressSettings egress) {
        this.egress = egress;
        this.proxies = proxies(egress);
    }

    /**
     * Sends a request.
     *
     * @param timeout from now to the last byte of the answer
     * @return an answer of any status
     * @throws EntraFailure when there is none in time, or it is too large
     * @throws InterruptedException when the waiting thread is interrupted; the request is given up
     */
    HttpResponse<byte[]> send(HttpRequest.Builder prepared, Duration timeout)
            throws EntraFailure, InterruptedException {
        HttpRequest request = prepared.timeout(timeout).build();
        String host = request.uri().getHost();
        checkProxy(request.uri());
        long begun = System.nanoTime();
        if (!turns.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw EntraFailure.notSent("TooBusy", "too many requests to " + host + " are in progress", null);
        }
        try {
            CompletableFuture<HttpResponse<byte[]>> sending =
                    client().sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
            try {
                // The request's own time-out ends with the headers; this one covers a body that trickles in.
                return sending.get(timeout.toNanos() - (System.nanoTime() - begun), TimeUnit.NANOSECONDS);
            } catch (TimeoutException slow) {
                throw new EntraFailure("TimedOut", host + " did not answer within " + timeout, slow);
            } catch (ExecutionException failed) {
                throw failure(host, failed.getCause());
            } finally {
                sending.cancel(true);
            }
        } finally {
            turns.release();
        }
    }

    private static @Nullable EgressProxies proxies(EgressSettings egress) {
        try {
            return new EgressProxies(egress);
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    private void checkProxy(URI uri) throws EntraFailure {
        if (proxies == null) {
            throw EntraFailure.lasting("NoProxyInvalid", "an entry of egress.proxy.noProxy cannot be read", null);
        }
        URI proxy = proxies.proxyFor(uri);
        if (proxy != null && (proxy.getHost() == null || !"http".equalsIgnoreCase(proxy.getScheme()))) {
            throw EntraFailure.lasting("ProxyNotSupported", "egress.proxy must be an http:// URL with a host", null);
        }
    }

    private static EntraFailure failure(String host, @Nullable Throwable cause) {
        String reason = cause instanceof SSLException ? "TlsFailed" : "Unreachable";
        String message = host + " could not be reached: " + cause;
        boolean notSent = cause instanceof ConnectException
                || cause instanceof HttpConnectTimeoutException
                || cause instanceof SSLHandshakeException;
        return notSent ? EntraFailure.notSent(reason, message, cause) : new EntraFailure(reason, message, cause);
    }

    private HttpClient client() throws EntraFailure {
        synchronized (lock) {
            if (closed) {
                throw EntraFailure.lasting("Closed", "this configuration is no longer in use", null);
            }
            if (client == null) {
                client = connect();
            }
            return client;
        }
    }

    private HttpClient connect() throws EntraFailure {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(LONGEST_CONNECT)
                .proxy(Objects.requireNonNull(proxies))
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        String caBundle = egress.caBundle();
        if (caBundle != null) {
            try {
                builder.sslContext(TrustAnchors.context(caBundle));
            } catch (GeneralSecurityException | IOException unreadable) {
                throw EntraFailure.lasting(
                        "CaBundleInvalid", "egress.caBundle cannot be read as PEM certificates", unreadable);
            }
        }
        return builder.build();
    }

    /** Ends what is in progress; later exchanges fail. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            if (client != null) {
                client.shutdownNow();
            }
        }
    }
}
