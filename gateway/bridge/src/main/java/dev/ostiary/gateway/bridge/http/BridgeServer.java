package dev.ostiary.gateway.bridge.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.gateway.bridge.assertion.AssertionCheck;
import dev.ostiary.gateway.bridge.assertion.KeyFile;
import dev.ostiary.gateway.bridge.session.Sessions;
import dev.ostiary.gateway.bridge.session.StatelessServers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;

/** The listener: the MCP endpoint, and probes that need no assertion and say nothing. */
public final class BridgeServer {

    static final String PATH = "/mcp";

    private static final Duration WRITE = Duration.ofSeconds(30);
    private static final int BACKLOG = 256;

    private final HttpServer server;

    private BridgeServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Bounds of the JDK's server, which it reads as system properties when it is first used: to be called before
     * {@link #listen}, once.
     */
    public static void settings(int sessions) {
        // Without it each answer waits for the acknowledgement of its first half.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // Seconds for a request's arrival, and how long a connection may be kept unused.
        System.setProperty("sun.net.httpserver.maxReqTime", "30");
        System.setProperty("sun.net.httpserver.idleInterval", "90");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "256");
        System.setProperty("sun.net.httpserver.maxReqHeaders", "64");
        System.setProperty("sun.net.httpserver.maxReqHeaderSize", "65536");
        // A stream and a few calls for every session.
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(sessions * 4 + 64));
    }

    /** Listens from now on; {@code stateless} as the option of that name. */
    public static BridgeServer listen(
            InetSocketAddress address, AssertionCheck assertions, KeyFile keys, Sessions sessions, boolean stateless)
            throws IOException {
        HttpServer server = HttpServer.create(address, BACKLOG);
        Answers answers = new Answers(new WriteDeadline(WRITE));
        ModernHandler modern =
                new ModernHandler(new StatelessServers(sessions, stateless), sessions.suspended(), answers);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", new McpHandler(assertions, sessions, modern, answers));
        server.createContext("/livez", http -> probe(http, answers, "/livez", true, "alive"));
        server.createContext("/readyz", http -> {
            boolean draining = sessions.isDraining();
            boolean ready = !draining && keys.isUsable();
            probe(http, answers, "/readyz", ready, ready ? "ready" : draining ? "draining" : "no assertion keys yet");
        });
        server.start();
        return new BridgeServer(server);
    }

    private static void probe(HttpExchange http, Answers answers, String path, boolean good, String text)
            throws IOException {
        try (http) {
            if (!http.getRequestURI().getPath().equals(path)) {
                answers.text(http, 404, "no such path");
            } else if (!http.getRequestMethod().equals("GET")
                    && !http.getRequestMethod().equals("HEAD")) {
                answers.text(http, 405, "GET");
            } else {
                answers.text(http, good ? 200 : 503, text);
            }
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Listens no more; what is being answered has one second. */
    public void close() {
        server.stop(1);
    }
}
