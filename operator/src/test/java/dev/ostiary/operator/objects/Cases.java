package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.compiler.Compilation;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.compiler.files.ResourceFiles;
import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Folders with resources, and what is to become of them. */
final class Cases {

    static final Path FOLDER = Path.of("src/test/resources/objects");
    static final Images IMAGES = new Images(
            "ghcr.io/ostiary/gateway:0.1.0", "ghcr.io/ostiary/bridge:0.1.0", "IfNotPresent", List.of("registry"));
    static final String CONTENT_HASH = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
    static final String JWKS = "{\"keys\":[]}";

    private Cases() {}

    static Stream<String> names() {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            return folders
                    .filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Resources read(String name) {
        return ResourceFiles.read(FOLDER.resolve(name).resolve("in.yaml")).resources();
    }

    /** All objects of a case, as they are when there are none yet: its gateways', or when it is about workloads, theirs. */
    static List<HasMetadata> objects(String name) {
        Resources resources = read(name);
        return name.startsWith("gateway-") ? ofGateways(resources) : ofWorkloads(resources);
    }

    static List<HasMetadata> ofGateways(Resources resources) {
        Compilation compilation = Compiler.compile(resources, Host.cluster());
        List<HasMetadata> objects = new ArrayList<>();
        for (McpGateway gateway : resources.gateways()) {
            CompiledGateway compiled = Objects.requireNonNull(compilation.gateway(nameOf(gateway)));
            objects.addAll(GatewayObjects.of(new GatewayPlan(
                    gateway, compiled, IMAGES, Replicas.of(gateway, null), Collections.emptySortedSet())));
        }
        return objects;
    }

    static List<HasMetadata> ofWorkloads(Resources resources) {
        List<HasMetadata> objects = new ArrayList<>();
        for (McpWorkload workload : resources.workloads()) {
            McpGateway gateway = resources.gateways().stream()
                    .filter(candidate -> candidate
                            .getMetadata()
                            .getName()
                            .equals(workload.getSpec().gatewayRef().name()))
                    .findFirst()
                    .orElseThrow();
            objects.addAll(WorkloadObjects.of(
                    new WorkloadPlan(workload, gateway, CONTENT_HASH, JWKS, entry(workload), IMAGES)));
        }
        return objects;
    }

    private static @Nullable ImageEntry entry(McpWorkload workload) {
        return ImageEntry.isNeeded(workload)
                ? new ImageEntry(
                        String.valueOf(workload.getSpec().image()),
                        List.of("/usr/bin/tini", "--", "server"),
                        List.of("--root=$(HOME)", "stdio"))
                : null;
    }

    private static ResourceName nameOf(HasMetadata object) {
        return new ResourceName(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
    }
}
