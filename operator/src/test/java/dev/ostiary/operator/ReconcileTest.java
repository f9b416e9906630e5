package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewayStatus;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RuntimeSecret;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator with a real API server, under the rights that the chart gives it: resources in, objects and statuses out. */
class ReconcileTest {

    private static final String PERMIT = "permit(principal, action, resource);";
    private static final String REMOTE = "url: https://notes.example.com/mcp";
    private static final String IMAGE = "image: registry.example/notes:1\nhttp: { stateful: false }";

    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture();
    }

    @AfterEach
    void stop() {
        if (fixture == null) {
            return;
        }
        fixture.close();
        assertThat(fixture.requests())
                .as("everything that the operator asks for is within the chart's rules")
                .noneMatch(request -> request.code() == 403);
    }

    @Test
    void resourcesBecomeARuntimeSecretADeploymentAndStatuses() {
        fixture.gateway("engineering", "");
        fixture.workload("notes", "engineering", REMOTE);
        fixture.policy("readers", "notes", PERMIT);

        untilProgrammed("engineering");
        until(() -> {
            McpGatewayStatus status =
                    fixture.get(McpGateway.class, "engineering").getStatus();
            assertThat(status.enforcedBy()).isEqualTo("2/2");
            assertThat(status.workloads()).isEqualTo(1);
            assertTrue(fixture.workloadCondition("notes", "Programmed"));
            assertTrue(fixture.policyCondition("readers", "Programmed"));
        });
        assertThat(fixture.data("engineering-runtime"))
                .containsOnlyKeys("snapshot.json.gz", "keys.json", "credentials.json");
        assertThat(fixture.get(Secret.class, "engineering-keys").getMetadata().getOwnerReferences())
                .as("kept, since deletionPolicy is Retain")
                .isEmpty();
        assertOwned("engineering-runtime", Secret.class, "engineering");
        assertOwned("engineering-gateway", Deployment.class, "engineering");
    }

    @Test
    void anEditReachesReplicasAndItsStatusFollowsThem() {
        fixture.gateway("engineering", "");
        fixture.workload("notes", "engineering", REMOTE);
        fixture.policy("readers", "notes", PERMIT);
        until(() -> assertTrue(fixture.policyCondition("readers", "Programmed")));

        fixture.cluster.silence();
        fixture.apply(
                McpPolicy.class,
                Given.policy(
                        fixture.namespace, "readers", "McpWorkload", "notes", "forbid(principal, action, resource);"));
        until(() -> {
            Condition programmed = fixture.policyCondition("readers", "Programmed");
            assertThat(programmed.status()).isEqualTo(Condition.Status.FALSE);
            assertThat(programmed.observedGeneration()).isEqualTo(2);
            assertThat(fixture.get(McpPolicy.class, "readers").getStatus().enforcedGeneration())
                    .isEqualTo(1);
        });
        fixture.cluster.speak();
        until(() -> {
            assertTrue(fixture.policyCondition("readers", "Programmed"));
            assertThat(fixture.get(McpPolicy.class, "readers").getStatus().enforcedGeneration())
                    .isEqualTo(2);
        });
    }

    @Test
    void nothingIsWrittenAtRest() {
        fixture.gateway("engineering", "");
        fixture.workload("notes", "engineering", IMAGE);
        fixture.policy("readers", "notes", PERMIT);
        untilProgrammed("engineering");
        until(() -> assertThat(fixture.get(Deployment.class, "notes-mcp")).isNotNull());
        Quiet.await(fixture);

        // What would be written for no reason is written when a resource is looked at again.
        long before = fixture.writes().size();
        for (int i = 0; i < 3; i++) {
            fixture.operator().sing();
            annotate("notes-mcp", "example.com/look", Integer.toString(i));
        }
        Quiet.await(fixture);

        assertThat(fixture.writes()).hasSize((int) before);
    }

    @Test
    void whatOthersChangeIsPutBackAndWhatTheyAddStays() {
        fixture.gateway("engineering", "");
        untilProgrammed("engineering");

        // Others write as well, so that an edit may have to be made again.
        until(() -> fixture.admin
                .apps()
                .deployments()
                .inNamespace(fixture.namespace)
                .withName("engineering-gateway")
                .edit(deployment -> deployment
                        .edit()
                        .editMetadata()
                        .addToAnnotations("example.com/note", "mine")
                        .endMetadata()
                        .editSpec()
                        .withReplicas(7)
                        .editTemplate()
                        .editSpec()
                        .editFirstContainer()
                        .withImage("registry.example/other:1")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build()));
        fixture.delete(Service.class, "engineering-gateway");
        until(() -> fixture.admin
                .secrets()
                .inNamespace(fixture.namespace)
                .withName("engineering-runtime")
                .edit(secret -> secret.edit().addToData("keys.json", "e30=").build()));

        until(() -> {
            Deployment deployment = fixture.get(Deployment.class, "engineering-gateway");
            assertThat(deployment.getSpec().getReplicas()).isEqualTo(2);
            assertThat(deployment
                            .getSpec()
                            .getTemplate()
                            .getSpec()
                            .getContainers()
                            .getFirst()
                            .getImage())
                    .isEqualTo("registry.example/ostiary-gateway:test");
            assertThat(deployment.getMetadata().getAnnotations()).containsEntry("example.com/note", "mine");
            assertThat(fixture.get(Service.class, "engineering-gateway")).isNotNull();
            assertThat(RuntimeSecret.read(fixture.data("engineering-runtime"))).isNotNull();
        });
    }

    @Test
    void whatSomebodyElseOwnsIsNotTakenOver() {
        fixture.admin
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace(fixture.namespace)
                        .withName("engineering-gateway")
                        .endMetadata()
                        .withNewSpec()
                        .addNewPort()
                        .withPort(81)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
        fixture.gateway("engineering", "");

        until(() -> {
            Condition ready = fixture.gatewayCondition("engineering", "Ready");
            assertThat(ready.status()).isEqualTo(Condition.Status.FALSE);
            assertThat(ready.message()).contains("engineering-gateway");
        });
        assertThat(fixture.get(Service.class, "engineering-gateway")
                        .getSpec()
                        .getPorts()
                        .getFirst()
                        .getPort())
                .isEqualTo(81);
        fixture.delete(Service.class, "engineering-gateway");
        // The foreign Service bore no label of ours, so that its end is noticed when the gateway is looked at next.
        fixture.apply(McpGateway.class, Given.gateway(fixture.namespace, "engineering", "replicas: 1"));
        until(() -> assertOwned("engineering-gateway", Service.class, "engineering"));
    }

    @Test
    void whatIsNoLongerDesiredIsDeleted() {
        fixture.gateway("engineering", "expose: { ingress: { className: nginx } }");
        fixture.workload("notes", "engineering", IMAGE + "\nupstreamAuth: { type: IdentityAssertion }");
        until(() -> {
            assertThat(fixture.get(Ingress.class, "engineering-gateway")).isNotNull();
            assertThat(fixture.get(Deployment.class, "notes-mcp")).isNotNull();
            assertThat(fixture.get(ConfigMap.class, "notes-mcp-keys").getData())
                    .hasEntrySatisfying("jwks.json", jwks -> assertThat(jwks).contains("\"alg\":\"ES256\""));
            assertThat(fixture.get(NetworkPolicy.class, "notes-mcp")).isNotNull();
        });

        fixture.apply(
                McpGateway.class,
                Given.gateway(
                        fixture.namespace, "engineering", "expose: { httpRoute: { parentRefs: [{ name: edge }] } }"));
        fixture.apply(
                McpWorkload.class,
                Given.workload(fixture.namespace, "notes", "engineering", "image: registry.example/notes:1"));
        until(() -> {
            assertThat(fixture.get(Ingress.class, "engineering-gateway")).isNull();
            assertThat(fixture.get(HTTPRoute.class, "engineering-gateway")).isNotNull();
            assertThat(fixture.get(Deployment.class, "notes-mcp")).isNull();
            assertThat(fixture.get(StatefulSet.class, "notes-mcp")).isNotNull();
            assertThat(fixture.get(ConfigMap.class, "notes-mcp-keys")).isNull();
        });

        fixture.apply(McpWorkload.class, Given.workload(fixture.namespace, "notes", "engineering", REMOTE));
        until(() -> {
            assertThat(fixture.get(StatefulSet.class, "notes-mcp")).isNull();
            assertThat(fixture.get(Service.class, "notes-mcp")).isNull();
            assertThat(fixture.get(NetworkPolicy.class, "notes-mcp")).isNull();
        });
    }

    @Test
    void anAutoscalerIsGivenTheNumberOfPodsWithoutADip() {
        fixture.gateway("engineering", "replicas: 3");
        until(() -> assertThat(
                        fixture.get(McpGateway.class, "engineering").getStatus().enforcedBy())
                .isEqualTo("3/3"));
        fixture.apply(
                McpGateway.class,
                Given.gateway(fixture.namespace, "engineering", "autoscaling: { minReplicas: 2, maxReplicas: 5 }"));

        until(() -> {
            assertThat(fixture.get(HorizontalPodAutoscaler.class, "engineering-gateway"))
                    .isNotNull();
            Deployment deployment = fixture.get(Deployment.class, "engineering-gateway");
            assertThat(deployment.getSpec().getReplicas()).isEqualTo(3);
            assertThat(deployment.getMetadata().getManagedFields())
                    .anySatisfy(entry -> assertThat(entry.getManager()).isEqualTo("ostiary-replicas"));
        });
        // The autoscaler scales, and nobody scales back.
        fixture.admin
                .apps()
                .deployments()
                .inNamespace(fixture.namespace)
                .withName("engineering-gateway")
                .scale(5);
        until(() -> assertThat(
                        fixture.get(McpGateway.class, "engineering").getStatus().enforcedBy())
                .isEqualTo("5/5"));
        Quiet.await(fixture);
        assertThat(fixture.get(Deployment.class, "engineering-gateway")
                        .getSpec()
                        .getReplicas())
                .isEqualTo(5);
    }

    @Test
    void aRotatedCredentialReachesReplicasWithoutARoll() throws IOException {
        fixture.secret("notes", "value", "Bearer one");
        fixture.gateway("engineering", "");
        fixture.workload(
                "notes", "engineering", REMOTE + "\nupstreamAuth: { type: Secret, secretRef: { name: notes } }");
        untilProgrammed("engineering");
        assertThat(credential("notes")).isEqualTo("Bearer one");
        long generation = fixture.get(Deployment.class, "engineering-gateway")
                .getMetadata()
                .getGeneration();
        String revision =
                fixture.get(McpGateway.class, "engineering").getStatus().revision();

        fixture.secret("notes", "value", "Bearer two");

        until(() -> assertThat(credential("notes")).isEqualTo("Bearer two"));
        untilProgrammed("engineering");
        assertThat(fixture.get(McpGateway.class, "engineering").getStatus().revision())
                .isEqualTo(revision);
        assertThat(fixture.get(Deployment.class, "engineering-gateway")
                        .getMetadata()
                        .getGeneration())
                .isEqualTo(generation);
    }

    @Test
    void aMissingSecretClosesItsRouteUntilItIsThere() throws IOException {
        fixture.gateway("engineering", "");
        fixture.workload(
                "notes", "engineering", REMOTE + "\nupstreamAuth: { type: Secret, secretRef: { name: notes } }");
        until(() -> assertThat(
                        fixture.workloadCondition("notes", "ResolvedRefs").reason())
                .isEqualTo("SecretNotFound"));

        fixture.secret("notes", "value", "Bearer one");

        until(() -> assertTrue(fixture.workloadCondition("notes", "ResolvedRefs")));
        until(() -> assertThat(route("notes").closure()).isNull());
    }

    @Test
    void theOperatorsOwnSecretsAreNobodysCredentials() {
        fixture.gateway("engineering", "");
        untilProgrammed("engineering");
        fixture.workload(
                "thief",
                "engineering",
                REMOTE + "\nupstreamAuth: { type: Secret, secretRef: { name: engineering-keys, key: keys.json } }");

        until(() -> assertThat(
                        fixture.workloadCondition("thief", "ResolvedRefs").reason())
                .isEqualTo("SecretNotFound"));
    }

    @Test
    void withdrawalClosesTheRouteAndTakesCredentialsAndPodsAway() throws IOException {
        fixture.secret("notes", "value", "Bearer one");
        fixture.gateway("engineering", "");
        fixture.workload(
                "notes", "engineering", IMAGE + "\nupstreamAuth: { type: Secret, secretRef: { name: notes } }");
        untilProgrammed("engineering");
        until(() -> assertThat(fixture.get(Deployment.class, "notes-mcp")).isNotNull());
        assertThat(credential("notes")).isEqualTo("Bearer one");

        fixture.apply(
                McpGateway.class,
                Given.gateway(
                        fixture.namespace,
                        "engineering",
                        "allowedWorkloads: { namespaces: { from: List, list: [elsewhere] } }"));

        until(() -> {
            RuntimeSecret.Content content = RuntimeSecret.read(fixture.data("engineering-runtime"));
            assertThat(content.config().snapshot().routes()).isEmpty();
            assertThat(content.config().credentials().get(fixture.namespace + "/notes/value"))
                    .isNull();
            assertThat(fixture.get(Deployment.class, "notes-mcp")).isNull();
            assertThat(fixture.workloadCondition("notes", "ResolvedRefs").reason())
                    .isEqualTo("RefNotPermitted");
        });
    }

    @Test
    void podsRollWhenTheContentOfAReferencedSecretChanges() {
        fixture.secret("notes", "token", "one");
        fixture.gateway("engineering", "");
        fixture.workload(
                "notes",
                "engineering",
                IMAGE + "\nenv: [{ name: TOKEN, valueFrom: { secretKeyRef: { name: notes, key: token } } }]");
        until(() -> assertThat(fixture.get(Deployment.class, "notes-mcp")).isNotNull());
        long generation =
                fixture.get(Deployment.class, "notes-mcp").getMetadata().getGeneration();

        fixture.secret("notes", "token", "two");

        until(() -> assertThat(
                        fixture.get(Deployment.class, "notes-mcp").getMetadata().getGeneration())
                .isGreaterThan(generation));
    }

    @Test
    void aRestartInTheMiddleWritesNothingThatIsThereAlready() {
        fixture.gateway("engineering", "");
        fixture.workload("notes", "engineering", IMAGE);
        fixture.policy("readers", "notes", PERMIT);
        untilProgrammed("engineering");
        until(() -> assertTrue(fixture.policyCondition("readers", "Programmed")));
        Quiet.await(fixture);
        fixture.stopOperator();
        long before = fixture.writes().size();

        fixture.startOperator();
        until(() -> assertThat(fixture.operator().leading()).isTrue());
        fixture.operator().sing();
        Quiet.await(fixture);

        assertThat(fixture.writes()).hasSize((int) before);

        fixture.workload("more", "engineering", REMOTE);
        until(() -> assertTrue(fixture.workloadCondition("more", "Programmed")));
    }

    @Test
    void theFormatIsTheHighestThatEveryReplicaReads() {
        fixture.cluster.reads(List.of(1));
        fixture.gateway("engineering", "");
        until(() -> assertThat(snapshotFormat()).isOne());

        fixture.cluster.reads(List.of(3, 2));
        until(() -> assertThat(snapshotFormat()).isEqualTo(2));
    }

    @Test
    void aReplicaThatSaysNothingIsNamedAsStuck() {
        fixture.gateway("engineering", "");
        untilProgrammed("engineering");
        fixture.cluster.silence();
        fixture.workload("notes", "engineering", REMOTE);

        until(() -> {
            Condition programmed = fixture.gatewayCondition("engineering", "Programmed");
            assertThat(programmed.reason()).isEqualTo("ReplicaStuck");
            assertThat(programmed.message()).contains("engineering-gateway-0");
        });
        fixture.cluster.speak();
        untilProgrammed("engineering");
    }

    @Test
    void noRightIsGivenThatIsNotNeeded() {
        EveryPath.walk(fixture);

        assertThat(EveryPath.unused(fixture)).isEmpty();
    }

    // ---------------------------------------------------------------------------------------------------------------

    private void untilProgrammed(String gateway) {
        until(() -> {
            McpGateway found = fixture.get(McpGateway.class, gateway);
            Condition programmed = fixture.gatewayCondition(gateway, "Programmed");
            assertThat(programmed.observedGeneration())
                    .isEqualTo(found.getMetadata().getGeneration());
            assertTrue(programmed);
        });
    }

    private static void assertTrue(Condition condition) {
        assertThat(condition.status()).as(condition.toString()).isEqualTo(Condition.Status.TRUE);
    }

    private <T extends HasMetadata> void assertOwned(String name, Class<T> kind, String gateway) {
        T object = fixture.get(kind, name);
        assertThat(object).isNotNull();
        assertThat(object.getMetadata().getOwnerReferences()).singleElement().satisfies(owner -> {
            assertThat(owner.getKind()).isEqualTo("McpGateway");
            assertThat(owner.getUid())
                    .isEqualTo(
                            fixture.get(McpGateway.class, gateway).getMetadata().getUid());
            assertThat(owner.getController()).isTrue();
            assertThat(owner.getBlockOwnerDeletion()).isFalse();
        });
    }

    private void annotate(String deployment, String key, String value) {
        until(() -> fixture.admin
                .apps()
                .deployments()
                .inNamespace(fixture.namespace)
                .withName(deployment)
                .edit(found -> found.edit()
                        .editMetadata()
                        .addToAnnotations(key, value)
                        .endMetadata()
                        .build()));
    }

    private String credential(String secret) throws IOException {
        return RuntimeSecret.read(fixture.data("engineering-runtime"))
                .config()
                .credentials()
                .get(fixture.namespace + "/" + secret + "/value");
    }

    private Route route(String name) throws IOException {
        return RuntimeSecret.read(fixture.data("engineering-runtime")).config().snapshot().routes().stream()
                .filter(route -> route.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private int snapshotFormat() throws IOException {
        return RuntimeSecret.read(fixture.data("engineering-runtime"))
                .config()
                .snapshot()
                .format();
    }
}
