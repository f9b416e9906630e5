package dev.ostiary.testing.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.crds.McpGrant;
import dev.ostiary.crds.McpGrantSpec;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The admission policies of the chart, with RBAC that would allow everything: who writes which report and which grant. The
 * writers are impersonated with what a bound token says of its pod.
 */
class AdmissionPoliciesTest {

    private static final Path POLICIES = Path.of("../charts/ostiary/files/admission");
    /** Keys of the user info, as they travel in the name of a header. */
    private static final String POD_NAME = "authentication.kubernetes.io%2Fpod-name";

    private static final String POD_UID = "authentication.kubernetes.io%2Fpod-uid";

    private static ApiServer server;

    private String namespace = "";

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start();
        try (Stream<Path> files = Files.list(POLICIES)) {
            for (Path file : files.toList()) {
                for (HasMetadata object :
                        server.admin().load(Files.newInputStream(file)).items()) {
                    server.admin().resource(object).serverSideApply();
                }
            }
        }
        // RBAC allows it all, to everybody who is signed in.
        server.admin()
                .load(new java.io.ByteArrayInputStream("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: { name: writers }
                rules:
                  - { apiGroups: [ostiary.dev], resources: [mcpgatewayreplicas, mcpgrants], verbs: ["*"] }
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: { name: writers }
                roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: writers }
                subjects:
                  - { apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated" }
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: { name: operator }
                rules:
                  - { apiGroups: [ostiary.dev], resources: [mcpgateways/status], verbs: [patch] }
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: { name: operator }
                roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: operator }
                subjects: [{ kind: ServiceAccount, name: ostiary-operator, namespace: ostiary }]
                """.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .items()
                .forEach(object -> server.admin().resource(object).create());
        // The API server notices new policies after a moment.
        String somewhere = server.newNamespace();
        await().atMost(Duration.ofMinutes(1)).until(() -> refusesStrangers(somewhere));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void separate() {
        namespace = server.newNamespace();
    }

    @Test
    void aPodWritesItsOwnReport() {
        try (KubernetesClient pod = pod("engineering", "engineering-gateway-a", "uid-a")) {
            pod.resource(report("engineering-gateway-a", "engineering", "uid-a", "uid-a"))
                    .create();
            McpGatewayReplica again = report("engineering-gateway-a", "engineering", "uid-a", "uid-a");
            again.getMetadata().setLabels(Map.of("again", "yes"));
            pod.resource(again).fieldManager("ostiary-gateway").forceConflicts().serverSideApply();
        }
        assertThat(server.admin()
                        .resources(McpGatewayReplica.class)
                        .inNamespace(namespace)
                        .withName("engineering-gateway-a")
                        .get()
                        .getMetadata()
                        .getLabels())
                .containsEntry("again", "yes");
    }

    @Test
    void aPodDoesNotWriteAnothersReport() {
        server.admin()
                .resource(report("engineering-gateway-b", "engineering", "uid-b", "uid-b"))
                .create();
        try (KubernetesClient pod = pod("engineering", "engineering-gateway-a", "uid-a")) {
            refused(
                    () -> pod.resource(report("engineering-gateway-b", "engineering", "uid-a", "uid-a"))
                            .update(),
                    "a pod writes the report that bears its own name, and no other");
            refused(
                    () -> pod.resource(report("engineering-gateway-c", "engineering", "uid-a", "uid-a"))
                            .create(),
                    "a pod writes the report that bears its own name, and no other");
        }
    }

    @Test
    void aTokenWithoutAPodWritesNoReport() {
        try (KubernetesClient account = account("engineering", Map.of())) {
            refused(
                    () -> account.resource(report("engineering-gateway-a", "engineering", "uid-a", "uid-a"))
                            .create(),
                    "a report is written with the token of a pod, and this one names none");
        }
        try (KubernetesClient account =
                account("engineering", Map.of(POD_NAME, List.of("engineering-gateway-a", "engineering-gateway-b")))) {
            refused(
                    () -> account.resource(report("engineering-gateway-a", "engineering", "uid-a", "uid-a"))
                            .create(),
                    "this one names none");
        }
    }

    @Test
    void aReportIsAboutTheGatewayOfItsServiceAccount() {
        try (KubernetesClient pod = pod("engineering", "engineering-gateway-a", "uid-a")) {
            refused(
                    () -> pod.resource(report("engineering-gateway-a", "sales", "uid-a", "uid-a"))
                            .create(),
                    "spec.gateway must be the gateway whose ServiceAccount");
        }
        // A workload's pod with a name of its own choice.
        try (KubernetesClient pod = client(
                "system:serviceaccount:" + namespace + ":notes-mcp",
                Map.of(POD_NAME, List.of("notes-mcp-0"), POD_UID, List.of("uid-n")))) {
            refused(
                    () -> pod.resource(report("notes-mcp-0", "engineering", "uid-n", "uid-n"))
                            .create(),
                    "spec.gateway must be the gateway whose ServiceAccount");
        }
        // The same names in another namespace.
        String other = namespace;
        namespace = server.newNamespace();
        try (KubernetesClient pod = pod("engineering", "engineering-gateway-a", "uid-a")) {
            McpGatewayReplica elsewhere = report("engineering-gateway-a", "engineering", "uid-a", "uid-a");
            elsewhere.getMetadata().setNamespace(other);
            refused(() -> pod.resource(elsewhere).create(), "spec.gateway must be the gateway whose ServiceAccount");
        }
    }

    @Test
    void aReportBelongsToThePodThatWritesIt() {
        try (KubernetesClient pod = pod("engineering", "engineering-gateway-a", "uid-a")) {
            refused(
                    () -> pod.resource(report("engineering-gateway-a", "engineering", "uid-b", "uid-a"))
                            .create(),
                    "spec.podUid must be the UID of the pod that writes the report");
            refused(
                    () -> pod.resource(report("engineering-gateway-a", "engineering", "uid-a", "uid-b"))
                            .create(),
                    "metadata.ownerReferences must name the pod that writes the report");
            McpGatewayReplica orphan = report("engineering-gateway-a", "engineering", "uid-a", "uid-a");
            orphan.getMetadata().setOwnerReferences(List.of());
            refused(() -> pod.resource(orphan).create(), "metadata.ownerReferences must name the pod");
        }
    }

    @Test
    void aGatewayWritesItsOwnGrantsAlone() {
        try (KubernetesClient engineering = pod("engineering", "engineering-gateway-a", "uid-a");
                KubernetesClient sales = pod("sales", "sales-gateway-a", "uid-s")) {
            engineering.resource(grant("one", "engineering", "first")).create();
            engineering.resource(grant("one", "engineering", "second")).update();
            refused(
                    () -> sales.resource(grant("two", "engineering", "first")).create(),
                    "a grant is written by the ServiceAccount of its own gateway");
            refused(
                    () -> sales.resource(grant("one", "engineering", "stolen")).update(),
                    "a grant is written by the ServiceAccount of its own gateway");
            // By taking it over: already the CRD refuses that.
            assertThatThrownBy(() ->
                            sales.resource(grant("one", "sales", "stolen")).update())
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("a record stays with its gateway");
            refused(
                    () -> sales.resource(grant("one", "engineering", "x")).delete(),
                    "a grant is changed and deleted by the ServiceAccount of its own gateway");
            refused(
                    () -> sales.resources(McpGrant.class).inNamespace(namespace).delete(),
                    "a grant is changed and deleted by the ServiceAccount of its own gateway");
            assertThat(value("one")).isEqualTo("second");

            engineering.resource(grant("one", "engineering", "x")).delete();
            assertThat(value("one")).isNull();
        }
    }

    @Test
    void theOperatorAndAdministratorsAreNotHeldToIt() {
        server.admin().resource(grant("one", "engineering", "first")).create();
        server.admin()
                .resource(report("engineering-gateway-a", "engineering", "uid-a", "uid-a"))
                .create();
        try (KubernetesClient operator = client("system:serviceaccount:ostiary:ostiary-operator", Map.of())) {
            operator.resource(grant("one", "engineering", "second")).update();
            operator.resource(grant("one", "engineering", "second")).delete();
        }
        // Whoever cleans up after a namespace may delete anything and change nothing.
        server.admin().resource(grant("two", "engineering", "first")).create();
        try (KubernetesClient cleaner = client("system:serviceaccount:kube-system:namespace-controller", Map.of())) {
            refused(
                    () -> cleaner.resource(grant("two", "engineering", "second"))
                            .update(),
                    "a grant is written by the ServiceAccount of its own gateway");
            cleaner.resources(McpGrant.class).inNamespace(namespace).delete();
        }
        assertThat(value("two")).isNull();
        server.admin()
                .resources(McpGatewayReplica.class)
                .inNamespace(namespace)
                .withName("engineering-gateway-a")
                .delete();
    }

    private @Nullable String value(String name) {
        McpGrant grant = server.admin()
                .resources(McpGrant.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        return grant == null ? null : grant.getSpec().value();
    }

    private static void refused(ThrowingCallable write, String why) {
        assertThatThrownBy(write).isInstanceOfSatisfying(KubernetesClientException.class, refusal -> {
            assertThat(refusal.getCode()).isEqualTo(403);
            assertThat(refusal.getMessage())
                    .contains("ValidatingAdmissionPolicy")
                    .contains(why);
        });
    }

    private static boolean refusesStrangers(String somewhere) {
        try (KubernetesClient stranger = client("stranger", Map.of())) {
            for (HasMetadata object : List.of(
                    report(somewhere, "a", "engineering", "u", "u"), grant(somewhere, "a", "engineering", "x"))) {
                try {
                    stranger.resource(object).dryRun(true).create();
                    return false;
                } catch (KubernetesClientException e) {
                    if (!String.valueOf(e.getMessage()).contains("ValidatingAdmissionPolicy")) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    private KubernetesClient pod(String gateway, String pod, String uid) {
        return account(gateway, Map.of(POD_NAME, List.of(pod), POD_UID, List.of(uid)));
    }

    private KubernetesClient account(String gateway, Map<String, List<String>> extras) {
        return client("system:serviceaccount:" + namespace + ":" + gateway + "-gateway", extras);
    }

    private static KubernetesClient client(String user, Map<String, List<String>> extras) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(server.config())
                        .withImpersonateUsername(user)
                        .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                        .withImpersonateExtras(extras)
                        .build())
                .build();
    }

    private McpGatewayReplica report(String name, String gateway, String podUid, String ownerUid) {
        return report(namespace, name, gateway, podUid, ownerUid);
    }

    private McpGrant grant(String name, String gateway, String value) {
        return grant(namespace, name, gateway, value);
    }

    private static McpGatewayReplica report(
            String namespace, String name, String gateway, String podUid, String ownerUid) {
        McpGatewayReplica report = new McpGatewayReplica();
        report.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withName(name)
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(name)
                        .withUid(ownerUid)
                        .build())
                .build());
        report.setSpec(new McpGatewayReplicaSpec(
                gateway, podUid, "0.1.0", List.of(1), null, null, null, null, List.of(), null));
        return report;
    }

    private static McpGrant grant(String namespace, String name, String gateway, String value) {
        McpGrant grant = new McpGrant();
        grant.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
        grant.setSpec(new McpGrantSpec(gateway, "SESSION", name, null, value, 1_900_000_000_000L));
        return grant;
    }
}
