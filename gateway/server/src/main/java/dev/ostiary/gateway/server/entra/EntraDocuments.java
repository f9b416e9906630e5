package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EgressSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON documents from Entra, each whole within a size and a time: through the egress proxy, with the CA bundle,
 * following no redirect. Blocks, so it is called on virtual threads only. Thread-safe.
 */
final class EntraDocuments implements AutoCloseable {

    /** Most bytes of one document: a tenant's key set has 5 to 8 keys of 2 kB, the largest discovery document 2 kB. */
    static final int MAX_BYTES = 256 * 1024;

    private static final int MAX_DEPTH = 8;

    private final EgressSettings egress;
    private final EgressProxies proxies;
    private final Duration timeout;
    private final StrictJson json = new StrictJson(MAX_DEPTH, MAX_BYTES);
    private final Object lock = new Object();
    private @Nullable HttpClient client;
    private boolean closed;

    /**
     * @param egress proxy and CA bundle; what is wrong with them shows at the first read, as a failure of that read
     * @param timeout for one document, from connecting to its last byte
     */
    EntraDocuments(EgressSettings egress, Duration timeout) {
        this.egress = egress;
        this.proxies = new EgressProxies(egress);
        this.timeout = timeout;
    }

    /**
     * One document.
     *
     * @throws EntraFailure when it cannot be had in time, is too large, or is not one strict JSON object
     * @throws InterruptedException when the waiting thread is interrupted; the request is given up
     */
    ObjectNode read(URI uri) throws EntraFailure, InterruptedException {
        URI proxy = proxies.proxyFor(uri);
        if (proxy != null && (proxy.getHost() == null || !"http".equalsIgnoreCase(proxy.getScheme()))) {
            throw new EntraFailure("ProxyNotSupported", "egress.proxy must be an http:// URL with a host");
        }
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("Accept", "application/json")
                .GET()
                .build();
        CompletableFuture<HttpResponse<byte[]>> sending =
                client().sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
        HttpResponse<byte[]> response;
        try {
            // The request's own time-out ends with the headers; this one covers a body that trickles in.
            response = sending.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            throw new EntraFailure("TimedOut", uri.getHost() + " did not answer within " + timeout, slow);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            String reason = cause instanceof SSLException ? "TlsFailed" : "Unreachable";
            throw new EntraFailure(reason, uri.getHost() + " could not be read: " + cause, cause);
        } finally {
            sending.cancel(true);
        }
        if (response.statusCode() != 200) {
            throw new EntraFailure("WrongStatus", uri.getHost() + " answered " + response.statusCode());
        }
        ObjectNode document = json.object(response.body());
        if (document == null) {
            throw new EntraFailure("NotJson", uri.getHost() + " did not answer with one JSON object");
        }
        return document;
    }

    private HttpClient client() throws EntraFailure {
        synchronized (lock) {
            if (closed) {
                throw new EntraFailure("Closed", "this configuration is no longer in use");
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
                .connectTimeout(timeout)
                .proxy(proxies)
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        String caBundle = egress.caBundle();
        if (caBundle != null) {
            try {
                builder.sslContext(TrustAnchors.including(caBundle));
            } catch (GeneralSecurityException | IOException unreadable) {
                throw new EntraFailure(
                        "CaBundleInvalid", "egress.caBundle cannot be read as PEM certificates", unreadable);
            }
        }
        return builder.build();
    }

    /** Ends what is in progress; later reads fail. */
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
