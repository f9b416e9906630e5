package dev.ostiary.gateway.server.store;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import redis.embedded.core.ExecutableProvider;

/** A real Redis server on loopback, without persistence unless asked for, that can be killed and started again. */
public final class RedisProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final int port;
    private final List<String> command;
    private Process process;

    private RedisProcess(int port, List<String> command) throws IOException {
        this.port = port;
        this.command = command;
        start();
    }

    public static RedisProcess start(Path folder, String... options) throws IOException {
        return start(freePort(), folder, options);
    }

    static RedisProcess start(int port, Path folder, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(binary(), "--port", Integer.toString(port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
        command.addAll(List.of("--dir", folder.toString()));
        command.addAll(List.of(options));
        return new RedisProcess(port, command);
    }

    static RedisProcess sentinel(int port, Path configuration) throws IOException {
        return new RedisProcess(port, List.of(binary(), configuration.toString(), "--sentinel"));
    }

    int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public void start() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(PATIENCE).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("redis-server ended with " + process.exitValue());
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    public void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.toHandle().destroyForcibly();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String binary() throws IOException {
        return ExecutableProvider.newJarResourceProvider().get().getAbsolutePath();
    }
}
