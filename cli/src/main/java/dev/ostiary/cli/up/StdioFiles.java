package dev.ostiary.cli.up;

import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import dev.ostiary.gateway.compiler.Durations;
import dev.ostiary.gateway.compiler.SecretKey;
import dev.ostiary.gateway.compiler.files.LoadedResources;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.SessionSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the stdio servers out of resource files: what a kubelet would start, on this machine. */
final class StdioFiles {

    private final LoadedResources loaded;
    private final Map<String, String> commands;

    /**
     * @param commands the command lines that stand in for images, by {@code NAME} or {@code NAMESPACE/NAME}
     */
    StdioFiles(LoadedResources loaded, Map<String, String> commands) {
        this.loaded = loaded;
        this.commands = commands;
    }

    /** The server of a workload; null when there is none to be run here. */
    @Nullable
    StdioServer of(ResourceName name) {
        return loaded.resources().workloads().stream()
                .filter(workload -> nameOf(workload).equals(name))
                .filter(workload ->
                        workload.getSpec() != null && workload.getSpec().transport() == McpWorkloadSpec.Transport.STDIO)
                .findFirst()
                .map(workload -> server(name, workload.getSpec()))
                .orElse(null);
    }

    /** The stdio workloads that a command line was given for, so that it is not taken for that of an HTTP server. */
    static boolean isStdio(LoadedResources loaded, String named) {
        return loaded.resources().workloads().stream()
                .filter(workload ->
                        workload.getSpec() != null && workload.getSpec().transport() == McpWorkloadSpec.Transport.STDIO)
                .map(StdioFiles::nameOf)
                .anyMatch(name -> named.equals(name.name()) || named.equals(name.toString()));
    }

    private @Nullable StdioServer server(ResourceName name, McpWorkloadSpec spec) {
        Map<String, String> environment = environment(name, spec);
        String line = commands.getOrDefault(name.toString(), commands.get(name.name()));
        List<String> command;
        if (line != null) {
            command = WorkloadCommand.shell(line);
        } else if (spec.image() == null && !spec.command().isEmpty()) {
            Map<String, String> known = new LinkedHashMap<>(StdioServers.inherited());
            known.putAll(environment);
            command = Stream.concat(spec.command().stream(), spec.args().stream())
                    .map(word -> VariableReferences.expand(word, known))
                    .toList();
        } else {
            return null;
        }
        Duration idleTimeout = Durations.parse(spec.sessions().idleTimeout());
        return new StdioServer(
                name,
                command,
                environment,
                spec.sessions().maxPerPod(),
                idleTimeout == null ? SessionSettings.DEFAULT.idleTimeout() : idleTimeout,
                spec.sessions().reinitialize() == McpWorkloadSpec.Sessions.Reinitialize.GATEWAY);
    }

    /** In the order of the resource: a variable may refer to those before it. */
    private Map<String, String> environment(ResourceName workload, McpWorkloadSpec spec) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (McpWorkloadSpec.Env variable : spec.env()) {
            String value = variable.valueFrom() == null
                    ? VariableReferences.expand(variable.value() == null ? "" : variable.value(), environment)
                    : value(workload.namespace(), variable.valueFrom());
            if (value != null) {
                environment.put(variable.name(), value);
            }
        }
        return environment;
    }

    private @Nullable String value(String namespace, McpWorkloadSpec.Env.Source source) {
        McpWorkloadSpec.Env.KeyRef secret = source.secretKeyRef();
        if (secret != null) {
            return loaded.secret(new SecretKey(new ResourceName(namespace, secret.name()), secret.key()));
        }
        McpWorkloadSpec.Env.KeyRef configMap = source.configMapKeyRef();
        return configMap == null
                ? null
                : loaded.resources()
                        .configMaps()
                        .getOrDefault(new ResourceName(namespace, configMap.name()), Map.of())
                        .get(configMap.key());
    }

    private static ResourceName nameOf(McpWorkload workload) {
        String namespace = workload.getMetadata().getNamespace();
        return new ResourceName(
                namespace == null ? "default" : namespace,
                workload.getMetadata().getName());
    }
}
