package dev.ostiary.examples.sampleserver;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpStatelessSyncServer;
import io.modelcontextprotocol.server.transport.DefaultServerTransportSecurityValidator;
import io.modelcontextprotocol.server.transport.HttpServletStatelessServerTransport;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The notes over stateless Streamable HTTP, on loopback only. */
public final class SampleServer implements AutoCloseable {

    private static final String PATH = "/mcp";
    private static final int MAX_REQUEST_BYTES = 64 * 1024;
    /** Of a refused request's rest, so that its sender reads the answer instead of a reset connection. */
    private static final int MAX_DRAINED_BYTES = 1024 * 1024;

    private static final int MAX_THREADS = 32;

    private final Server jetty;
    private final ServerConnector connector;
    private final McpStatelessSyncServer mcp;

    private SampleServer(Server jetty, ServerConnector connector, McpStatelessSyncServer mcp) {
        this.jetty = jetty;
        this.connector = connector;
        this.mcp = mcp;
    }

    /**
     * Starts with a few example notes.
     *
     * @param port TCP port on the loopback address; 0 for a free one
     * @throws IOException when the port is taken
     */
    public static SampleServer start(int port) throws IOException {
        McpJsonMapper json = new JacksonMcpJsonMapper(JsonMapper.builder().build());
        HttpServletStatelessServerTransport transport = HttpServletStatelessServerTransport.builder()
                .jsonMapper(json)
                .messageEndpoint(PATH)
                .maxRequestSize(MAX_REQUEST_BYTES)
                // A page in a browser could otherwise reach this server through a name that resolves to loopback.
                .securityValidator(DefaultServerTransportSecurityValidator.builder()
                        .allowedHosts(List.of("127.0.0.1:*", "localhost:*"))
                        .allowedOrigins(List.of("http://127.0.0.1:*", "http://localhost:*"))
                        .build())
                .build();
        NotesFeatures features = new NotesFeatures(Notes.withExamples());
        McpStatelessSyncServer mcp = McpServer.sync(transport)
                .jsonMapper(json)
                .serverInfo("ostiary-sample-notes", "1.0.0")
                .instructions("Keeps short notes. Read before you write; deleting is for good.")
                .capabilities(ServerCapabilities.builder()
                        .tools(false)
                        .prompts(false)
                        .resources(false, false)
                        .build())
                // Each tool checks its own arguments, which saves a JSON Schema engine at start.
                .validateToolInputs(false)
                .jsonSchemaValidator((_, _) -> JsonSchemaValidator.ValidationResponse.asValid(""))
                .tools(features.tools())
                .prompts(features.prompt())
                .resources(features.readme())
                .resourceTemplates(features.note())
                .build();

        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 4);
        threads.setDaemon(true);
        Server jetty = new Server(threads);
        // Requests take milliseconds, and an idle connection kept open is nothing to wait for.
        jetty.setStopTimeout(0);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        ServerConnector connector = new ServerConnector(jetty, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.setPort(port);
        jetty.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/", false, false);
        context.addFilter(new FilterHolder(SampleServer::readToItsEnd), PATH, EnumSet.of(DispatcherType.REQUEST));
        context.addServlet(new ServletHolder(transport), PATH);
        jetty.setHandler(context);

        SampleServer server = new SampleServer(jetty, connector, mcp);
        try {
            jetty.start();
        } catch (Exception e) {
            server.close();
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BindException) {
                    throw new IOException("port " + port + " on 127.0.0.1 is taken", e);
                }
            }
            throw e instanceof IOException io ? io : new IOException("the server does not start", e);
        }
        return server;
    }

    private static void readToItsEnd(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        chain.doFilter(request, response);
        request.getInputStream().skip(MAX_DRAINED_BYTES);
    }

    /** The MCP endpoint. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + connector.getLocalPort() + PATH);
    }

    /** Stops at once, open connections included. */
    @Override
    public void close() {
        mcp.closeGracefully();
        try {
            jetty.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the server does not stop", e);
        }
    }
}
