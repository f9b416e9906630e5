package dev.ostiary.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.McpWorkload;
import dev.ostiary.testing.ApiServer;
import java.time.Clock;
import org.junit.jupiter.api.Test;

/** An operator for the whole cluster, by the chart's ClusterRoles: they are enough, and none is too much. */
class ClusterWideTest {

    @Test
    void theClusterRolesAreWhatIsNeededAndNoMore() {
        try (ApiServer server = SharedServer.own();
                Fixture fixture = new Fixture(server, Clock.systemUTC(), true)) {
            EveryPath.walk(fixture);
            String elsewhere = server.newNamespace();
            fixture.admin
                    .resource(Given.read(
                            fixture.admin,
                            McpWorkload.class,
                            Given.workload(
                                    elsewhere,
                                    "far",
                                    "engineering, namespace: " + fixture.namespace,
                                    "url: https://a.example/mcp")))
                    .create();
            Fixture.until(() -> assertThat(fixture.admin
                            .resources(McpWorkload.class)
                            .inNamespace(elsewhere)
                            .withName("far")
                            .get()
                            .getStatus()
                            .conditions())
                    .as("resources of other namespaces are looked after as well")
                    .anyMatch(condition -> condition.reason().equals("RefNotPermitted")));

            assertThat(fixture.requests()).noneMatch(request -> request.code() == 403);
            assertThat(EveryPath.unused(fixture)).isEmpty();
        }
    }
}
