package dev.ostiary.cli.up;

import dev.ostiary.cli.Terminal;
import dev.ostiary.gateway.bridge.BridgeCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The bridge in front of one stdio server, as a child process, with the variables that are the server's own. What it writes to
 * standard error, the server's words among it, is the workload's log. Where it answers is what it has said itself, since it
 * began to run: a port that somebody else could have taken meanwhile is never called.
 */
final class BridgeProcess implements AutoCloseable {

    private static final String GREETING = "listening on ";
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:[0-9]{1,5}/mcp");

    private final StdioServer server;
    private final Path keys;
    private final String classPath;
    private final Terminal terminal;
    private final Runnable changed;
    private final CountDownLatch greeted = new CountDownLatch(1);
    private final KeptProcess process;
    private final AtomicInteger launches = new AtomicInteger();
    private volatile @Nullable URI url;

    private BridgeProcess(StdioServer server, Path keys, String classPath, Terminal terminal, Runnable changed)
            throws IOException {
        this.server = server;
        this.keys = keys;
        this.classPath = classPath;
        this.terminal = terminal;
        this.changed = changed;
        this.process = KeptProcess.start(
                "The bridge of workload " + server.workload(), this::launch, terminal, WorkloadCommand.FIRST_RESTART);
    }

    /**
     * Starts it without waiting for it.
     *
     * @param keys the file with the keys that assertions are checked with
     * @param classPath where the bridge is
     * @param changed told on some thread whenever {@link #url} has changed
     */
    static BridgeProcess start(StdioServer server, Path keys, String classPath, Terminal terminal, Runnable changed)
            throws IOException {
        return new BridgeProcess(server, keys, classPath, terminal, changed);
    }

    /** Where it answers; null while it does not run. */
    @Nullable
    URI url() {
        return url;
    }

    /** Waits for its first answer, or for the time to be over. */
    void awaitFirst(long millis) throws InterruptedException {
        var _ = greeted.await(millis, TimeUnit.MILLISECONDS);
    }

    StdioServer server() {
        return server;
    }

    private Process launch() throws IOException {
        List<String> options = new ArrayList<>(List.of(
                "--listen",
                "127.0.0.1:0",
                "--keys",
                keys.toString(),
                "--audience",
                "urn:ostiary:workload:" + server.workload(),
                "--max-sessions",
                Integer.toString(server.maxSessions()),
                "--idle-timeout",
                server.idleTimeout().toString(),
                // The gateway has let requests end before it ends its children.
                "--drain",
                "1s"));
        if (server.stateless()) {
            options.add("--stateless");
        }
        List<String> command = BridgeCommand.onJdk(
                Path.of(System.getProperty("java.home"), "bin", "java"), classPath, options, server.command());
        ProcessBuilder builder = KeptProcess.builder(command);
        builder.environment().clear();
        builder.environment().putAll(StdioServers.inherited());
        builder.environment().putAll(server.environment());
        Process started = builder.start();
        BufferedReader log = started.inputReader();
        int launch = launches.incrementAndGet();
        Thread.ofVirtual().name("bridge-log").start(() -> pass(log, launch));
        return started;
    }

    private void pass(BufferedReader log, int launch) {
        try {
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                terminal.log(server.workload().toString(), line);
                if (url == null && line.contains(GREETING)) {
                    listening(line.substring(line.indexOf(GREETING) + GREETING.length()));
                }
            }
        } catch (IOException e) {
            // The process has gone, and is started again elsewhere.
        }
        if (launches.get() == launch) {
            url = null;
            changed.run();
        }
    }

    private void listening(String said) {
        if (!ADDRESS.matcher(said.strip()).matches()) {
            terminal.warning("The bridge of workload " + server.workload() + " does not say where it listens.");
            return;
        }
        url = URI.create(said.strip());
        greeted.countDown();
        changed.run();
    }

    @Override
    public void close() {
        process.close();
    }
}
