package dev.ostiary.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.crds.McpGateway;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.Test;

class ApiServerTest {

    @Test
    void ourKindsAreServedAndNobodyHasRightsThatNobodyGave() {
        try (ApiServer server = ApiServer.start();
                KubernetesClient stranger = server.as("stranger")) {
            String namespace = server.newNamespace();

            assertThat(server.admin()
                            .resources(McpGateway.class)
                            .inNamespace(namespace)
                            .list()
                            .getItems())
                    .isEmpty();
            assertThatThrownBy(() -> stranger.resources(McpGateway.class)
                            .inNamespace(namespace)
                            .list())
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("stranger");
            assertThat(server.audit().get())
                    .anyMatch(event -> event.contains("\"stranger\"") && event.contains("\"code\":403"));
        }
    }
}
