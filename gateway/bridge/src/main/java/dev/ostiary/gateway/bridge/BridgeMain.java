package dev.ostiary.gateway.bridge;

import dev.ostiary.gateway.bridge.assertion.AssertionCheck;
import dev.ostiary.gateway.bridge.assertion.KeyFile;
import dev.ostiary.gateway.bridge.child.Children;
import dev.ostiary.gateway.bridge.http.BridgeServer;
import dev.ostiary.gateway.bridge.session.Log;
import dev.ostiary.gateway.bridge.session.Memory;
import dev.ostiary.gateway.bridge.session.Sessions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;

/** The program {@code bridge}. Exit codes: 0 ended as asked, 1 failed, 2 wrong command line. */
public final class BridgeMain {

    private final Log log = new Log(new FileOutputStream(FileDescriptor.err));

    private BridgeMain() {}

    public static void main(String[] arguments) {
        System.exit(new BridgeMain().run(Arrays.asList(arguments)));
    }

    private int run(List<String> arguments) {
        try {
            return switch (arguments.isEmpty() ? "" : arguments.getFirst()) {
                case "serve" -> serve(Options.parse(arguments.subList(1, arguments.size())));
                case "copy" -> copy(arguments.subList(1, arguments.size()));
                default -> throw new Options.Wrong("serve or copy is expected");
            };
        } catch (Options.Wrong wrong) {
            log.bridge(wrong.what());
            Options.USAGE.lines().forEach(log::bridge);
            return 2;
        } catch (IOException failed) {
            log.bridge("failed: " + failed);
            return 1;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private int copy(List<String> arguments) throws Options.Wrong, IOException {
        if (arguments.size() != 1) {
            throw new Options.Wrong("copy: one folder is expected");
        }
        Path home = Path.of(System.getProperty("java.home"));
        if (!Files.isExecutable(home.resolve("bin/bridge"))) {
            log.bridge("copy: this Java is no bridge's folder: " + home);
            return 1;
        }
        Path to = Path.of(arguments.getFirst());
        FolderCopy.copy(home, to);
        log.bridge("copied " + home + " to " + to);
        return 0;
    }

    private int serve(Options options) throws Options.Wrong, IOException, InterruptedException {
        BridgeServer.settings(options.limits().sessions());
        Memory memory = memory(options.limits().messageBytes());
        KeyFile keys = new KeyFile(options.keys(), log::bridge);
        AssertionCheck assertions = new AssertionCheck(keys, options.audience(), InstantSource.system());
        Sessions sessions = new Sessions(
                Children.ofThisMachine(), options.command(), options.instance(), options.limits(), memory, log);
        BridgeServer server = BridgeServer.listen(options.listen(), assertions, keys, sessions, options.stateless());
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().unstarted(() -> drain(server, sessions, options.drain())));
        InetSocketAddress address = server.address();
        log.bridge("listening on http://" + host(address) + ":" + address.getPort() + "/mcp");
        // Until a signal comes.
        Thread.currentThread().join();
        return 0;
    }

    private static Memory memory(int messageBytes) throws Options.Wrong {
        try {
            return Memory.ofHeap(messageBytes);
        } catch (IllegalArgumentException tooSmall) {
            throw new Options.Wrong(String.valueOf(tooSmall.getMessage()));
        }
    }

    private static String host(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return host.contains(":") ? "[" + host + "]" : host;
    }

    private void drain(BridgeServer server, Sessions sessions, Duration bound) {
        int code = 1;
        try {
            log.bridge("draining: " + sessions.count() + " sessions, within " + bound);
            boolean done = sessions.drain(bound);
            server.close();
            // Those that left their process group.
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
            log.bridge(done ? "ended" : "ended, " + sessions.processes() + " processes did not");
            code = done ? 0 : 1;
        } catch (InterruptedException stopped) {
            log.bridge("draining was interrupted");
        } finally {
            // SIGTERM was the wish of whoever sent it: no failure of ours.
            Runtime.getRuntime().halt(code);
        }
    }
}
