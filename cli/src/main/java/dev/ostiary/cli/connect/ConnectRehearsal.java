package dev.ostiary.cli.connect;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.connect.diagnostics.Diagnostics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the launcher runs once after a build, so that the JVM can keep what {@code ostiary connect} loads: a sign-in by device code at a
 * server in this process, a connection with the token that was kept, and one with a given token.
 */
public final class ConnectRehearsal {

    private static final String MESSAGES = """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"rehearsal","version":"1"}}}
            {"jsonrpc":"2.0","method":"notifications/initialized"}
            {"jsonrpc":"2.0","id":"2","method":"tools/list","params":{}}
            """;

    private ConnectRehearsal() {}

    /** Ends with exit code 1 when a server's answer did not come through. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("ostiary-rehearsal-");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String origin = "http://127.0.0.1:" + server.getAddress().getPort();
        server.createContext("/", exchange -> answer(exchange, origin));
        server.start();
        Map<String, String> environment = Map.of("XDG_STATE_HOME", folder.toString());
        boolean good = connects(environment, "--device", "--no-keychain", origin + "/mcp")
                && connects(environment, "--no-keychain", origin + "/mcp")
                && connects(Map.of("MCP_ENTRA_TOKEN", "t", "MCP_ENTRA_SERVER_URL", origin + "/mcp"));
        server.stop(0);
        delete(folder);
        System.exit(good ? 0 : 1);
    }

    private static boolean connects(Map<String, String> environment, String... arguments) {
        InputStream stdin = System.in;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(MESSAGES.getBytes(StandardCharsets.UTF_8)));
        ConnectMain.run(new ConnectCommand(out, new Diagnostics(System.err::println), environment), arguments);
        System.setIn(stdin);
        return out.toString(StandardCharsets.UTF_8).contains("\"id\":\"2\",\"result\"");
    }

    private static void answer(HttpExchange exchange, String origin) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            switch (path) {
                case "/.well-known/oauth-protected-resource/mcp" ->
                    json(
                            exchange,
                            "{\"resource\":\"" + origin + "/mcp\",\"authorization_servers\":[\"" + origin + "\"]}");
                case "/.well-known/oauth-authorization-server" ->
                    json(
                            exchange,
                            "{\"issuer\":\"" + origin + "\",\"authorization_endpoint\":\"" + origin + "/authorize\","
                                    + "\"token_endpoint\":\"" + origin + "/token\",\"registration_endpoint\":\""
                                    + origin
                                    + "/register\",\"device_authorization_endpoint\":\"" + origin + "/device\","
                                    + "\"code_challenge_methods_supported\":[\"S256\"]}");
                case "/register" -> json(exchange, "{\"client_id\":\"c\"}");
                case "/device" ->
                    json(
                            exchange,
                            "{\"device_code\":\"d\",\"user_code\":\"REHEARSAL\",\"verification_uri\":\"" + origin
                                    + "/\",\"interval\":1,\"expires_in\":60}");
                case "/token" -> json(exchange, "{\"access_token\":\"t\",\"refresh_token\":\"r\",\"expires_in\":3600}");
                case "/mcp" -> mcp(exchange, body);
                default -> exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private static void mcp(HttpExchange exchange, String body) throws IOException {
        if (exchange.getRequestHeaders().getFirst("Authorization") == null) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
            exchange.sendResponseHeaders(401, -1);
        } else if (body.contains("\"initialize\"")) {
            exchange.getResponseHeaders().set("Mcp-Session-Id", "s");
            json(
                    exchange,
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
                            + "\"serverInfo\":{\"name\":\"rehearsal\",\"version\":\"1\"}}}");
        } else if (body.contains("\"tools/list\"")) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody()
                    .write("data: {\"jsonrpc\":\"2.0\",\"id\":\"2\",\"result\":{\"tools\":[]}}\n\n"
                            .getBytes(StandardCharsets.UTF_8));
        } else {
            exchange.sendResponseHeaders(exchange.getRequestMethod().equals("GET") ? 405 : 202, -1);
        }
    }

    private static void json(HttpExchange exchange, String body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }
}
