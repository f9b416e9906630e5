package dev.ostiary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The proxy that the environment names for registries is not in the way of the API server. */
class OperatorMainTest {

    /** The client reads it like the variable HTTPS_PROXY, of which a test cannot have another one. */
    private static final String PROXY = "https.proxy";

    @Test
    void aProxyWithoutAPortEndsNothing() {
        System.setProperty(PROXY, "http://proxy.example");
        try {
            assertThatThrownBy(() -> client(new ConfigBuilder().build()).close())
                    .as("what the client does by itself")
                    .hasStackTraceContaining("Proxy port is required");

            Config config = OperatorMain.apiServer();

            client(config).close();
            client(new ConfigBuilder(config).withOnlyHttpWatches(true).build()).close();
            assertThat(config.getUserAgent()).isEqualTo("ostiary");
        } finally {
            System.clearProperty(PROXY);
        }
    }

    @Test
    void theApiServerIsReachedDirectly() throws Exception {
        try (Fixture fixture = new Fixture()) {
            fixture.stopOperator();
            Config given = ChartRules.client(fixture.server, fixture.user).getConfiguration();
            try (KubernetesClient client = client(new ConfigBuilder(given)
                            .withHttpsProxy("http://127.0.0.1:1")
                            .build());
                    Operator operator = Operator.start(
                            client, Given.settings(fixture.namespace, Map.of()), Clock.systemUTC(), () -> {})) {
                Fixture.until(() -> assertThat(ready(operator)).isEqualTo("ok\n"));
            }
        }
    }

    private static KubernetesClient client(Config config) {
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static String ready(Operator operator) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + operator.adminAddress().getPort() + "/readyz"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
