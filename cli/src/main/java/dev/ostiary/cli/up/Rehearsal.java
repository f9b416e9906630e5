package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The demo, started, used once and ended: whatever a user's first minute loads is loaded here, so that the JVM's start
 * cache has it.
 */
public final class Rehearsal {

    private final Terminal terminal;
    private final Installation installation;

    public Rehearsal(Terminal terminal, Installation installation) {
        this.terminal = terminal;
        this.installation = installation;
    }

    /** Returns when it is over, with nothing left running. */
    public void run() throws CommandFailure, InterruptedException, IOException {
        Path folder = Files.createTempDirectory("ostiary-rehearsal-");
        try (OneMachine machine = new OneMachine(
                UpOptions.rehearsal(), installation, terminal, new RunningGateways(folder.resolve("running")))) {
            Map<String, URI> routes = machine.start(true);
            RunningGateway gateway = new RunningGateways(folder.resolve("running")).find(null);
            RunningGateway.Emulator emulator = gateway.emulator();
            if (emulator == null) {
                throw CommandFailure.refused("the demo does not use the emulator");
            }
            for (Map.Entry<String, URI> route : routes.entrySet()) {
                String token = new CodeSignIn(
                                emulator.authority(),
                                emulator.tenantId(),
                                FirstPartyApps.AZURE_CLI_ID,
                                new SecureRandom())
                        .accessToken("anna@" + emulator.domain(), route.getValue() + "/mcp." + route.getKey());
                use(route.getValue(), token);
            }
        } finally {
            delete(folder);
        }
    }

    private static void use(URI url, String token) throws IOException, InterruptedException {
        List<String> messages = List.of(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\","
                        + "\"capabilities\":{},\"clientInfo\":{\"name\":\"rehearsal\",\"version\":\"1\"}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"list_notes\","
                        + "\"arguments\":{}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/call\",\"params\":{\"name\":\"delete_note\","
                        + "\"arguments\":{\"id\":\"welcome\"}}}");
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (String message : messages) {
                http.send(
                        HttpRequest.newBuilder(url)
                                .header("Authorization", "Bearer " + token)
                                .header("Content-Type", "application/json")
                                .header("Accept", "application/json, text/event-stream")
                                .POST(HttpRequest.BodyPublishers.ofString(message))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }
}
