package dev.ostiary.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A replica's token writes the report of its own pod, and no other. */
@Tag("cluster")
class ReportTest {

    private static final String NOTE = "{\"metadata\":{\"annotations\":{\"example.com/note\":\"written\"}}}";

    private static Installation ostiary;

    @BeforeAll
    static void install() throws Exception {
        ostiary = Installation.running();
        ostiary.settled();
    }

    @Test
    void aPodsTokenWritesItsOwnReportOnly() {
        List<Pod> pods = ostiary.replicas();
        try (KubernetesClient asFirst = withToken(boundTo(pods.get(0)))) {
            write(asFirst, pods.get(0));

            assertThatThrownBy(() -> write(asFirst, pods.get(1)))
                    .isInstanceOfSatisfying(KubernetesClientException.class, ReportTest::isRefusedByPolicy);
        }
    }

    @Test
    void aTokenThatIsBoundToNoPodWritesNone() {
        Pod pod = ostiary.replicas().getFirst();
        try (KubernetesClient unbound = withToken(token(
                pod.getSpec().getServiceAccountName(),
                new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(600L)
                        .endSpec()))) {
            assertThatThrownBy(() -> write(unbound, pod))
                    .isInstanceOfSatisfying(KubernetesClientException.class, ReportTest::isRefusedByPolicy);
        }
    }

    private static void isRefusedByPolicy(KubernetesClientException refusal) {
        assertThat(refusal.getMessage()).contains("ValidatingAdmissionPolicy");
    }

    /** Not stored: the API server only says whether it would be. */
    private static void write(KubernetesClient client, Pod pod) {
        Resource<GenericKubernetesResource> report = client.genericKubernetesResources(
                        "ostiary.dev/v1alpha1", "McpGatewayReplica")
                .inNamespace(Installation.NAMESPACE)
                .withName(pod.getMetadata().getName());
        report.patch(
                new PatchContext.Builder()
                        .withPatchType(PatchType.JSON_MERGE)
                        .withDryRun(List.of("All"))
                        .build(),
                NOTE);
    }

    private static String boundTo(Pod pod) {
        return token(
                pod.getSpec().getServiceAccountName(),
                new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(600L)
                        .withNewBoundObjectRef()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(pod.getMetadata().getName())
                        .withUid(pod.getMetadata().getUid())
                        .endBoundObjectRef()
                        .endSpec());
    }

    private static String token(String account, TokenRequestBuilder request) {
        return ostiary.cluster()
                .client()
                .serviceAccounts()
                .inNamespace(Installation.NAMESPACE)
                .withName(account)
                .tokenRequest(request.build())
                .getStatus()
                .getToken();
    }

    private static KubernetesClient withToken(String token) {
        Config admin = ostiary.cluster().client().getConfiguration();
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl(admin.getMasterUrl())
                        .withCaCertData(admin.getCaCertData())
                        .withCaCertFile(admin.getCaCertFile())
                        .withOauthToken(token)
                        .build())
                .build();
    }
}
