package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.operator.registry.PullCredential;
import dev.ostiary.operator.registry.RealRegistry;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stdio server whose workload does not say what starts it: its image does, at a registry that wants a password. */
class EntryPointTest {

    @TempDir
    private Path folder;

    private RealRegistry registry;
    private Fixture fixture;

    @BeforeEach
    void start() throws IOException, InterruptedException, GeneralSecurityException {
        registry = new RealRegistry(folder);
        fixture = new Fixture(Map.of(
                "OSTIARY_BRIDGE_IMAGE",
                "registry.example/ostiary-bridge:test",
                "OSTIARY_REGISTRY_CA",
                registry.ca().toString()));
        fixture.gateway("engineering", "");
        registry.push("team/notes", "1", "{\"config\":{\"Entrypoint\":[\"/notes\",\"$(HOME)\"],\"Cmd\":[\"stdio\"]}}");
        registry.push("team/notes", "2", "{\"config\":{\"Entrypoint\":[\"/notes-2\"]}}");
        registry.push("team/empty", "1", "{\"config\":{}}");
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    void theImageSaysItAndTheRegistryMayBeAwayAfterwards()
            throws IOException, InterruptedException, GeneralSecurityException {
        notes("team/notes:1", "");
        unknown("notes", "is not for everyone, and no Secret of imagePullSecrets has a user and password");
        assertThat(fixture.get(StatefulSet.class, "notes-mcp")).isNull();

        fixture.secret("pull", PullCredential.KEY, registry.pullSecret());
        until(() -> assertThat(server().getCommand()).endsWith("--", "/notes", "$$(HOME)"));
        assertThat(server().getArgs()).containsExactly("stdio");
        until(() -> assertThat(refs("notes").status()).isEqualTo(Condition.Status.TRUE));
        Quiet.await(fixture);
        String written =
                fixture.get(StatefulSet.class, "notes-mcp").getMetadata().getResourceVersion();

        registry.stop();
        fixture.stopOperator();
        fixture.startOperator();
        Quiet.await(fixture);
        assertThat(refs("notes").status()).isEqualTo(Condition.Status.TRUE);
        assertThat(fixture.get(StatefulSet.class, "notes-mcp").getMetadata().getResourceVersion())
                .as("an operator that starts without the registry changes nothing")
                .isEqualTo(written);

        notes("team/notes:1", "args: [--verbose]");
        until(() -> assertThat(server().getArgs()).containsExactly("--verbose"));
        assertThat(server().getCommand()).endsWith("--", "/notes", "$$(HOME)");

        notes("team/notes:2", "");
        unknown("notes", "could not be asked for");
        assertThat(server().getImage()).as("pods stay as they were").isEqualTo(registry.image("team/notes:1"));

        registry.start();
        until(() -> assertThat(server().getCommand()).endsWith("--", "/notes-2"));
        assertThat(server().getArgs()).isEmpty();
    }

    @Test
    void whatCannotBeStartedSaysWhy() {
        fixture.secret("pull", PullCredential.KEY, registry.pullSecret());

        workload("empty", registry.image("team/empty:1"), "");
        unknown("empty", "the image has neither entry point nor command", "spec.command");
        workload("absent", registry.image("team/notes:3"), "");
        unknown("absent", "is not there (the registry answered 404)");
        workload("misnamed", "Team/Notes", "");
        unknown("misnamed", "this is no name of an image");

        workload("empty", registry.image("team/empty:1"), "command: [/bin/notes]");
        until(() -> assertThat(refs("empty").status()).isEqualTo(Condition.Status.TRUE));
        assertThat(fixture.workloadCondition("absent", "Ready").status()).isEqualTo(Condition.Status.FALSE);
    }

    private void notes(String image, String more) {
        workload("notes", registry.image(image), more);
    }

    private void workload(String name, String image, String more) {
        fixture.apply(
                McpWorkload.class,
                Given.workload(
                        fixture.namespace,
                        name,
                        "engineering",
                        "transport: Stdio\nimage: " + image + "\nimagePullSecrets: [{ name: pull }]\n" + more));
    }

    private void unknown(String workload, String... says) {
        until(() -> assertThat(refs(workload))
                .satisfies(refs -> assertThat(refs.status()).isEqualTo(Condition.Status.FALSE))
                .satisfies(refs -> assertThat(refs.reason()).isEqualTo("EntryPointUnknown"))
                .satisfies(refs ->
                        assertThat(refs.message()).contains(says).doesNotContain(RealRegistry.CREDENTIAL.password())));
    }

    private Condition refs(String workload) {
        return fixture.workloadCondition(workload, "ResolvedRefs");
    }

    private Container server() {
        List<Container> containers = fixture.get(StatefulSet.class, "notes-mcp")
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers();
        assertThat(containers).hasSize(1);
        return containers.getFirst();
    }
}
