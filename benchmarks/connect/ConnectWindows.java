import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;

/**
 * How long it takes until every one of several `./ostiary connect` that are started at once, as editor windows do, has answered its
 * `initialize` with a token of `az`, and how often az is asked. The `az` is a script that takes as long as the real one. Arguments: launcher,
 * windows, runs, seconds of az.
 */
class ConnectWindows {

    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"start\",\"version\":\"1\"}}}\n";

    public static void main(String[] arguments) throws Exception {
        String launcher = arguments[0];
        int windows = Integer.parseInt(arguments[1]);
        int runs = Integer.parseInt(arguments[2]);
        Path home = Files.createTempDirectory("ostiary-connect-windows-");
        Path bin = Files.createDirectories(home.resolve("bin"));
        Path az = Files.writeString(bin.resolve("az"), "#!/bin/sh\necho \"$1\" >>'" + home + "/calls'\nsleep " + arguments[3]
                + "\necho '{\"accessToken\":\"token\",\"expires_on\":4102444800}'\n");
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
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
        Path profile = Files.createDirectories(home.resolve(".azure")).resolve("azureProfile.json");
        System.out.println("milliseconds until all of " + windows + " windows have answered, " + runs + " runs; az takes " + arguments[3] + " s");
        long[] none = new long[runs];
        long[] first = new long[runs];
        long[] later = new long[runs];
        for (int run = 0; run < runs; run++) {
            Files.deleteIfExists(profile);
            none[run] = all(launcher, url, home, windows);
            Files.writeString(profile, "{\"run\":" + run + "}");
            first[run] = all(launcher, url, home, windows);
            later[run] = all(launcher, url, home, windows);
        }
        server.stop(0);
        print("each asks az", none);
        print("one asks for all", first);
        print("a token is kept", later);
        System.out.println("az was asked " + Files.readAllLines(home.resolve("calls")).size() + " times, of " + 3 * runs * windows + " starts");
        System.exit(0);
    }

    private static void print(String name, long[] times) {
        Arrays.sort(times);
        System.out.printf("%-18s min %5d  median %5d  max %5d%n", name, times[0], times[times.length / 2], times[times.length - 1]);
    }

    private static long all(String launcher, String url, Path home, int windows) throws IOException, InterruptedException {
        long began = System.nanoTime();
        List<Process> started = new ArrayList<>();
        for (int i = 0; i < windows; i++) {
            ProcessBuilder builder = new ProcessBuilder(launcher, "connect", url).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put("HOME", home.toString());
            builder.environment().put("MCP_ENTRA_RESOURCE", "api://notes");
            builder.environment().put("PATH", home.resolve("bin") + ":" + System.getenv("PATH"));
            Process process = builder.start();
            process.getOutputStream().write(INITIALIZE.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            started.add(process);
        }
        for (Process process : started) {
            String line = process.inputReader().readLine();
            if (line == null || !line.contains("\"result\"")) {
                throw new IOException("no answer: " + line);
            }
        }
        long took = (System.nanoTime() - began) / 1_000_000;
        for (Process process : started) {
            process.getOutputStream().close();
            process.waitFor();
        }
        return took;
    }
}
