package dev.ostiary.operator.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.objects.ImageEntry;
import dev.ostiary.operator.registry.HttpRegistry;
import dev.ostiary.operator.registry.RegistryTrust;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EntryPointsTest {

    private static final ResourceName NOTES = new ResourceName("mcp", "notes");

    private final AtomicReference<ImageEntry> written = new AtomicReference<>();
    private final AtomicInteger changes = new AtomicInteger();

    @Test
    void whatTheReplicaThatLedBeforeHasFoundIsTakenOverWhileTheRegistryIsAway() throws IOException {
        String image = image();
        McpWorkload workload = workload("notes", image);
        try (EntryPoints entries = entries(of -> written.get())) {
            // Standing by, beside a leader that had better luck.
            assertThat(entries.of(List.of(workload), name -> null).entries()).isEmpty();
            await().atMost(Duration.ofSeconds(60)).until(() -> changes.get() > 0);
            assertThat(entries.of(List.of(workload), name -> null).findings())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.message()).contains("no connection to its registry"));

            ImageEntry found = new ImageEntry(image, List.of("/notes"), List.of());
            written.set(found);

            EntryPoints.Answers answers = entries.of(List.of(workload), name -> null);
            assertThat(answers.entries()).containsEntry(NOTES, found);
            assertThat(answers.findings()).isEmpty();

            written.set(null);
            assertThat(entries.of(List.of(workload), name -> null).entries())
                    .as("it holds for as long as the workload names the image")
                    .containsEntry(NOTES, found);
        }
    }

    @Test
    void whatIsWrittenDownForOneHoldsForTheOthersWithThatImage() throws IOException {
        String image = image();
        ImageEntry found = new ImageEntry(image, List.of("/notes"), List.of());
        List<McpWorkload> both = List.of(workload("notes", image), workload("older", image));
        try (EntryPoints entries = entries(of -> of.getMetadata().getName().equals("older") ? found : null)) {
            entries.of(both, name -> null);

            assertThat(changes).as("there is more to be said now").hasPositiveValue();
            assertThat(entries.of(both, name -> null).entries())
                    .containsEntry(NOTES, found)
                    .hasSize(2);
        }
    }

    private EntryPoints entries(EntryPoints.Remembered remembered) throws IOException {
        return new EntryPoints(
                new HttpRegistry(RegistryTrust.of(null), null, "amd64"), remembered, changes::incrementAndGet);
    }

    /** At a registry that is away: its port is nobody's. */
    private static String image() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return "localhost:" + socket.getLocalPort() + "/notes:1";
        }
    }

    private static McpWorkload workload(String name, String image) {
        return new KubernetesSerialization().unmarshal("""
                        apiVersion: ostiary.dev/v1alpha1
                        kind: McpWorkload
                        metadata: { name: %s, namespace: mcp, uid: u-1 }
                        spec: { gatewayRef: { name: engineering }, transport: Stdio, image: "%s" }
                        """.formatted(name, image), McpWorkload.class);
    }
}
