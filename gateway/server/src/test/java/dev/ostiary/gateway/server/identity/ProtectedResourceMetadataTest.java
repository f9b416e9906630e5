package dev.ostiary.gateway.server.identity;

import static dev.ostiary.gateway.server.identity.Snapshots.PUBLIC_URL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.AuthorizationSettings.EntraTokens;
import dev.ostiary.gateway.config.Closure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtectedResourceMetadataTest {

    private static final String LOGIN = "https://login.microsoftonline.com";
    private static final String ROOT = "/.well-known/oauth-protected-resource";

    private static Snapshots gateway() {
        return Snapshots.of(LOGIN, Tenants.OURS, Tenants.GATEWAY)
                .tokens(new EntraTokens(List.of(Tenants.CLI), null, List.of()));
    }

    private static String at(Snapshots snapshot, String path) {
        byte[] document = ProtectedResourceMetadata.of(snapshot.build()).document(path);
        return document == null ? null : new String(document, StandardCharsets.UTF_8);
    }

    @Test
    void withoutTheFacadeTheTenantIsTheOnlyAuthorizationServerAndScopesAreFull() {
        assertThat(at(gateway().route("mail").route("notes"), ROOT + "/notes"))
                .isEqualTo("{\"resource\":\"" + PUBLIC_URL + "/notes\",\"authorization_servers\":[\"" + LOGIN + "/"
                        + Tenants.OURS + "/v2.0\"],\"scopes_supported\":[\"" + PUBLIC_URL
                        + "/notes/mcp.notes\"],\"bearer_methods_supported\":[\"header\"],"
                        + "\"resource_name\":\"The notes server\"}");
    }

    @Test
    void withTheFacadeTheGatewayIsTheOnlyAuthorizationServer() {
        assertThat(at(gateway().facade().route("notes"), ROOT + "/notes"))
                .contains("\"authorization_servers\":[\"" + PUBLIC_URL + "\"]", "\"scopes_supported\":[\"mcp:notes\"]");
    }

    @Test
    void oneScopeForAllIsNamedByTheRegistration() {
        assertThat(at(
                        gateway()
                                .tokens(new EntraTokens(List.of(), "mcp.all", List.of()))
                                .route("notes"),
                        ROOT + "/notes"))
                .contains("\"scopes_supported\":[\"" + Tenants.GATEWAY + "/mcp.all\"]");
    }

    @Test
    void offlineAccessIsNeverAdvertised() {
        assertThat(at(gateway().route("notes"), ROOT + "/notes")).doesNotContain("offline_access");
    }

    @Test
    void theRootDescribesTheOnlyRouteAndNothingWhenThereAreSeveral() {
        assertThat(at(gateway().route("notes"), ROOT))
                .isNotNull()
                .isEqualTo(at(gateway().route("notes"), ROOT + "/notes"));
        assertThat(at(gateway().route("notes").route("mail"), ROOT)).isNull();
    }

    @Test
    void aClosedRouteKeepsItsMetadata() {
        assertThat(at(gateway().closedRoute("notes", new Closure("NeedsCluster", "x")), ROOT + "/notes"))
                .isEqualTo(at(gateway().route("notes"), ROOT + "/notes"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ROOT + "/unknown",
                ROOT + "/notes/",
                ROOT + "/Notes",
                ROOT + "/notes/sse",
                ROOT + "/",
                "/notes" + ROOT,
                "/.well-known/oauth-authorization-server",
                "/.well-known/openid-configuration"
            })
    void otherPathsHaveNoDocument(String path) {
        assertThat(at(gateway().route("notes").route("mail"), path)).isNull();
    }

    @Test
    void aGatewayWithoutEntraHasNoMetadata() {
        assertThat(at(gateway().withoutEntra().route("notes"), ROOT + "/notes")).isNull();
    }
}
