import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long it takes from the start of `./ostiary connect URL` to the answered `initialize`, at a server in this process, and its parts:
 * the launcher's shell, the JVM and the program up to its request, the rest. Arguments: launcher, JDK, number of runs.
 */
class ConnectStart {

    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"start\",\"version\":\"1\"}}}\n";

    public static void main(String[] arguments) throws Exception {
        String launcher = arguments[0];
        Path jdk = Path.of(arguments[1]);
        int runs = Integer.parseInt(arguments[2]);
        Path folder = Files.createTempDirectory("ostiary-connect-start-");
        Path stamp = folder.resolve("stamp");
        Path shim = shim(folder.resolve("jdk"), jdk, stamp);
        AtomicLong asked = new AtomicLong();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.compareAndSet(0, System.currentTimeMillis());
            exchange.getRequestBody().readAllBytes();
            byte[] answer = ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
                            + "\"serverInfo\":{\"name\":\"start\",\"version\":\"1\"}}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/mcp";
        long[][] parts = new long[4][runs];
        for (int run = -2; run < runs; run++) {
            asked.set(0);
            ProcessBuilder builder = new ProcessBuilder(launcher, "connect", url)
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put("JAVA_HOME", shim.toString());
            builder.environment().put("MCP_ENTRA_TOKEN", "token");
            builder.environment().put("XDG_STATE_HOME", folder.toString());
            long began = System.currentTimeMillis();
            Process process = builder.start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(INITIALIZE.getBytes(StandardCharsets.UTF_8));
                in.flush();
                String line = process.inputReader().readLine();
                long answered = System.currentTimeMillis();
                if (line == null || !line.contains("\"result\"")) {
                    throw new IOException("no answer: " + line);
                }
                if (run >= 0) {
                    long java = Long.parseLong(Files.readString(stamp).strip()) / 1_000_000;
                    parts[0][run] = java - began;
                    parts[1][run] = asked.get() - java;
                    parts[2][run] = answered - asked.get();
                    parts[3][run] = answered - began;
                }
            }
            process.waitFor();
        }
        server.stop(0);
        String[] names = {"shell", "JVM to request", "request to answer", "exec to answer"};
        System.out.println("milliseconds, " + runs + " runs (each JVM is started by a shell script more than usual)");
        for (int i = 0; i < names.length; i++) {
            Arrays.sort(parts[i]);
            System.out.printf(
                    "%-18s min %4d  median %4d  max %4d%n", names[i], parts[i][0], parts[i][runs / 2], parts[i][runs - 1]);
        }
        System.exit(0);
    }

    /** The JDK, whose `java` writes down when it is started. */
    private static Path shim(Path home, Path jdk, Path stamp) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.copy(jdk.resolve("release"), home.resolve("release"));
        Files.createSymbolicLink(home.resolve("bin/javac"), jdk.resolve("bin/javac"));
        Path java = home.resolve("bin/java");
        Files.writeString(java, "#!/bin/sh\ndate +%s%N >'" + stamp + "'\nexec '" + jdk + "/bin/java' \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        return home;
    }
}
