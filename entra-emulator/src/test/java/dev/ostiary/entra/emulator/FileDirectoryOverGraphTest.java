package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.GraphClient.body;
import static dev.ostiary.entra.emulator.SampleDirectories.API;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON_SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The apps of a directory that was given are the same objects over Graph. */
class FileDirectoryOverGraphTest {

    private static final String DAEMON_APP = "/applications(appId='" + DAEMON + "')";

    private EntraEmulator entra;
    private Flow flow;
    private GraphClient graph;

    @BeforeEach
    void start() {
        entra = Flow.start();
        flow = new Flow(entra);
        graph = new GraphClient(
                entra,
                entra.tokens()
                        .appToken(DAEMON, FirstPartyApps.GRAPH_ID)
                        .claim("roles", List.of("Application.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"))
                        .build());
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    @Test
    @DisplayName("they are listed with their fields, and an untouched directory is exactly the one that was given")
    void listed() {
        assertThat(graph.json("/applications").path("value"))
                .hasSameSizeAs(entra.directory().tenants().getFirst().apps());
        JsonNode api = graph.json("/applications(appId='" + API + "')");
        assertThat(Flow.texts(api.path("identifierUris"))).contains("api://" + API);
        assertThat(api.path("api").path("preAuthorizedApplications")).hasSize(2);
        assertThat(api.path("groupMembershipClaims").asText()).isEqualTo("SecurityGroup");
        graph.patch(DAEMON_APP, body("{'notes':'seen'}"));
        List<AppRegistration> now = entra.directory().tenants().getFirst().apps();
        List<AppRegistration> first =
                SampleDirectories.contosoAndFabrikam().tenants().getFirst().apps();
        for (AppRegistration app : first) {
            if (!app.appId().equals(DAEMON)) {
                assertThat(now).contains(app);
            }
        }
        assertThat(entra.directory().tenants().getFirst().consents())
                .containsAll(SampleDirectories.contosoAndFabrikam()
                        .tenants()
                        .getFirst()
                        .consents());
        assertThat(entra.directory().tenants().getFirst().roleAssignments())
                .containsExactlyInAnyOrderElementsOf(SampleDirectories.contosoAndFabrikam()
                        .tenants()
                        .getFirst()
                        .roleAssignments());
    }

    @Test
    @DisplayName("a change over Graph keeps all that it does not name, the secret among it")
    void changed() {
        graph.patch(DAEMON_APP, body("{'displayName':'Renamed'}"));
        AppRegistration before = SampleDirectories.contosoAndFabrikam()
                .tenants()
                .getFirst()
                .app(DAEMON)
                .orElseThrow();
        AppRegistration after =
                entra.directory().tenants().getFirst().app(DAEMON).orElseThrow();
        assertThat(after.displayName()).isEqualTo("Renamed");
        assertThat(after.secrets()).isEqualTo(before.secrets());
        assertThat(after)
                .usingRecursiveComparison()
                .ignoringFields("displayName")
                .isEqualTo(before);
        Map<String, String> params = Browserless.params(
                "grant_type",
                "client_credentials",
                "client_id",
                DAEMON,
                "client_secret",
                DAEMON_SECRET,
                "scope",
                API + "/.default");
        JsonNode tokens = GraphClient.expect(200, flow.token(params));
        assertThat(Flow.texts(
                        Browserless.claims(tokens.path("access_token").asText()).path("roles")))
                .containsExactly("Mcp.Call");
    }

    @Test
    @DisplayName("each registration of the sample directories survives a change as it was")
    void roundTrip() {
        List<AppRegistration> first =
                SampleDirectories.contosoAndFabrikam().tenants().getFirst().apps();
        for (AppRegistration app : first) {
            graph.patch("/applications(appId='" + app.appId() + "')", body("{'notes':'seen'}"));
            assertThat(entra.directory().tenants().getFirst().app(app.appId()).orElseThrow())
                    .usingRecursiveComparison()
                    .isEqualTo(app);
        }
    }

    @Test
    @DisplayName("a consent of the directory ends when its grant is deleted")
    void consentDeleted() {
        assertThat(flow.signIn().path("access_token").isTextual()).isTrue();
        String client = graph.json("/servicePrincipals(appId='" + SampleDirectories.NATIVE_CLIENT + "')")
                .path("id")
                .asText();
        String resource =
                graph.json("/servicePrincipals(appId='" + API + "')").path("id").asText();
        JsonNode grants = graph.json("/oauth2PermissionGrants?$filter="
                        + Browserless.encode("clientId eq '" + client + "' and resourceId eq '" + resource + "'"))
                .path("value");
        assertThat(grants).hasSize(1);
        graph.delete("/oauth2PermissionGrants/" + grants.path(0).path("id").asText());
        assertThat(flow.authorize(Flow.authorizeParams()).body()).contains("Permissions requested");
    }
}
