package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What one machine has otherwise than the resources say. */
class HostTest {

    private static final EntraSettings EMULATOR = new EntraSettings(
            "72f988bf-0000-4000-8000-2d7cd011db47",
            "6e74172b-0000-4000-8000-e66a39bb12e3",
            URI.create("http://localhost:8089"),
            URI.create("http://localhost:8089"),
            URI.create("http://localhost:8089"),
            new EntraSettings.GroupSettings(
                    EntraSettings.GroupSettings.Overage.DENY, EntraSettings.GroupSettings.Lookup.APP),
            List.of());

    private static final String WITHOUT_ENTRA = Given.GATEWAY
            .replaceFirst("(?m)^ *entra: .*\n", "")
            .replace("https://mcp.example.com", "https://up.example.com");
    private static final String CONTAINER =
            Given.workload("mcp", "notes", "image: notes:1\nhttp: { port: 9000, path: /x, stateful: false }");

    @Test
    void thePublicUrlOfTheHostReplacesTheResources() {
        Snapshot snapshot = compile(overrides("http://localhost:8080", Map.of(), new TreeSet<>()), Given.GATEWAY);

        assertThat(snapshot.publicUrl()).hasToString("http://localhost:8080");
        assertThat(snapshot.closure()).isNull();
    }

    @Test
    void aPublicUrlThatIsNoneIsRefusedWhereverItComesFrom() {
        Snapshot snapshot = compile(overrides("http://up.example.com", Map.of(), new TreeSet<>()), Given.GATEWAY);

        assertThat(snapshot.closure().reason()).isEqualTo("InvalidPublicUrl");
        assertThat(snapshot.closure().message()).contains("given to this host");
    }

    @Test
    void anEmulatorStandsInWhereNoTenantIsNamed() {
        Host.Overrides emulated = new Host.Overrides(null, Map.of(), new TreeSet<>(), EMULATOR);

        assertThat(compile(emulated, WITHOUT_ENTRA).entra()).isEqualTo(EMULATOR);
        assertThat(compile(emulated, Given.GATEWAY).entra().authority())
                .as("a real tenant is a real tenant")
                .hasToString("https://login.microsoftonline.com");
        assertThat(Compiler.compile(Given.files(WITHOUT_ENTRA).resources(), Host.cluster())
                        .gateways()
                        .getFirst()
                        .snapshot()
                        .closure()
                        .reason())
                .isEqualTo("EntraNotConfigured");
    }

    @Test
    void aContainerCanBeReachedUnderAnotherUrl() {
        Route route = compile(
                        overrides(null, Map.of("notes", "http://127.0.0.1:7000/mcp"), new TreeSet<>()),
                        Given.GATEWAY,
                        CONTAINER)
                .routes()
                .getFirst();

        assertThat(route.closure()).isNull();
        assertThat(route.upstream().url()).hasToString("http://127.0.0.1:7000/mcp");
        assertThat(route.upstream().stateful()).isFalse();
    }

    @Test
    void aUrlStandsInForAContainerWhateverThatSpeaks() {
        Route route = compile(
                        overrides(null, Map.of("notes", "http://127.0.0.1:7000/mcp"), new TreeSet<>()),
                        Given.GATEWAY,
                        Given.workload("mcp", "notes", "image: notes:1\ntransport: Stdio"))
                .routes()
                .getFirst();

        assertThat(route.closure()).isNull();
    }

    @Test
    void aContainerCanBeStartedByTheHost() {
        Route route = compile(overrides(null, Map.of(), new TreeSet<>(List.of("mcp/notes"))), Given.GATEWAY, CONTAINER)
                .routes()
                .getFirst();

        assertThat(route.upstream().url()).hasToString("http://127.0.0.1:9000/x");
    }

    @Test
    void aUrlOfTheHostThatIsNoneClosesTheRoute() {
        Route route = compile(overrides(null, Map.of("notes", "notes:7000"), new TreeSet<>()), Given.GATEWAY, CONTAINER)
                .routes()
                .getFirst();

        assertThat(route.closure().reason()).isEqualTo("InvalidUrl");
    }

    @Test
    void aNameThatReachesNothingOrTooMuchIsSaid() {
        Host host = Host.oneMachine(overrides(
                null,
                Map.of("ntoes", "http://127.0.0.1:1/", "notes", "http://127.0.0.1:2/"),
                new TreeSet<>(List.of("notes"))));
        Compilation compilation = Compiler.compile(
                Given.files(Given.GATEWAY, CONTAINER, Given.workload("other", "notes", "image: notes:1"))
                        .resources(),
                host);

        assertThat(compilation.findings(ResourceRef.HOST))
                .allMatch(finding -> finding.severity() == Finding.Severity.ERROR)
                .extracting(finding -> finding.fieldPath() + " " + finding.message())
                .satisfiesExactlyInAnyOrder(
                        said -> assertThat(said).startsWith("--url ntoes names no McpWorkload; there are: mcp/notes"),
                        said -> assertThat(said).startsWith("--url notes names several McpWorkloads"),
                        said -> assertThat(said).startsWith("--command notes names several McpWorkloads"),
                        said -> assertThat(said).startsWith("--command notes stands beside --url notes"));
    }

    private static Host.Overrides overrides(String publicUrl, Map<String, String> urls, NavigableSet<String> commands) {
        return new Host.Overrides(publicUrl, urls, commands, null);
    }

    private static Snapshot compile(Host.Overrides overrides, String... documents) {
        return Compiler.compile(Given.files(documents).resources(), Host.oneMachine(overrides))
                .gateways()
                .getFirst()
                .snapshot();
    }
}
