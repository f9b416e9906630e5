package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static dev.ostiary.entra.emulator.SampleDirectories.API;
import static dev.ostiary.entra.emulator.SampleDirectories.BOB;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON_SECRET;
import static dev.ostiary.entra.emulator.SampleDirectories.ENGINEERING;
import static dev.ostiary.entra.emulator.SampleDirectories.EVERYBODY;
import static dev.ostiary.entra.emulator.SampleDirectories.NATIVE_CLIENT;
import static dev.ostiary.entra.emulator.SampleDirectories.OSCAR;
import static dev.ostiary.entra.emulator.SampleDirectories.STAFF;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GraphTest {

    private static final String CAST = "/transitiveMemberOf/microsoft.graph.group";

    private EntraEmulator entra;
    private Flow flow;
    private String app;
    private String alice;

    @BeforeEach
    void start() {
        entra = Flow.start();
        flow = new Flow(entra);
        app = entra.tokens().appToken(DAEMON, FirstPartyApps.GRAPH_ID).build();
        alice = entra.tokens()
                .userToken(ALICE.oid(), NATIVE_CLIENT, FirstPartyApps.GRAPH_ID, "User.Read", "openid", "email")
                .build();
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    private HttpResponse<String> get(String token, String path, String... headers) {
        HttpRequest.Builder request = flow.http.to(path).header("Authorization", "Bearer " + token);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return flow.http.send(request.build());
    }

    private HttpResponse<String> post(String token, String path, Object body) {
        try {
            return flow.http.send(flow.http
                    .to(path)
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(Browserless.JSON.writeValueAsString(body)))
                    .build());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode error = Browserless.json(response).get("error");
        assertThat(error.get("code").asText()).isEqualTo(code);
        assertThat(Flow.names(error.get("innerError"))).containsExactly("date", "request-id", "client-request-id");
    }

    @Test
    @DisplayName("tokens from the flows open Graph; others are 401 InvalidAuthenticationToken [D]")
    void onlyGraphTokensOpenGraph() {
        JsonNode issued = flow.success(Browserless.params(
                "grant_type",
                "client_credentials",
                "client_id",
                DAEMON,
                "client_secret",
                DAEMON_SECRET,
                "scope",
                "https://graph.microsoft.com/.default"));
        assertThat(get(issued.get("access_token").asText(), "/v1.0/users/" + ALICE.oid())
                        .statusCode())
                .isEqualTo(200);
        String forApi = entra.tokens()
                .userToken(ALICE.oid(), NATIVE_CLIENT, API, "mcp.read")
                .build();
        refused(get(forApi, "/v1.0/me"), 401, "InvalidAuthenticationToken");
        refused(flow.http.get("/v1.0/me"), 401, "InvalidAuthenticationToken");
        entra.clock().advance(Duration.ofHours(2));
        refused(get(alice, "/v1.0/me"), 401, "InvalidAuthenticationToken");
    }

    @Test
    @DisplayName("Graph may be asked for under the emulated host's name too")
    void theEmulatedGraphHostIsAResource() {
        flow.success(Browserless.params(
                "grant_type",
                "client_credentials",
                "client_id",
                DAEMON,
                "client_secret",
                DAEMON_SECRET,
                "scope",
                entra.graphOrigin() + "/.default"));
    }

    @Test
    @DisplayName(
            "checkMemberGroups is transitive and answers only with ids asked [D directoryobject-checkmembergroups.md]")
    void checkMemberGroups() {
        HttpResponse<String> response = post(
                app,
                "/v1.0/users/" + ALICE.oid() + "/checkMemberGroups",
                Map.of("groupIds", List.of(EVERYBODY, SampleDirectories.manyGroupId(3), "unknown")));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(Flow.texts(Browserless.json(response).get("value"))).containsExactly(EVERYBODY);
        assertThat(Browserless.json(response).get("@odata.context").asText())
                .endsWith("$metadata#Collection(Edm.String)");
    }

    @Test
    @DisplayName("20 ids are accepted, 21 are not [D directoryobject-checkmembergroups.md]")
    void atMostTwentyIds() {
        List<String> ids = new ArrayList<>(
                IntStream.range(0, 20).mapToObj(SampleDirectories::manyGroupId).toList());
        String path = "/v1.0/users/" + OSCAR.oid() + "/checkMemberGroups";
        assertThat(Browserless.json(post(app, path, Map.of("groupIds", ids)))
                        .get("value")
                        .size())
                .isEqualTo(20);
        ids.add(EVERYBODY);
        refused(post(app, path, Map.of("groupIds", ids)), 400, "Request_BadRequest");
        refused(post(app, path, Map.of("groupIds", List.of())), 400, "Request_BadRequest");
        refused(post(app, path, List.of()), 400, "Request_BadRequest");
    }

    @Test
    @DisplayName("getMemberObjects and getMemberGroups give all ids [D directoryobject-getmemberobjects.md]")
    void memberIds() {
        for (String call : List.of("getMemberObjects", "getMemberGroups")) {
            assertThat(Flow.texts(Browserless.json(post(alice, "/v1.0/me/" + call, Map.of("securityEnabledOnly", true)))
                            .get("value")))
                    .containsExactlyInAnyOrder(ENGINEERING, STAFF, EVERYBODY);
        }
        refused(post(alice, "/v1.0/me/getMemberObjects", Map.of()), 400, "Request_BadRequest");
    }

    @Test
    @DisplayName("lists are paged by nextLink, 100 by default and at most 999 [D user-list-transitivememberof.md]")
    void listsArePaged() {
        String path = "/v1.0/users/" + OSCAR.oid() + CAST + "?$count=true&$select=id,displayName";
        List<String> ids = new ArrayList<>();
        int pages = 0;
        while (path != null) {
            JsonNode page = Browserless.json(get(app, path, "ConsistencyLevel", "eventual"));
            page.get("value").forEach(group -> ids.add(group.get("id").asText()));
            assertThat(page.get("@odata.count").asInt()).isEqualTo(205);
            assertThat(page.get("value").size()).isLessThanOrEqualTo(100);
            path = page.has("@odata.nextLink")
                    ? page.get("@odata.nextLink")
                            .asText()
                            .substring(entra.graphOrigin().length())
                    : null;
            pages++;
        }
        assertThat(pages).isEqualTo(3);
        assertThat(ids).doesNotHaveDuplicates().hasSize(205);
        String base = "/v1.0/users/" + OSCAR.oid() + "/transitiveMemberOf?$top=";
        assertThat(Browserless.json(get(app, base + "999")).get("value").size()).isEqualTo(205);
        refused(get(app, base + "1000"), 400, "Request_BadRequest");
        refused(get(app, base + "x"), 400, "Request_BadRequest");
        refused(get(app, base + "5&$skiptoken=zzz"), 400, "Request_BadRequest");
    }

    @Test
    @DisplayName("the cast needs ConsistencyLevel and $count [D user-list-transitivememberof.md]")
    void advancedQueriesNeedTheHeader() {
        String path = "/v1.0/users/" + ALICE.oid() + CAST;
        refused(get(app, path + "?$count=true"), 400, "Request_UnsupportedQuery");
        refused(get(app, path, "ConsistencyLevel", "eventual"), 400, "Request_UnsupportedQuery");
        refused(get(app, path + "/$count"), 400, "Request_UnsupportedQuery");
        assertThat(get(app, path + "/$count", "ConsistencyLevel", "eventual").body())
                .isEqualTo("3");
        JsonNode plain = Browserless.json(get(app, "/v1.0/users/" + ALICE.oid() + "/transitiveMemberOf"));
        assertThat(plain.get("value").get(0).get("@odata.type").asText()).isEqualTo("#microsoft.graph.group");
    }

    @Test
    @DisplayName("without GroupMember.Read.All only ids are shown, and nobody else's [D]")
    void permissionsDecide() {
        JsonNode own = Browserless.json(get(alice, "/v1.0/me/transitiveMemberOf"));
        assertThat(own.get("value").get(0).get("displayName").isNull()).isTrue();
        refused(get(alice, "/v1.0/users/" + BOB.oid() + "/transitiveMemberOf"), 403, "Authorization_RequestDenied");
        refused(
                post(alice, "/v1.0/me/checkMemberGroups", Map.of("groupIds", List.of(STAFF))),
                403,
                "Authorization_RequestDenied");
        String weak = entra.tokens().appToken(API, FirstPartyApps.GRAPH_ID).build();
        refused(get(weak, "/v1.0/users/" + ALICE.oid()), 403, "Authorization_RequestDenied");
        refused(get(app, "/v1.0/users/nobody"), 404, "Request_ResourceNotFound");
        refused(get(app, "/v1.0/me"), 400, "Request_BadRequest");
    }

    @Test
    @DisplayName("throttling is 429 with Retry-After, on demand [D throttling.md]")
    void throttling() {
        entra.faults().throttle(Area.GRAPH, 3, 1);
        HttpResponse<String> throttled = get(alice, "/v1.0/me");
        assertThat(throttled.statusCode()).isEqualTo(429);
        assertThat(throttled.headers().firstValue("Retry-After")).contains("3");
        assertThat(get(alice, "/v1.0/me").statusCode()).isEqualTo(200);
    }

    @Test
    @DisplayName("a CAE challenge is 401 insufficient_claims with base64 claims, on demand [D app-resilience-CAE]")
    void claimsChallenges() {
        String claims = "{\"access_token\":{\"nbf\":{\"essential\":true, \"value\":\"1604106651\"}}}";
        entra.faults().arm(Area.GRAPH, new Fault.Aadsts(50132, claims), 1);
        HttpResponse<String> response = get(alice, "/v1.0/me");
        assertThat(response.statusCode()).isEqualTo(401);
        String challenge = response.headers().firstValue("WWW-Authenticate").orElseThrow();
        assertThat(challenge).startsWith("Bearer ").contains("error=\"insufficient_claims\"");
        String encoded = challenge.substring(challenge.indexOf("claims=\"") + 8, challenge.lastIndexOf('"'));
        assertThat(new String(Base64.getDecoder().decode(encoded), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(claims);
    }

    @Test
    @DisplayName("userinfo has the id_token's sub [D userinfo]")
    void userinfo() {
        JsonNode signedIn = flow.success(
                Flow.codeParams(flow.code("scope", "openid profile email"), "scope", "openid profile email"));
        JsonNode info = Browserless.json(get(signedIn.get("access_token").asText(), "/oidc/userinfo"));
        assertThat(info.get("sub").asText())
                .isEqualTo(Browserless.claims(signedIn.get("id_token").asText())
                        .get("sub")
                        .asText());
        assertThat(info.get("name").asText()).isEqualTo(ALICE.name());
        assertThat(info.get("email").asText()).isEqualTo(ALICE.email());
    }

    @Test
    @DisplayName("revokeSignInSessions ends refresh tokens [D user-revokesigninsessions.md]")
    void revokeSignInSessions() {
        JsonNode signedIn = flow.signIn();
        refused(post(alice, "/v1.0/me/revokeSignInSessions", Map.of()), 403, "Authorization_RequestDenied");
        String admin = entra.tokens()
                .userToken(ALICE.oid(), NATIVE_CLIENT, FirstPartyApps.GRAPH_ID, "User.RevokeSessions.All")
                .build();
        HttpResponse<String> response = post(admin, "/v1.0/me/revokeSignInSessions", Map.of());
        assertThat(Browserless.json(response).get("value").asBoolean()).isTrue();
        Flow.refused(flow.token(CodeGrantTest.refreshParams(signedIn)), 400, "invalid_grant", 50173);
    }
}
