package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpWorkload;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import java.util.Set;
import java.util.TreeSet;

/** Every path of the operator once, and the rights of the chart that none of them needed. */
final class EveryPath {

    private static final String PERMIT = "permit(principal, action, resource);";
    private static final String REMOTE = "url: https://notes.example.com/mcp";
    private static final String IMAGE = "image: registry.example/notes:1\nhttp: { stateful: false }";

    private EveryPath() {}

    /** Has the operator do whatever it can be brought to do in one namespace. */
    static void walk(Fixture fixture) {
        fixture.gateway("engineering", "expose: { ingress: { className: nginx } }\nautoscaling: { maxReplicas: 3 }");
        fixture.workload("notes", "engineering", IMAGE + "\nupstreamAuth: { type: IdentityAssertion }");
        fixture.workload("files", "engineering", "image: registry.example/files:1");
        fixture.policy("readers", "notes", PERMIT);
        fixture.policy("broken", "files", "not cedar");
        untilProgrammed(fixture);
        until(() -> {
            assertThat(fixture.policyCondition("broken", "Accepted").status()).isEqualTo(Condition.Status.FALSE);
            assertThat(fixture.get(ConfigMap.class, "notes-mcp-keys")).isNotNull();
            assertThat(fixture.get(StatefulSet.class, "files-mcp")).isNotNull();
            assertThat(fixture.get(Ingress.class, "engineering-gateway")).isNotNull();
        });
        fixture.apply(
                McpGateway.class,
                Given.gateway(
                        fixture.namespace,
                        "engineering",
                        "replicas: 1\ndeletionPolicy: Delete\nexpose: { httpRoute: { parentRefs: [{ name: edge }] } }"));
        fixture.apply(McpWorkload.class, Given.workload(fixture.namespace, "notes", "engineering", REMOTE));
        fixture.apply(McpWorkload.class, Given.workload(fixture.namespace, "files", "engineering", REMOTE));
        until(() -> {
            assertThat(fixture.get(HTTPRoute.class, "engineering-gateway")).isNotNull();
            assertThat(fixture.get(Deployment.class, "notes-mcp")).isNull();
            assertThat(fixture.get(ConfigMap.class, "notes-mcp-keys")).isNull();
            assertThat(fixture.get(StatefulSet.class, "files-mcp")).isNull();
            assertThat(fixture.get(Secret.class, "engineering-keys")
                            .getMetadata()
                            .getOwnerReferences())
                    .hasSize(1);
        });
        fixture.apply(McpGateway.class, Given.gateway(fixture.namespace, "engineering", ""));
        until(() ->
                assertThat(fixture.get(HTTPRoute.class, "engineering-gateway")).isNull());
        untilProgrammed(fixture);
    }

    /** Rights that the chart gives and that the API server has not seen used. */
    static Set<String> unused(Fixture fixture) {
        Set<String> unused = new TreeSet<>(ChartRules.given(ChartRules.all(fixture.admin)));
        unused.removeAll(ChartRules.used(fixture.requests()));
        // Nobody can grant what they do not hold: these are what the Role of a gateway gives its replicas.
        unused.removeIf(right -> right.endsWith("ostiary.dev/mcpgrants")
                || right.matches("(get|create|update|patch) ostiary\\.dev/mcpgatewayreplicas"));
        return unused;
    }

    private static void untilProgrammed(Fixture fixture) {
        until(() -> {
            Condition programmed = fixture.gatewayCondition("engineering", "Programmed");
            assertThat(programmed.observedGeneration())
                    .isEqualTo(fixture.get(McpGateway.class, "engineering")
                            .getMetadata()
                            .getGeneration());
            assertThat(programmed.status()).as(programmed.toString()).isEqualTo(Condition.Status.TRUE);
        });
    }
}
