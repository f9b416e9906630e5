package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReloadTest extends GatewayScenario {

    private static final String ONLY_LISTING = "permit(principal, action == Action::\"get_prompt\", resource);";

    @Test
    void theNextRequestIsDecidedByTheNewPolicies() throws Exception {
        assertThat(gateway.post("ben", "notes", DELETE).body()).contains("\"result\"");
        String before = gateway.server.revision();
        gateway.apply(gateway.route("notes", GatewayFixture.READ_TOOLS), gateway.route("other"));
        assertThat(gateway.server.revision()).isNotEqualTo(before);
        assertThat(gateway.post("ben", "notes", DELETE).body()).contains("NoPermit");
        gateway.apply(notes(), gateway.route("other"));
        assertThat(gateway.post("ben", "notes", DELETE).body()).contains("\"result\"");
    }

    @Test
    void aCallThatIsNoLongerPermittedEndsInTheMiddleOfItsStream() throws Exception {
        gateway.workload.script(this::streaming);
        Events events = gateway.stream("ben", "notes", DELETE);
        Workload.Stream stream = stream();
        events.head();
        gateway.apply(gateway.route("notes", GatewayFixture.READ_TOOLS), gateway.route("other"));

        assertThat(events.next()).contains("\"id\":3").contains("\"error\"").contains("no longer permitted");
        assertThat(events.next()).isEqualTo(Events.END);
        stream.end();
    }

    @Test
    void aCallThatIsStillPermittedGoesOn() throws Exception {
        gateway.workload.script(this::streaming);
        Events events = gateway.stream("ben", "notes", DELETE);
        Workload.Stream stream = stream();
        events.head();
        gateway.apply(gateway.route("notes", GatewayFixture.WRITERS_MAY), gateway.route("other"));
        stream.message(result(3, "{\"content\":[]}")).end();

        assertThat(events.next()).contains("\"result\"");
    }

    @Test
    void whoListensIsToldThatListsMayHaveChanged() throws Exception {
        gateway.workload.script(this::streaming);
        String session = gateway.initialize("ben", "notes");
        Events events = gateway.listen("ben", "notes", session);
        Workload.Stream stream = stream();
        events.head();
        gateway.apply(notes(), gateway.route("other", GatewayFixture.WRITERS_MAY));
        gateway.apply(gateway.route("notes", GatewayFixture.WRITERS_MAY), gateway.route("other"));

        assertThat(events.next()).contains("notifications/tools/list_changed");
        assertThat(events.next()).contains("notifications/prompts/list_changed");
        assertThat(events.next()).contains("notifications/resources/list_changed");
        stream.message(notification("notifications/message", "{}"));
        assertThat(events.next()).contains("notifications/message");
        stream.end();
    }

    @Test
    void streamsEndWithTheirRouteAndWithTheirWorkload() throws Exception {
        gateway.workload.script(this::streaming);
        for (Route replacement : new Route[] {
            null,
            GatewayFixture.with(notes(), "anew", notes().upstream(), notes().policies(), List.of()),
            GatewayFixture.to(java.net.URI.create("http://127.0.0.1:9/mcp"), notes())
        }) {
            reset();
            gateway.workload.script(this::streaming);
            String session = gateway.initialize("ben", "notes");
            Events events = gateway.listen("ben", "notes", session);
            Workload.Stream stream = stream();
            events.head();
            if (replacement == null) {
                gateway.apply(gateway.route("other"));
            } else {
                gateway.apply(replacement, gateway.route("other"));
            }
            assertThat(events.next()).isEqualTo(Events.END);
            stream.end();
        }
    }

    @Test
    void streamsEndWhenSigningInChanges() throws Exception {
        gateway.workload.script(this::streaming);
        String session = gateway.initialize("ben", "notes");
        Events events = gateway.listen("ben", "notes", session);
        Workload.Stream stream = stream();
        events.head();
        List<String> before = gateway.acceptedClients;
        try {
            gateway.acceptedClients = List.of("00000000-0000-4000-8000-000000000001");
            gateway.apply(notes(), gateway.route("other"));
            assertThat(events.next()).isEqualTo(Events.END);
            assertThat(inSession("ben", session, READ).statusCode()).isIn(401, 403);
        } finally {
            gateway.acceptedClients = before;
            stream.end();
        }
    }

    @Test
    void aRouteWhosePoliciesCannotBeLoadedIsClosedAlone() throws Exception {
        RoutePolicies broken = new RoutePolicies(
                RoutePolicies.Evaluation.CEDAR,
                RoutePolicies.Numbers.NATIVE,
                List.of(new RoutePolicies.PolicyEntry("mcp/broken#0", "permit(", false, Map.of())),
                List.of(),
                "[]",
                List.of(),
                false);
        Route other = gateway.route("other");
        List<String> problems = gateway.apply(
                notes(), GatewayFixture.with(other, other.workloadUid(), other.upstream(), broken, List.of()));

        assertThat(problems).singleElement().asString().contains("other");
        HttpResponse<String> closed = gateway.post("ben", "other", READ);
        assertThat(closed.statusCode()).isEqualTo(503);
        assertThat(closed.body()).contains("PolicyUnusable");
        assertThat(gateway.post("ben", "notes", READ).body()).contains("\"result\"");
    }

    @Test
    void aConfigurationThatCannotBeEnforcedChangesNothing() throws Exception {
        String before = gateway.server.revision();
        var listener = gateway.listener;
        gateway.listener = new dev.ostiary.gateway.config.ListenerSettings(
                List.of(), List.of("not-a-cidr"), listener.limits(), listener.timeouts());
        try {
            assertThatThrownBy(() -> gateway.apply(gateway.route("other"))).isInstanceOf(RuntimeException.class);
        } finally {
            gateway.listener = listener;
        }
        assertThat(gateway.server.revision()).isEqualTo(before);
        assertThat(gateway.post("ben", "notes", READ).body()).contains("\"result\"");
    }

    @Test
    void twoHundredCallsDuringTwentyReloadsLoseNothing() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int reload = 0; reload < 20; reload++) {
            for (int i = 0; i < 10; i++) {
                calls.add(gateway.http.sendAsync(
                        gateway.request("ben", "notes")
                                .POST(HttpRequest.BodyPublishers.ofString(call(calls.size() + 10, "delete_note")))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()));
            }
            gateway.apply(
                    reload % 2 == 0
                            ? gateway.route("notes", GatewayFixture.WRITERS_MAY, ONLY_LISTING)
                            : gateway.route("notes", policies()),
                    gateway.route("other"));
        }
        for (int i = 0; i < calls.size(); i++) {
            HttpResponse<String> response = calls.get(i).join();
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(result(i + 10, "{\"content\":[]}"));
        }
        await().untilAsserted(() -> assertThat(gateway.auditLines()).contains("\"target\":\"delete_note\""));
    }
}
