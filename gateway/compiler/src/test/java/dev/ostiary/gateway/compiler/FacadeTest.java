package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.KeyRing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the golden files cannot show: credentials, key policies, and resources that came past a schema. */
class FacadeTest {

    private static final String MORE = """
            keys: { rotateEvery: 7d }
            """;

    @Test
    void theGatewaysOwnCredentialsAreNamed() {
        CompiledGateway gateway = compiled("able-facade-complete", new Host.Cluster(Given.EVERYTHING));

        assertThat(gateway.credentials())
                .extracting(SecretKey::credential)
                .containsExactly("mcp/entra/client-secret", "mcp/portal/client-secret", "mcp/redis/url");
        assertThat(gateway.credentials(key -> "x").get("mcp/redis/url")).isEqualTo("x");
    }

    @Test
    void withoutTheFacadeItsCredentialsAreNotNeeded() {
        CompiledGateway gateway = compiled("facade-disabled-mistakes-are-said", Host.cluster());

        assertThat(gateway.credentials()).isEmpty();
        assertThat(gateway.snapshot().authorization().facade()).isNull();
    }

    @Test
    void aCertificateIsTwoCredentials() {
        CompiledGateway gateway = compiled("entra-credentials", Host.cluster());

        assertThat(gateway.credentials())
                .extracting(SecretKey::credential)
                .containsExactly("mcp/cert/tls.crt", "mcp/cert/tls.key");
    }

    @Test
    void keysRotateAsTheResourceSays() {
        KeyPolicies keys = compiled("able-facade-complete", new Host.Cluster(Given.EVERYTHING))
                .keys();

        assertThat(keys).isEqualTo(KeyPolicies.of(Duration.ofDays(7), facade("able-facade-complete")));
        assertThat(keys.byPurpose().get(KeyRing.Purpose.ENCRYPTION).retention()).isEqualTo(Duration.ofDays(7));
        assertThat(Given.compiled(Given.gateway("engineering", MORE))
                        .gateways()
                        .getFirst()
                        .keys())
                .isEqualTo(KeyPolicies.of(Duration.ofDays(7), null));
    }

    @Test
    void theCredentialOfTheHostStandsInForTheResources() {
        EntraCredential own = new EntraCredential.ClientSecret("host/entra/client-secret");
        Host host = new Host.OneMachine(
                new Host.Overrides(null, Map.of(), new TreeSet<>(), null, own, false), Given.EVERYTHING);
        CompiledGateway missing = compiled("entra-credential-secret-not-found", host);
        CompiledGateway none = compiled("able-machine-facade-without-credential", host);

        assertThat(missing.snapshot().entra().credential()).isEqualTo(own);
        assertThat(missing.snapshot().closure()).isNull();
        assertThat(none.snapshot().closure()).isNull();
    }

    @Test
    void theCredentialOfTheHostIsNotTheEmulators() {
        EntraSettings emulator =
                compiled("able-facade-defaults", Host.cluster()).snapshot().entra();
        EntraCredential own = new EntraCredential.ClientSecret("host/entra/client-secret");
        Host host = Host.oneMachine(new Host.Overrides(null, Map.of(), new TreeSet<>(), emulator, own, false));
        Compilation compilation = Compiler.compile(
                Given.files(Given.GATEWAY.replaceFirst("(?m)^ *entra: .*\n", ""))
                        .resources(),
                host);

        assertThat(compilation.gateways().getFirst().snapshot().entra()).isEqualTo(emulator);
        assertThat(compilation.findings())
                .anyMatch(finding -> finding.reason().equals("Ignored")
                        && finding.fieldPath().equals("spec.entra"));
    }

    @Test
    void twoStaticClientsWithOneIdAreRefusedWhereNoSchemaWasChecked() throws Exception {
        McpGateway gateway = JsonMapper.builder().build().readValue("""
                        {"apiVersion":"ostiary.dev/v1alpha1","kind":"McpGateway","metadata":{"name":"g","namespace":"mcp"},
                         "spec":{"publicUrl":"https://mcp.example.com",
                           "entra":{"tenantId":"72f988bf-0000-4000-8000-2d7cd011db47",
                             "clientId":"6e74172b-0000-4000-8000-e66a39bb12e3","credential":{"type":"WorkloadIdentity"}},
                           "authorization":{"clients":{"static":[
                             {"clientId":"a","redirectUris":["https://a.example.com/"]},
                             {"clientId":"a","redirectUris":["https://b.example.com/"]},
                             {"clientId":"a b","redirectUris":["https://b.example.com/"]},
                             {"clientId":"c"}]}}}}""", McpGateway.class);
        Compilation compilation = Compiler.compile(
                new Resources(List.of(gateway), List.of(), List.of(), Map.of(), Map.of(), Map.of()),
                new Host.Cluster(Given.EVERYTHING));

        assertThat(compilation.findings())
                .extracting(Finding::fieldPath)
                .containsExactly(
                        "spec.authorization.clients.static[1].clientId",
                        "spec.authorization.clients.static[2].clientId",
                        "spec.authorization.clients.static[3].redirectUris");
        assertThat(compilation.gateways().getFirst().snapshot().closure()).isNotNull();
    }

    private static dev.ostiary.gateway.config.FacadeSettings facade(String rule) {
        return compiled(rule, new Host.Cluster(Given.EVERYTHING))
                .snapshot()
                .authorization()
                .facade();
    }

    private static CompiledGateway compiled(String rule, Host host) {
        String[] documents = Given.documents(Path.of("src/test/resources/golden", rule, "in.yaml"))
                .toArray(String[]::new);
        return Compiler.compile(Given.files(documents).resources(), host)
                .gateways()
                .getFirst();
    }
}
