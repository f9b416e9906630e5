package dev.ostiary.gateway.server;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.KeyRingCodec;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.SnapshotCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A gateway as a process of its own, which can be killed as a machine would die. */
final class ReplicaProcess implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String READY = "ready ";

    private final Process process;
    private final int port;

    private ReplicaProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts one and waits until it serves.
     *
     * @param folder of this gateway, for what replicas share; the file store is there too
     * @param config the same for all of them
     */
    static ReplicaProcess start(Path folder, RuntimeConfig config) throws IOException {
        Files.write(folder.resolve("snapshot.json"), SnapshotCodec.write(config.snapshot()));
        Files.write(folder.resolve("keys.json"), KeyRingCodec.write(config.keys()));
        Files.write(folder.resolve("credentials.json"), JSON.writeValueAsBytes(config.credentials()));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ReplicaProcess.class.getName(),
                        folder.toString())
                .redirectError(folder.resolve("errors.txt").toFile())
                .start();
        BufferedReader lines = process.inputReader();
        String line;
        do {
            line = lines.readLine();
            if (line == null) {
                throw new IOException("the replica has ended: " + Files.readString(folder.resolve("errors.txt")));
            }
        } while (!line.startsWith(READY));
        Thread.ofVirtual().start(() -> lines.lines().forEach(ignored -> {}));
        return new ReplicaProcess(process, Integer.parseInt(line.substring(READY.length())));
    }

    int port() {
        return port;
    }

    /** SIGKILL: nothing is flushed, closed or said. */
    void kill() {
        process.toHandle().destroyForcibly();
        await().atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
    }

    @Override
    public void close() {
        kill();
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Map<String, String> credentials =
                JSON.readValue(folder.resolve("credentials.json").toFile(), new TypeReference<>() {});
        RuntimeConfig config = RuntimeConfig.of(
                SnapshotCodec.read(Files.readAllBytes(folder.resolve("snapshot.json"))),
                KeyRingCodec.read(Files.readAllBytes(folder.resolve("keys.json"))),
                new Credentials(credentials));
        GatewayServer server = GatewayServer.start(
                new GatewayServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        null,
                        null,
                        1,
                        folder.resolve("state"),
                        OutputStream.nullOutputStream()),
                config);
        System.out.println(READY + server.port());
        new CountDownLatch(1).await();
    }
}
