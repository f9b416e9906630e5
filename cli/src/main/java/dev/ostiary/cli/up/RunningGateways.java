package dev.ostiary.cli.up;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The gateways that this user runs on this machine, one small file each, in a folder that only this user can enter. A
 * file whose process is gone counts as absent.
 */
public final class RunningGateways {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** Where {@code up} listens unless told otherwise. */
    static final int DEFAULT_PORT = 8080;

    private final Path folder;

    RunningGateways(Path folder) {
        this.folder = folder;
    }

    /** The usual place: {@code $XDG_RUNTIME_DIR/ostiary}, else a folder of this user's in the temporary folder. */
    public static RunningGateways ofThisUser(Map<String, String> environment) {
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        return new RunningGateways(
                !runtime.isEmpty() && Files.isDirectory(Path.of(runtime))
                        ? Path.of(runtime, "ostiary")
                        : Path.of(System.getProperty("java.io.tmpdir"), "ostiary-" + System.getProperty("user.name")));
    }

    /** Tells other commands about a gateway, until {@link Registration#close}. */
    Registration register(RunningGateway gateway) throws IOException {
        OwnerOnly.createFolder(folder);
        String name = "up-" + gateway.port() + ".json";
        OwnerOnly.write(folder, name, JSON.writeValueAsBytes(gateway));
        return new Registration(folder.resolve(name));
    }

    /**
     * The one that is meant.
     *
     * @param port where it listens; null: the only one that runs, or among several the one at the default port
     * @throws CommandFailure when there is none, or more than one to choose from
     */
    public RunningGateway find(@Nullable Integer port) throws CommandFailure {
        List<RunningGateway> running = running();
        if (port != null) {
            return running.stream()
                    .filter(gateway -> gateway.port() == port)
                    .findFirst()
                    .orElseThrow(() -> CommandFailure.environment("no gateway of yours runs at port " + port
                            + (running.isEmpty() ? "" : "; there is one at " + ports(running))));
        }
        if (running.isEmpty()) {
            throw CommandFailure.environment("no gateway of yours is running; start the demo with: ostiary up");
        }
        Optional<RunningGateway> usual = running.stream()
                .filter(gateway -> gateway.port() == DEFAULT_PORT)
                .findFirst();
        if (running.size() > 1 && usual.isPresent()) {
            return usual.get();
        }
        if (running.size() > 1) {
            throw CommandFailure.usage("several gateways are running; choose one with --port: " + ports(running));
        }
        return running.getFirst();
    }

    private List<RunningGateway> running() throws CommandFailure {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<RunningGateway> running = new ArrayList<>();
        try {
            OwnerOnly.requirePrivate(folder);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "up-*.json")) {
                for (Path file : files) {
                    RunningGateway gateway = read(file);
                    if (gateway != null && isAlive(gateway.pid())) {
                        running.add(gateway);
                    }
                }
            }
        } catch (IOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()));
        }
        running.sort(Comparator.comparingInt(RunningGateway::port));
        return running;
    }

    /** Null when the file is gone or half a file of an older version: then its gateway cannot be used anyway. */
    private static @Nullable RunningGateway read(Path file) {
        try {
            return JSON.readValue(Files.readAllBytes(file), RunningGateway.class);
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static String ports(List<RunningGateway> running) {
        return running.stream().map(gateway -> String.valueOf(gateway.port())).collect(Collectors.joining(", "));
    }

    /** One gateway's file. */
    static final class Registration implements AutoCloseable {

        private final Path file;

        private Registration(Path file) {
            this.file = file;
        }

        /** Deletes the file; it is no harm when it has gone. */
        @Override
        public void close() {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // It names a process that is about to be gone, which readers check.
            }
        }
    }
}
