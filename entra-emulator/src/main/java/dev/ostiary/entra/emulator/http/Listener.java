package dev.ostiary.entra.emulator.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens, on loopback unless told otherwise, and answers with what an endpoint returns. Bodies over 1 MiB are refused unread, more than 512
 * requests at a time wait, an endpoint that throws is a 500 without internals.
 */
public final class Listener implements AutoCloseable {

    /** Limit of a request body in bytes. */
    public static final int MAX_BODY = 1 << 20;

    private static final int MAX_CONCURRENT = 512;
    private static final int BACKLOG = 1024;
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore permits = new Semaphore(MAX_CONCURRENT);

    private Listener(HttpServer server) {
        this.server = server;
    }

    /**
     * Binds, without answering yet: {@link #start} does.
     *
     * @param tls null for plain http
     * @throws IOException when the port is taken
     */
    public static Listener bind(InetAddress listen, int port, @Nullable SSLContext tls) throws IOException {
        InetSocketAddress address = new InetSocketAddress(listen, port);
        if (tls == null) {
            return new Listener(HttpServer.create(address, BACKLOG));
        }
        HttpsServer server = HttpsServer.create(address, BACKLOG);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return new Listener(server);
    }

    /** The port that was bound. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Starts answering. */
    public void start(Endpoint endpoint) {
        server.createContext("/", exchange -> serve(exchange, endpoint));
        server.setExecutor(threads);
        server.start();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange, Endpoint endpoint) {
        try (exchange) {
            permits.acquire();
            try {
                Response response = answer(exchange, endpoint);
                if (response != null) {
                    write(exchange, response);
                }
            } finally {
                permits.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("client went away");
        }
    }

    private static @Nullable Response answer(HttpExchange exchange, Endpoint endpoint)
            throws IOException, InterruptedException {
        URI uri = exchange.getRequestURI();
        String path = uri.getPath() == null ? "/" : uri.getPath();
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readNBytes(MAX_BODY + 1);
            Request request = new Request(
                    exchange.getRequestMethod(),
                    path,
                    uri.getRawQuery(),
                    exchange.getRequestHeaders(),
                    body.length > MAX_BODY ? new byte[0] : body);
            if (body.length > MAX_BODY) {
                return endpoint.tooLarge(request).with("Connection", "close");
            }
            return endpoint.answer(request);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("path", path).log("request failed");
            return Response.text(500, "The Entra emulator failed on this request; its log says why.\n");
        }
    }

    private static void write(HttpExchange exchange, Response response) throws IOException {
        response.headers()
                .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        boolean head = exchange.getRequestMethod().equals("HEAD");
        int length = response.body().length;
        exchange.sendResponseHeaders(response.status(), head || length == 0 ? -1 : length);
        if (!head && length > 0) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(response.body());
            }
        }
    }

    /** Answers requests. */
    public interface Endpoint {
        /**
         * The answer; null drops the connection.
         *
         * @throws InterruptedException when the emulator closes meanwhile
         */
        @Nullable
        Response answer(Request request) throws InterruptedException;

        /** The answer to a request whose body is over the limit and was not read. */
        Response tooLarge(Request request);
    }
}
