package dev.ostiary.testing.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.files.Check;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What cannot mean anything is refused by the API server, and {@code ostiary check} finds the same: the comment of each
 * file says what both say. Where a file holds two versions of one object, the first is taken and the second refused.
 *
 * <p>{@code -Dostiary.golden.write=true} writes the comments.
 */
class InvalidResourcesTest {

    /** What people write in files. */
    private static final Set<String> PUBLIC = Set.of("McpGateway", "McpWorkload", "McpPolicy");

    private static ApiServer server;

    @BeforeAll
    static void start() {
        server = ApiServer.start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> isRefused() {
        return Fixture.in("invalid").stream().map(fixture -> dynamicTest(fixture.name(), () -> refused(fixture)));
    }

    @Test
    void thereAreMany() {
        assertThat(Fixture.in("invalid")).hasSizeGreaterThanOrEqualTo(60);
    }

    private static void refused(Fixture fixture) {
        List<GenericKubernetesResource> versions = fixture.resources(server.newNamespace());
        GenericKubernetesResource invalid = versions.getLast();
        for (GenericKubernetesResource before : versions.subList(0, versions.size() - 1)) {
            server.admin().resource(before).create();
        }
        List<String> said = new ArrayList<>();
        said.add("The API server says:");
        try {
            write(invalid, versions.size() > 1);
            said.add("  (takes it)");
        } catch (KubernetesClientException e) {
            // Other codes mean that something else is wrong.
            assertThat(e.getCode()).as(e.getMessage()).isIn(400, 422);
            said.addAll(reasons(e));
        }
        if (PUBLIC.contains(invalid.getKind())) {
            said.add("ostiary check says:");
            said.addAll(check(fixture, invalid));
        }
        if (Boolean.getBoolean("ostiary.golden.write")) {
            fixture.write(said);
        }

        assertThat(said)
                .isEqualTo(Fixture.read(fixture.file()).header().stream()
                        .map(line -> line.endsWith(" says:") ? line : "  " + line)
                        .toList());
        assertThat(said).doesNotContain("  (takes it)", "  (nothing)");
    }

    private static void write(GenericKubernetesResource resource, boolean exists) {
        FieldValidateable.Validation strict = FieldValidateable.Validation.STRICT;
        if (exists) {
            server.admin().resource(resource).fieldValidation(strict).update();
        } else {
            server.admin().resource(resource).fieldValidation(strict).create();
        }
    }

    private static List<String> reasons(KubernetesClientException refusal) {
        List<StatusCause> causes = refusal.getStatus().getDetails() == null
                ? List.of()
                : refusal.getStatus().getDetails().getCauses();
        if (causes.isEmpty()) {
            return List.of("  " + cut(refusal.getStatus().getMessage()));
        }
        return causes.stream()
                .filter(cause -> !cause.getMessage().contains("some validation rules were not checked"))
                .map(cause -> "  " + cause.getField() + ": " + cut(cause.getMessage()))
                .sorted()
                .toList();
    }

    private static List<String> check(Fixture fixture, GenericKubernetesResource resource) {
        Host cluster = new Host.Cluster(Set.of(Host.Ability.values()));
        Check check = Check.of(List.of(Fixture.FOLDER.resolve("world.yaml"), fixture.file()), cluster, false);
        List<String> lines = check.lines().stream()
                .filter(line -> line.contains("/" + fixture.file().getFileName()))
                .map(line -> line.substring(line.indexOf(": ") + 2))
                .filter(line -> line.startsWith("error ") || line.contains(" counts with "))
                .map(line -> "  "
                        + cut(line.replace(
                                "(" + resource.getKind() + " default/"
                                        + resource.getMetadata().getName() + " ",
                                "(")))
                .sorted()
                .toList();
        return lines.isEmpty() ? List.of("  (nothing)") : lines;
    }

    /** Long values are quoted in full. */
    private static String cut(String message) {
        String line = message.replace('\n', ' ').replaceAll("\\s+", " ").strip();
        return line.length() <= 400 ? line : line.substring(0, 150) + " ... " + line.substring(line.length() - 240);
    }
}
