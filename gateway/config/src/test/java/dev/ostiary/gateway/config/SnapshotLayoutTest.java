package dev.ostiary.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotLayoutTest {

    private static final String WRITE = "ostiary.golden.write";

    private static final PolicyEntry OF_ALL = new PolicyEntry(
            "mcp/everybody#0",
            "permit(principal in Group::\"02223b6b-0000-4000-8000-000000000001\", action, resource);",
            false,
            Map.of("02223b6b-0000-4000-8000-000000000001", "engineering"));

    private static final PolicyEntry OF_ONE = new PolicyEntry(
            "mcp/writers#0",
            "permit(principal, action, resource == Tool::\"write\") when { context has arg_path };",
            true,
            Map.of());

    private static final PolicyEntry OF_ONE_LISTED =
            new PolicyEntry("mcp/writers#0", "permit(principal, action, resource == Tool::\"write\");", true, Map.of());

    /** What is stored in the formats that this release writes, for people who read a Secret. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theLayoutIsAsRecorded(int format) throws IOException {
        Path golden = Path.of("src/test/resources/golden/snapshot-format-" + format + ".json");
        String written = SnapshotCodec.writeReadable(sample().inFormat(format));
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, written);
        }

        assertThat(written)
                .as("Who has released this format reads it forever; write it again with -D%s=true if none has.", WRITE)
                .isEqualTo(Files.readString(golden));
        assertThat(SnapshotCodec.read(Files.readAllBytes(golden)).inFormat(SnapshotCodec.FORMAT))
                .isEqualTo(sample());
    }

    @Test
    void everyPolicyIsStoredOnceHoweverManyRoutesHaveIt() throws IOException {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            routes.add(route("route-%04d".formatted(i), set(List.of(OF_ALL), List.of(OF_ALL))));
        }
        Snapshot snapshot = with(routes);

        byte[] written = SnapshotCodec.write(snapshot);

        assertThat(new String(written, StandardCharsets.UTF_8)).containsOnlyOnce("mcp/everybody#0");
        Snapshot read = SnapshotCodec.read(written);
        assertThat(read).isEqualTo(snapshot);
        assertThat(read.routes())
                .extracting(Route::policies)
                .allSatisfy(
                        set -> assertThat(set).isSameAs(read.routes().getFirst().policies()));
    }

    @ParameterizedTest
    @CsvSource({
        "'\"policySet\":1', '\"policySet\":2', policySets",
        "'\"policySet\":1', '\"policySet\":-1', policySets",
        "'\"policySet\":1,', '', policySet",
        "'\"call\":[0]', '\"call\":[3]', policies",
        "'\"call\":[0,1]', '\"call\":[0,-1]', policies",
        "'\"call\":[0],', '', call",
        "'\"policySets\":[', '\"others\":[', others"
    })
    void whatRefersToNothingIsRefused(String found, String instead, String named) {
        String json = new String(SnapshotCodec.write(sample()), StandardCharsets.UTF_8);
        assertThat(json).contains(found);

        assertThatThrownBy(() -> SnapshotCodec.read(json.replace(found, instead).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "7", "[]", "{}", "{\"format\":\"2\"}", "{\"format\":2}", ""})
    void whatIsNoSnapshotIsRefused(String json) {
        assertThatThrownBy(() -> SnapshotCodec.read(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class);
    }

    private static Snapshot sample() {
        return with(List.of(
                route("files", set(List.of(OF_ALL, OF_ONE), List.of(OF_ALL, OF_ONE_LISTED))),
                route("notes", set(List.of(OF_ALL), List.of(OF_ALL))),
                route("wiki", set(List.of(OF_ALL), List.of(OF_ALL)))));
    }

    private static RoutePolicies set(List<PolicyEntry> call, List<PolicyEntry> list) {
        return new RoutePolicies(
                Evaluation.FORBID_ERRORS_DENY,
                Numbers.NATIVE,
                call,
                list,
                "[]",
                List.of("02223b6b-0000-4000-8000-000000000001"),
                false);
    }

    private static Route route(String name, RoutePolicies policies) {
        return new Route(
                name,
                new ResourceName("mcp", name),
                "0b0e0f6e-0000-4000-8000-000000000001",
                name,
                null,
                new Upstream(URI.create("http://127.0.0.1:9000/mcp"), Upstream.Transport.STREAMABLE_HTTP, false),
                new UpstreamAuth.None(),
                policies,
                List.of(),
                SessionSettings.DEFAULT);
    }

    private static Snapshot with(List<Route> routes) {
        Snapshot other = SnapshotCodecTest.sample();
        return new Snapshot(
                other.format(),
                other.gateway(),
                other.publicUrl(),
                other.closure(),
                other.entra(),
                other.authorization(),
                other.listener(),
                other.egress(),
                other.audit(),
                routes);
    }
}
