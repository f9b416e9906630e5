package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.gateway.config.ResourceName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The stdio servers that run on this machine, each behind a bridge: those that are wanted and no others. One whose command,
 * variables or bounds have changed is ended and started anew, with its sessions; the others keep theirs. Safe for any thread.
 */
final class StdioServers implements AutoCloseable {

    private static final long START_SECONDS = 15;

    /**
     * What servers get of this process's own variables, beside those that their resource states: what programs need to find
     * their way on a machine, and nothing that only this program was told.
     */
    private static final Set<String> INHERITED = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "TZ",
            "TMPDIR",
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_RUNTIME_DIR");

    private final String classPath;
    private final Terminal terminal;
    private final Map<ResourceName, BridgeProcess> running = new TreeMap<>();
    private Map<String, String> told = Map.of();
    private boolean closed;
    private volatile @Nullable Runnable changed;

    /** @param classPath where the bridge is */
    StdioServers(String classPath, Terminal terminal) {
        this.classPath = classPath;
        this.terminal = terminal;
    }

    static Map<String, String> inherited() {
        return System.getenv().entrySet().stream()
                .filter(variable -> INHERITED.contains(variable.getKey()))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** From now on, this is run on a thread of its own whenever a bridge answers elsewhere than {@link #run} has said. */
    void onChange(Runnable whenMoved) {
        changed = whenMoved;
        moved();
    }

    /**
     * Runs these servers, and waits a while for new ones.
     *
     * @param keys the file with the keys that assertions are checked with
     * @return where the bridges answer that do, by {@code NAMESPACE/NAME}
     * @throws CommandFailure when no process can be started
     */
    synchronized Map<String, String> run(List<StdioServer> wanted, Path keys) throws CommandFailure {
        Map<ResourceName, StdioServer> byName =
                wanted.stream().collect(Collectors.toMap(StdioServer::workload, server -> server));
        for (BridgeProcess bridge : List.copyOf(running.values())) {
            if (!bridge.server().equals(byName.get(bridge.server().workload()))) {
                running.remove(bridge.server().workload());
                bridge.close();
            }
        }
        List<BridgeProcess> started = new ArrayList<>();
        try {
            for (StdioServer server : closed ? List.<StdioServer>of() : wanted) {
                if (!running.containsKey(server.workload())) {
                    BridgeProcess bridge = BridgeProcess.start(server, keys, classPath, terminal, this::moved);
                    running.put(server.workload(), bridge);
                    started.add(bridge);
                }
            }
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
            for (BridgeProcess bridge : started) {
                bridge.awaitFirst(Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
        } catch (IOException e) {
            throw CommandFailure.environment("a stdio server cannot be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.environment("interrupted while a stdio server was starting");
        }
        told = urls();
        return told;
    }

    private Map<String, String> urls() {
        Map<String, String> urls = new TreeMap<>();
        running.values().forEach(bridge -> {
            URI url = bridge.url();
            if (url != null) {
                urls.put(bridge.server().workload().toString(), url.toString());
            }
        });
        return urls;
    }

    /** Off the thread that noticed, which may be needed for what waits for this lock. */
    private void moved() {
        Runnable whenMoved = changed;
        if (whenMoved != null) {
            Thread.ofVirtual().name("bridges-moved").start(() -> {
                if (isNews()) {
                    whenMoved.run();
                }
            });
        }
    }

    private synchronized boolean isNews() {
        return !closed && !urls().equals(told);
    }

    @Override
    public void close() {
        List<BridgeProcess> last;
        synchronized (this) {
            closed = true;
            last = List.copyOf(running.values());
            running.clear();
        }
        last.forEach(BridgeProcess::close);
    }
}
