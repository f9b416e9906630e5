package dev.ostiary.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What a client sees of a stdio server, thing by thing: started by the client itself, or reached through a gateway. */
public final class Capabilities {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the modern era has no word for, and what a server asks outside of any request. */
    private static final Map<String, Set<String>> LEGACY_ALONE = Map.of(
            "everything", Set.of("ping"),
            "filesystem", Set.of("ping", "roots"),
            "python", Set.of("ping", "logging"),
            "scratch", Set.of("ping"));

    /** A way to a server: the client's generation, the protocol's era, the path below the route. */
    public record Way(String sdk, String era, String path) {

        public Way(String sdk, String era) {
            this(sdk, era, "");
        }

        @Override
        public String toString() {
            return sdk + " " + era + (path.isEmpty() ? "" : " over HTTP+SSE");
        }

        boolean isModern() {
            return era.equals("modern");
        }
    }

    private final NpmPrograms programs;
    private final String server;
    private final Path folder;

    /**
     * @param server the name that {@code trials.js} has for it
     * @param folder that a client offers as its root, and that a server for files serves
     */
    public Capabilities(NpmPrograms programs, String server, Path folder) {
        this.programs = programs;
        this.server = server;
        this.folder = folder;
    }

    /** Seen by a client that starts the server itself, in the older era. */
    public JsonNode direct(String sdk, List<String> command) throws IOException, InterruptedException {
        return seen(new Way(sdk, "legacy"), Map.of("MCP_COMMAND", JSON.writeValueAsString(command)));
    }

    /**
     * Seen through a gateway.
     *
     * @param more variables: where the gateway's name leads to, whom the client trusts
     */
    public JsonNode through(Way way, String url, String token, Map<String, String> more)
            throws IOException, InterruptedException {
        Map<String, String> environment = new LinkedHashMap<>(more);
        environment.put("MCP_URL", url + way.path());
        environment.put("MCP_TOKEN", token);
        environment.put("MCP_TRANSPORT", way.path().isEmpty() ? "http" : "sse");
        return seen(way, environment);
    }

    /** A test of each thing that was tried. */
    public Stream<DynamicTest> compared(Way way, JsonNode direct, JsonNode through) {
        Set<String> left = new TreeSet<>();
        direct.fieldNames().forEachRemaining(left::add);
        through.fieldNames().forEachRemaining(left::remove);
        Stream<DynamicTest> same = through.properties().stream()
                .map(part -> DynamicTest.dynamicTest(part.getKey(), () -> {
                    JsonNode expected = direct.path(part.getKey());
                    assertThat(part.getValue()).isEqualTo(way.isModern() ? withoutTasks(expected) : expected);
                }));
        return Stream.concat(
                same,
                Stream.of(
                        DynamicTest.dynamicTest(
                                "all of it was tried",
                                () -> assertThat(left).isEqualTo(way.isModern() ? LEGACY_ALONE.get(server) : Set.of())),
                        DynamicTest.dynamicTest("it works directly", () -> worksDirectly(direct))));
    }

    private JsonNode seen(Way way, Map<String, String> reached) throws IOException, InterruptedException {
        Map<String, String> environment = new LinkedHashMap<>(reached);
        environment.put("MCP_SERVER", server);
        environment.put("MCP_SDK", way.sdk());
        environment.put("MCP_ERA", way.era());
        environment.put("MCP_FOLDER", folder.toString());
        return JSON.readTree(programs.output("capabilities.js", environment));
    }

    /** Tasks are an extension in the modern era; its SDK leaves out what the older one says of them. */
    private static JsonNode withoutTasks(JsonNode seen) {
        JsonNode copy = seen.deepCopy();
        if (copy instanceof ObjectNode capabilities && seen.has("tools")) {
            capabilities.remove("tasks");
        }
        for (JsonNode each : copy) {
            if (each instanceof ObjectNode tool && tool.has("inputSchema")) {
                tool.remove("execution");
            }
        }
        return copy;
    }

    /** What fails directly does so because the server says so, with a code; not because the client waited in vain. */
    private static void worksDirectly(JsonNode direct) {
        assertThat(direct.path("tools")).isNotEmpty();
        for (Map.Entry<String, JsonNode> part : direct.properties()) {
            if (part.getValue().has("failed")) {
                assertThat(part.getValue().path("code").isNumber())
                        .as(part.toString())
                        .isTrue();
            }
        }
    }
}
