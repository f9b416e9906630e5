package dev.ostiary.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SnapshotCodecTest {

    @Test
    void whatIsWrittenIsReadBackEqual() throws IOException {
        Snapshot snapshot = sample();

        assertThat(SnapshotCodec.read(SnapshotCodec.write(snapshot))).isEqualTo(snapshot);
        assertThat(SnapshotCodec.revision(SnapshotCodec.write(snapshot))).isEqualTo(SnapshotCodec.revision(snapshot));
        assertThat(SnapshotCodec.read(SnapshotCodec.writeReadable(snapshot).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(snapshot);
    }

    @Test
    void theRevisionIsTheHashOfTheCanonicalBytes() {
        assertThat(SnapshotCodec.revision(sample()))
                .isEqualTo(SnapshotCodec.revision(sample()))
                .matches("[0-9a-f]{64}");
    }

    @Test
    void anUnknownMemberIsRefusedByName() {
        byte[] json = text(sample()).replaceFirst("\\{", "{\"surprise\":1,").getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> SnapshotCodec.read(json))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("surprise");
    }

    @Test
    void aDuplicateMemberIsRefused() {
        byte[] json = text(sample()).replaceFirst("\\{", "{\"format\":2,").getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> SnapshotCodec.read(json)).isInstanceOf(IOException.class);
    }

    @Test
    void aFormatFromTheFutureIsRefusedWithBothNumbers() {
        byte[] json = text(sample()).replace("\"format\":2", "\"format\":7").getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> SnapshotCodec.read(json))
                .hasMessage("snapshot format 7 cannot be read: this release reads 2 and 1");
    }

    @Test
    void secretsDoNotShowInToString() {
        Credentials credentials = new Credentials(Map.of("mcp/github/token", "s3cret"));
        KeyRing ring = KeyRing.generate(new SecureRandom(), Instant.EPOCH);

        assertThat(RuntimeConfig.of(sample(), ring, credentials).toString())
                .doesNotContain("s3cret")
                .contains("Credentials[1]");
    }

    @Test
    void routesOutOfOrderOrTwiceAreNoSnapshot() {
        Snapshot one = sample();
        Route route = one.routes().getFirst();

        assertThatThrownBy(() -> new Snapshot(
                        SnapshotCodec.FORMAT,
                        one.gateway(),
                        one.publicUrl(),
                        null,
                        one.entra(),
                        one.authorization(),
                        one.listener(),
                        one.egress(),
                        one.audit(),
                        List.of(route, route)))
                .hasMessageContaining("twice");
    }

    private static String text(Snapshot snapshot) {
        return new String(SnapshotCodec.write(snapshot), StandardCharsets.UTF_8);
    }

    static Snapshot sample() {
        return new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName("mcp", "engineering"),
                URI.create("https://mcp.example.com"),
                null,
                new EntraSettings(
                        "72f988bf-0000-4000-8000-2d7cd011db47",
                        "6e74172b-0000-4000-8000-e66a39bb12e3",
                        URI.create("https://login.microsoftonline.com"),
                        URI.create("https://sts.windows.net"),
                        URI.create("https://graph.microsoft.com"),
                        new EntraSettings.GroupSettings(
                                EntraSettings.GroupSettings.Overage.DENY, EntraSettings.GroupSettings.Lookup.APP),
                        List.of("department")),
                new AuthorizationSettings(
                        null,
                        new AuthorizationSettings.EntraTokens(
                                List.of("04b07795-8ddb-461a-bbee-02f9e1bf7b46"), null, List.of()),
                        AuthorizationSettings.PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                List.of(new Route(
                        "notes",
                        new ResourceName("mcp", "notes"),
                        "0b0e0f6e-0000-4000-8000-000000000001",
                        "Notes",
                        null,
                        new Upstream(
                                URI.create("http://127.0.0.1:9000/mcp"), Upstream.Transport.STREAMABLE_HTTP, false),
                        new UpstreamAuth.Secret("X-Api-Key", "mcp/notes/key"),
                        RoutePolicies.none(),
                        List.of(new ToolPin("delete", false, true, null, null, null)),
                        SessionSettings.DEFAULT)));
    }
}
