package dev.ostiary.entra.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryTest {

    private static EntraEmulator entra;
    private static Browserless client;

    @BeforeAll
    static void start() {
        entra = EntraEmulator.start(
                Settings.of(SampleDirectories.contosoAndFabrikam()).withKeys(Flow.KEYS.copy()));
        client = new Browserless(entra);
    }

    @AfterAll
    static void stop() {
        entra.close();
    }

    @Test
    @DisplayName("the v2 document has exactly the observed members, in order [O panva/wellknown entra-organizations]")
    void theV2DocumentHasExactlyTheObservedMembers() {
        JsonNode document = client.json("/organizations/v2.0/.well-known/openid-configuration");
        assertThat(names(document))
                .containsExactly(
                        "token_endpoint",
                        "token_endpoint_auth_methods_supported",
                        "jwks_uri",
                        "response_modes_supported",
                        "subject_types_supported",
                        "id_token_signing_alg_values_supported",
                        "response_types_supported",
                        "scopes_supported",
                        "issuer",
                        "request_uri_parameter_supported",
                        "userinfo_endpoint",
                        "authorization_endpoint",
                        "device_authorization_endpoint",
                        "http_logout_supported",
                        "frontchannel_logout_supported",
                        "end_session_endpoint",
                        "claims_supported",
                        "kerberos_endpoint",
                        "tenant_region_scope",
                        "cloud_instance_name",
                        "cloud_graph_host_name",
                        "msgraph_host",
                        "rbac_url");
        assertThat(document.get("issuer").asText()).isEqualTo(entra.origin() + "/{tenantid}/v2.0");
        assertThat(document.get("jwks_uri").asText()).isEqualTo(entra.origin() + "/organizations/discovery/v2.0/keys");
        assertThat(document.get("tenant_region_scope").isNull()).isTrue();
        assertThat(document.get("msgraph_host").asText())
                .isEqualTo(entra.graphOrigin().substring("http://".length()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "code_challenge_methods_supported",
                "registration_endpoint",
                "revocation_endpoint",
                "introspection_endpoint",
                "grant_types_supported"
            })
    @DisplayName("PKCE, registration, revocation and introspection are not advertised [O typescript-sdk #832]")
    void notAdvertised(String member) {
        for (String tenant : List.of("common", "organizations", SampleDirectories.CONTOSO)) {
            assertThat(client.json("/" + tenant + "/v2.0/.well-known/openid-configuration")
                            .has(member))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SampleDirectories.CONTOSO, "contoso.example"})
    @DisplayName("a tenant's document carries its GUID, asked for by id or domain [O openiddict-core #2298]")
    void aTenantDocumentCarriesItsGuid(String tenant) {
        JsonNode document = client.json("/" + tenant + "/v2.0/.well-known/openid-configuration");
        String base = entra.origin() + "/" + SampleDirectories.CONTOSO;
        assertThat(document.get("issuer").asText())
                .isEqualTo(base + "/v2.0")
                .isEqualTo(entra.issuer(SampleDirectories.CONTOSO));
        assertThat(document.get("token_endpoint").asText()).isEqualTo(base + "/oauth2/v2.0/token");
        assertThat(names(document.get("mtls_endpoint_aliases"))).containsExactly("token_endpoint");
    }

    @Test
    @DisplayName("the v1 document has the sts issuer with its slash and the common key set [O panva/wellknown]")
    void theV1DocumentHasTheStsIssuer() {
        JsonNode document = client.json("/" + SampleDirectories.CONTOSO + "/.well-known/openid-configuration");
        assertThat(document.get("issuer").asText())
                .isEqualTo("https://sts.windows.net/" + SampleDirectories.CONTOSO + "/");
        assertThat(document.get("jwks_uri").asText()).isEqualTo(entra.origin() + "/common/discovery/keys");
        assertThat(document.get("microsoft_multi_refresh_token").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/.well-known/oauth-authorization-server/" + SampleDirectories.CONTOSO + "/v2.0",
                "/.well-known/openid-configuration/" + SampleDirectories.CONTOSO + "/v2.0",
                "/" + SampleDirectories.CONTOSO + "/v2.0/.well-known/oauth-authorization-server"
            })
    @DisplayName("RFC 8414 paths are 404 [R kubernetes-mcp-server, quoted in fastmcp #4166]")
    void rfc8414PathsAreMissing(String path) {
        assertThat(client.get(path).statusCode()).isEqualTo(404);
    }

    @Test
    @DisplayName("an unknown tenant is 400 with AADSTS90002 [D reference-error-codes.md]")
    void anUnknownTenantIsRefused() {
        HttpResponse<String> response = client.get("/nowhere.example/v2.0/.well-known/openid-configuration");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Browserless.json(response).get("error_codes").get(0).asInt()).isEqualTo(90002);
    }

    @Test
    @DisplayName("a v2 key has exactly the observed members, and kid is the certificate's SHA-1 [O panva/wellknown]")
    void aV2KeyHasExactlyTheObservedMembers() throws Exception {
        JsonNode keys = client.json("/organizations/discovery/v2.0/keys").get("keys");
        assertThat(keys.size()).isGreaterThan(1);
        for (JsonNode key : keys) {
            assertThat(names(key)).containsExactly("kty", "use", "kid", "x5t", "n", "e", "x5c", "issuer");
            byte[] der = Base64.getDecoder().decode(key.get("x5c").get(0).asText());
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(der);
            assertThat(key.get("kid").asText())
                    .isEqualTo(key.get("x5t").asText())
                    .isEqualTo(Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            assertThat(certificate.getSubjectX500Principal().getName())
                    .isEqualTo("CN=accounts.accesscontrol.windows.net");
            assertThat(key.get("issuer").asText()).isEqualTo(entra.origin() + "/{tenantid}/v2.0");
        }
    }

    @Test
    @DisplayName("personal-account keys with their exact issuer are under common only [O panva/wellknown entra-common]")
    void personalAccountKeysAreUnderCommonOnly() {
        String personal = entra.origin() + "/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        assertThat(issuers("common")).contains(personal, entra.origin() + "/{tenantid}/v2.0");
        assertThat(issuers("organizations")).doesNotContain(personal);
        assertThat(issuers(SampleDirectories.CONTOSO)).doesNotContain(personal);
    }

    @Test
    @DisplayName(
            "an API's own signing key is published where it is asked for, and signs its tokens [D access-tokens.md]")
    void anApisOwnKeysAreAskedForByItsId() throws Exception {
        String api = SampleDirectories.API;
        try (EntraEmulator custom = EntraEmulator.start(Settings.of(SampleDirectories.contosoAndFabrikam())
                .withKeys(Flow.KEYS.copy())
                .withCustomSigningKeys(api))) {
            Browserless http = new Browserless(custom);
            String tenant = "/" + SampleDirectories.CONTOSO;
            String plain = tenant + "/v2.0/.well-known/openid-configuration";
            assertThat(http.json(plain).get("jwks_uri").asText()).endsWith("/keys");
            String location = http.json(plain + "?appid=" + api).get("jwks_uri").asText();
            assertThat(location).endsWith("/discovery/v2.0/keys?appid=" + api);
            String kid = Browserless.header(custom.tokens()
                            .userToken(SampleDirectories.ALICE.upn(), SampleDirectories.NATIVE_CLIENT, api, "mcp.read")
                            .build())
                    .get("kid")
                    .asText();
            String own = tenant + "/discovery/v2.0/keys?appid=" + api;
            assertThat(http.json(own).get("keys").findValuesAsText("kid")).contains(kid);
            assertThat(http.json(tenant + "/discovery/v2.0/keys").get("keys").findValuesAsText("kid"))
                    .isNotEmpty()
                    .doesNotContain(kid);
            assertThat(http.json(tenant + "/discovery/v2.0/keys?appid=" + SampleDirectories.DOWNSTREAM)
                            .get("keys")
                            .findValuesAsText("kid"))
                    .doesNotContain(kid);
        }
    }

    @Test
    @DisplayName("a graceful rotation keeps the old keys, an emergency drops them [D signing-key-rollover.md]")
    void keysRollOver() {
        String before = entra.tokens()
                .userToken("alice@contoso.example", SampleDirectories.NATIVE_CLIENT, SampleDirectories.API, "mcp.read")
                .build();
        assertThat(client.verifies(before, SampleDirectories.CONTOSO)).isTrue();
        entra.rotateKeys(KeyRotation.GRACEFUL);
        String after = entra.tokens()
                .userToken("alice@contoso.example", SampleDirectories.NATIVE_CLIENT, SampleDirectories.API, "mcp.read")
                .build();
        assertThat(Browserless.header(after).get("kid"))
                .isNotEqualTo(Browserless.header(before).get("kid"));
        assertThat(client.verifies(before, SampleDirectories.CONTOSO)).isTrue();
        assertThat(client.verifies(after, SampleDirectories.CONTOSO)).isTrue();
        entra.rotateKeys(KeyRotation.EMERGENCY);
        assertThat(client.verifies(before, SampleDirectories.CONTOSO)).isFalse();
        assertThat(client.verifies(after, SampleDirectories.CONTOSO)).isFalse();
    }

    private List<String> issuers(String tenant) {
        List<String> issuers = new ArrayList<>();
        client.json("/" + tenant + "/discovery/v2.0/keys")
                .get("keys")
                .forEach(key -> issuers.add(key.get("issuer").asText()));
        return issuers;
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
