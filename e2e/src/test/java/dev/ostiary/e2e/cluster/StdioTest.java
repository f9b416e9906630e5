package dev.ostiary.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The example's server over standard input and output, in three pods behind the bridge. Afterwards it speaks HTTP again. */
@Tag("cluster")
class StdioTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PODS = 3;

    /** Enough for each pod to have some, but for once in fifty thousand runs. */
    private static final int SESSIONS = 30;

    private static Installation ostiary;

    @BeforeAll
    static void serveOverStdio() throws Exception {
        ostiary = Installation.running();
        ostiary.settled();
        Path node = Installation.repository()
                .resolve("e2e/clients/node_modules/node/bin/node")
                .toRealPath();
        patch(Map.of(
                "transport",
                "Stdio",
                "command",
                List.of(
                        node.toString(),
                        "/app/node_modules/@modelcontextprotocol/server-everything/dist/index.js",
                        "stdio"),
                "replicas",
                PODS,
                "resources",
                Map.of("limits", Map.of("memory", "2Gi"), "requests", Map.of("memory", "256Mi", "cpu", "50m"))));
        ready(PODS);
    }

    @AfterAll
    static void serveOverHttp() throws Exception {
        Map<String, Object> before = new java.util.HashMap<>();
        before.put("transport", "StreamableHttp");
        before.put("command", null);
        before.put("resources", null);
        before.put("replicas", 2);
        patch(before);
        ready(2);
        ostiary.settled();
    }

    @Test
    void aSessionLivesInOnePodAndEndsWithIt() throws Exception {
        List<Calls> sessions = opened();

        ostiary.cluster()
                .kubectl("delete", "pod", "everything-mcp-0", "--namespace", Installation.NAMESPACE, "--wait=true")
                .run();
        ready(PODS);

        endedOrKept(sessions);
    }

    @Test
    void scalingDownEndsTheSessionsOfThePodsThatGo() throws Exception {
        List<Calls> sessions = opened();
        patch(Map.of("replicas", 1));
        ready(1);

        endedOrKept(sessions);

        patch(Map.of("replicas", PODS));
        ready(PODS);
    }

    @Test
    void whatTheServerSaysForItsLogIsThePodsLog() throws Exception {
        opened();

        String logs = "";
        for (Pod pod : pods()) {
            logs += ostiary.cluster()
                    .kubectl("logs", pod.getMetadata().getName(), "--namespace", Installation.NAMESPACE)
                    .run();
        }

        assertThat(logs).contains("STDIO");
    }

    private static List<Calls> opened() throws Exception {
        List<Calls> sessions = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            Calls calls = ostiary.throughService("ben");
            Calls.Answer answer = calls.echo("one");
            assertThat(answer.outcome()).as(answer.text()).isEqualTo(Calls.Outcome.ALLOWED);
            sessions.add(calls);
        }
        return sessions;
    }

    /**
     * Sessions of other pods go on; those of the pod that went away are told so, and whoever was begins again. Until names lead
     * to the new pod, a call may find nobody at the address of the old one: 502, or 504 where even the refusal is missing. That says
     * nothing of the session and is to be tried again.
     */
    private static void endedOrKept(List<Calls> sessions) throws InterruptedException {
        Map<Calls.Outcome, Integer> seen = new EnumMap<>(Calls.Outcome.class);
        List<Calls> unknown = new ArrayList<>(sessions);
        await().atMost(Installation.SETTLED).until(() -> {
            List<Calls> again = new ArrayList<>();
            for (Calls calls : unknown) {
                Calls.Answer answer = calls.echo("again");
                if (answer.outcome() == Calls.Outcome.FAILED && foundNobody(answer.text())) {
                    again.add(calls);
                } else {
                    assertThat(answer.outcome())
                            .as(answer.text())
                            .isIn(Calls.Outcome.ALLOWED, Calls.Outcome.SESSION_GONE);
                    seen.merge(answer.outcome(), 1, Integer::sum);
                }
            }
            unknown.clear();
            unknown.addAll(again);
            return unknown.isEmpty();
        });
        assertThat(seen).containsOnlyKeys(Calls.Outcome.ALLOWED, Calls.Outcome.SESSION_GONE);
        for (Calls calls : sessions) {
            Calls.Answer answer = calls.echo("once more");
            assertThat(answer.outcome()).as(answer.text()).isEqualTo(Calls.Outcome.ALLOWED);
        }
    }

    private static boolean foundNobody(String answer) {
        return answer.startsWith("HTTP 502")
                || (answer.startsWith("HTTP 504") && answer.contains("did not accept a connection in time"));
    }

    private static void patch(Map<String, ?> spec) throws IOException, InterruptedException {
        ostiary.cluster()
                .kubectl(
                        "patch",
                        "mcpworkload",
                        Installation.ROUTE,
                        "--namespace",
                        Installation.NAMESPACE,
                        "--type=merge",
                        "--patch",
                        JSON.writeValueAsString(Map.of("spec", spec)))
                .run();
    }

    /** Waits until these pods, and no others, are there and the resource says so. */
    private static void ready(int count) {
        await().atMost(Installation.SETTLED).ignoreExceptions().untilAsserted(() -> {
            StatefulSet set = ostiary.cluster()
                    .client()
                    .apps()
                    .statefulSets()
                    .inNamespace(Installation.NAMESPACE)
                    .withName("everything-mcp")
                    .require();
            assertThat(set.getStatus().getObservedGeneration())
                    .isEqualTo(set.getMetadata().getGeneration());
            assertThat(set.getSpec().getReplicas()).isEqualTo(count);
            assertThat(set.getStatus().getReadyReplicas()).isEqualTo(count);
            assertThat(set.getStatus().getUpdatedReplicas()).isEqualTo(count);
            assertThat(pods()).hasSize(count);
            Conditions conditions = Conditions.of(ostiary.resource("McpWorkload", Installation.ROUTE));
            assertThat(conditions.isTrueNow("Programmed")).isTrue();
        });
    }

    private static List<Pod> pods() {
        return ostiary.cluster()
                .client()
                .pods()
                .inNamespace(Installation.NAMESPACE)
                .withLabel("app.kubernetes.io/instance", Installation.ROUTE)
                .list()
                .getItems();
    }
}
