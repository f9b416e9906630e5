package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.gateway.compiler.Compilation;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.files.FileProblem;
import dev.ostiary.gateway.compiler.files.LoadedResources;
import dev.ostiary.gateway.compiler.files.ResourceFiles;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.Upstream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One gateway out of resource files. Reads anew each time it is asked. */
final class GatewayFiles {

    private final Path files;
    private final @Nullable String gateway;
    private final Map<String, String> commands;

    /**
     * Names the files.
     *
     * @param files a file or a folder
     * @param gateway {@code NAME} or {@code NAMESPACE/NAME}; null: there is only one
     * @param commands workload → the command line that stands in for it on this machine
     */
    GatewayFiles(Path files, @Nullable String gateway, Map<String, String> commands) {
        this.files = files;
        this.gateway = gateway;
        this.commands = Map.copyOf(commands);
    }

    /**
     * What the files say now.
     *
     * @throws CommandFailure when they cannot be read as a whole, or name no gateway, or too many
     */
    Outcome read(Host.Overrides overrides) throws CommandFailure {
        LoadedResources loaded = ResourceFiles.read(List.of(files));
        List<String> lines = new ArrayList<>();
        for (FileProblem problem : loaded.problems()) {
            lines.add(problem.place() + ": " + problem.severity().name().toLowerCase(Locale.ROOT) + " "
                    + problem.reason() + ": " + problem.message());
        }
        if (!loaded.complete()) {
            throw CommandFailure.usage(lines.isEmpty() ? files + " cannot be read" : String.join("\n", lines));
        }
        Compilation compilation = Compiler.compile(loaded.resources(), Host.oneMachine(overrides));
        CompiledGateway chosen = choose(compilation);
        for (Finding finding : compilation.findings()) {
            lines.add(loaded.place(finding) + ": "
                    + finding.severity().name().toLowerCase(Locale.ROOT) + " " + finding.reason() + ": "
                    + finding.message());
        }
        StdioFiles stdio = new StdioFiles(loaded, commands);
        return new Outcome(
                chosen.snapshot(),
                chosen.credentials(loaded::secret),
                chosen.tls(),
                chosen.keys(),
                chosen.snapshot().routes().stream()
                        .filter(GatewayFiles::isToRun)
                        .map(route -> stdio.of(route.workload()))
                        .filter(Objects::nonNull)
                        .toList(),
                commands.keySet().stream()
                        .filter(name -> !StdioFiles.isStdio(loaded, name))
                        .collect(Collectors.toUnmodifiableSet()),
                lines.stream().distinct().toList());
    }

    /** Whether a route would be open if the bridge before its server ran. */
    private static boolean isToRun(Route route) {
        Upstream upstream = route.upstream();
        return upstream != null && upstream.transport() == Upstream.Transport.STDIO;
    }

    private CompiledGateway choose(Compilation compilation) throws CommandFailure {
        List<CompiledGateway> all = compilation.gateways();
        List<CompiledGateway> matching = gateway == null
                ? all
                : all.stream().filter(one -> isNamed(one.name(), gateway)).toList();
        if (matching.size() == 1) {
            return matching.getFirst();
        }
        String names = all.stream().map(one -> one.name().toString()).collect(Collectors.joining(", "));
        if (all.isEmpty()) {
            throw CommandFailure.usage("there is no McpGateway in " + files);
        }
        throw CommandFailure.usage(
                gateway != null && matching.isEmpty()
                        ? "there is no gateway " + gateway + " in " + files + "; there is " + names
                        : "there are several gateways in " + files + "; choose one with --gateway: " + names);
    }

    private static boolean isNamed(ResourceName name, String wanted) {
        return wanted.equals(name.name()) || wanted.equals(name.namespace() + "/" + name.name());
    }

    /**
     * What was read.
     *
     * @param snapshot what to enforce
     * @param credentials the secrets that it names
     * @param tls the Secret with the certificate and key of the port; null when something else ends TLS
     * @param keys when the gateway's keys change
     * @param stdio the stdio servers of open routes, when it was not said where their bridges answer
     * @param httpCommands the workloads with a command line that are no stdio servers, as they were named
     * @param lines everything to be said about the files, with file and line
     */
    record Outcome(
            Snapshot snapshot,
            Credentials credentials,
            @Nullable ResourceName tls,
            KeyPolicies keys,
            List<StdioServer> stdio,
            Set<String> httpCommands,
            List<String> lines) {

        /** The same with credentials that no file among the resources has. */
        Outcome with(Map<String, String> values) {
            return new Outcome(snapshot, credentials.with(values), tls, keys, stdio, httpCommands, lines);
        }

        List<String> routes() {
            return snapshot.routes().stream().map(Route::name).toList();
        }
    }
}
