import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stdio server alone, behind the bridge and, where there is one, behind another bridge: one table row each. Arguments: the server,
 * the folder for files, then "name=command" where {port} is replaced, and {keys} and {audience} for ours.
 */
public class BridgeBench {

    static final String AUDIENCE = "urn:ostiary:workload:bench/small";
    static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    static final int SESSIONS = Integer.getInteger("sessions", 500);
    static final int CALLS = Integer.getInteger("calls", 3000);
    static final long SECONDS = Integer.getInteger("seconds", 5);
    static KeyPair pair;

    public static void main(String[] args) throws Exception {
        Path keys = keys(Path.of(args[1]));
        System.out.println("| | ready after, ms | CPU until then, ms | RSS, MB | RSS per session, kB | PSS of a server, kB | median, ms | p99, ms | calls/s, 16 sessions |");
        System.out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        double[] direct = direct(args[0]);
        System.out.printf("| the server alone, by pipe | | | | | | %.3f | %.3f | |%n", direct[0], direct[1]);
        for (int i = 2; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            measure(args[i].substring(0, equals), args[i].substring(equals + 1), keys);
        }
    }

    /** Makes the gateway's key, and the file with its public half. */
    static Path keys(Path folder) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        pair = generator.generateKeyPair();
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, jwks());
        return keys;
    }

    /** A bridge that listens; {@code ready} milliseconds after it was started. */
    record Started(Process process, int port, double ready) implements AutoCloseable {
        @Override
        public void close() throws InterruptedException {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            process.waitFor();
        }
    }

    static Started start(String command, Path keys) throws Exception {
        int port;
        try (var free = new java.net.ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String[] words = command.replace("{port}", Integer.toString(port))
                .replace("{keys}", keys.toString())
                .replace("{audience}", AUDIENCE)
                .split("\\|");
        long start = System.nanoTime();
        Process process = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (true) {
            try (Socket probe = new Socket("127.0.0.1", port)) {
                return new Started(process, port, (System.nanoTime() - start) / 1e6);
            } catch (IOException notYet) {
                if (!process.isAlive()) {
                    throw new IllegalStateException("it ended with " + process.exitValue(), notYet);
                }
                Thread.sleep(2);
            }
        }
    }

    static double[] direct(String server) throws Exception {
        Process process = new ProcessBuilder(server).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        BufferedWriter out = process.outputWriter();
        BufferedReader in = process.inputReader();
        long[] times = new long[CALLS];
        for (int i = -500; i < CALLS; i++) {
            long start = System.nanoTime();
            out.write(call(i + 1000) + "\n");
            out.flush();
            if (!in.readLine().contains("result")) {
                throw new IllegalStateException("no result");
            }
            if (i >= 0) {
                times[i] = System.nanoTime() - start;
            }
        }
        process.destroy();
        return summary(times, CALLS);
    }

    static void measure(String name, String command, Path keys) throws Exception {
        try (Started bridge = start(command, keys)) {
            Process process = bridge.process;
            int port = bridge.port;
            double ready = bridge.ready;
            double cpu = process.info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
            long empty = kilobytes(process.pid(), "status", "VmRSS:");
            Connection one = new Connection(port, "anna");
            one.open();
            long[] times = new long[CALLS];
            for (int i = -Integer.getInteger("warmup", 3000); i < CALLS; i++) {
                long before = System.nanoTime();
                one.call(i + 10_000);
                if (i >= 0) {
                    times[i] = System.nanoTime() - before;
                }
            }
            double[] latency = summary(times, CALLS);
            double rate = throughput(port);
            long before = kilobytes(process.pid(), "status", "VmRSS:");
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < SESSIONS - 17; i++) {
                Connection connection = new Connection(port, "user-" + i);
                connection.open();
                connection.call(i);
                connection.close();
                all.add(connection);
            }
            long after = kilobytes(process.pid(), "status", "VmRSS:");
            List<ProcessHandle> children = process.descendants().toList();
            long children_pss = 0;
            for (ProcessHandle child : children.subList(0, Math.min(50, children.size()))) {
                children_pss += kilobytes(child.pid(), "smaps_rollup", "Pss:");
            }
            System.out.printf(
                    "| %s | %.0f | %.0f | %.0f | %.0f | %d | %.3f | %.3f | %.0f |%n",
                    name,
                    ready,
                    cpu,
                    empty / 1024.0,
                    (after - before) / (double) all.size(),
                    children_pss / Math.max(1, Math.min(50, children.size())),
                    latency[0],
                    latency[1],
                    rate);
            System.err.printf("%s: %d sessions, %d processes, RSS %d kB in the end%n", name, SESSIONS, children.size(), after);
        }
    }

    static double throughput(int port) throws Exception {
        AtomicLong done = new AtomicLong();
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Connection connection = new Connection(port, "load-" + i);
            connection.open();
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int n = 0; System.nanoTime() < end; n++) {
                        connection.call(n);
                        done.incrementAndGet();
                    }
                } catch (IOException failed) {
                    throw new IllegalStateException(failed);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return done.get() / (double) SECONDS;
    }

    static double[] summary(long[] times, int count) {
        Arrays.sort(times);
        return new double[] {times[count / 2] / 1e6, times[count * 99 / 100] / 1e6};
    }

    static long kilobytes(long pid, String file, String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/" + file))) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        throw new IOException("no " + field);
    }

    static String call(int id) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id
                + ",\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{\"n\":" + id + "}}}";
    }

    static String jwks() {
        ECPublicKey key = (ECPublicKey) pair.getPublic();
        return "{\"keys\":[{\"kty\":\"EC\",\"use\":\"sig\",\"crv\":\"P-256\",\"kid\":\"k\",\"alg\":\"ES256\",\"x\":\""
                + coordinate(key.getW().getAffineX()) + "\",\"y\":\"" + coordinate(key.getW().getAffineY()) + "\"}]}";
    }

    static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] padded = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, padded, 32 - length, length);
        return BASE64.encodeToString(padded);
    }

    static String assertion(String user) {
        try {
            long now = System.currentTimeMillis() / 1000;
            String signed = BASE64.encodeToString(
                            "{\"kid\":\"k\",\"typ\":\"ostiary-assertion+jwt\",\"alg\":\"ES256\"}".getBytes(StandardCharsets.UTF_8))
                    + "."
                    + BASE64.encodeToString(("{\"iss\":\"https://bench\",\"aud\":\"" + AUDIENCE + "\",\"sub\":\"" + user
                                    + "\",\"iat\":" + now + ",\"exp\":" + (now + 500) + "}")
                            .getBytes(StandardCharsets.UTF_8));
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(pair.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + BASE64.encodeToString(signature.sign());
        } catch (java.security.GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** HTTP/1.1 on one kept connection, with as little of its own as possible. */
    static class Connection {

        final Socket socket;
        final InputStream in;
        final String assertion;
        String session = "";

        Connection(int port, String user) throws IOException {
            socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
            assertion = assertion(user);
        }

        void open() throws IOException {
            String body = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\","
                    + "\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}";
            if (!post(body).contains("protocolVersion") || session.isEmpty()) {
                throw new IOException("no session");
            }
            post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        }

        void call(int id) throws IOException {
            String answer = post(BridgeBench.call(id));
            if (!answer.contains("\"n\":" + id)) {
                throw new IOException("wrong answer: " + answer);
            }
        }

        void close() throws IOException {
            socket.close();
        }

        /** Ends the session. */
        void delete() throws IOException {
            if (!send("DELETE", "").isEmpty()) {
                throw new IOException("the session was not ended");
            }
        }

        String post(String body) throws IOException {
            return send("POST", body);
        }

        private String send(String method, String body) throws IOException {
            String head = method + " /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Accept: application/json, text/event-stream\r\nOstiary-Assertion: " + assertion + "\r\n"
                    + (session.isEmpty() ? "" : "Mcp-Session-Id: " + session + "\r\n")
                    + "Content-Length: " + body.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
            int length = 0;
            boolean chunked = false;
            String line;
            while (!(line = line()).isEmpty()) {
                String lower = line.toLowerCase(java.util.Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).trim());
                } else if (lower.startsWith("transfer-encoding: chunked")) {
                    chunked = true;
                } else if (lower.startsWith("mcp-session-id:")) {
                    session = line.substring(15).trim();
                }
            }
            StringBuilder answer = new StringBuilder();
            if (!chunked) {
                answer.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
            } else {
                int size;
                while ((size = Integer.parseInt(line().trim(), 16)) > 0) {
                    answer.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
                    line();
                }
                line();
            }
            return answer.toString();
        }

        String line() throws IOException {
            StringBuilder line = new StringBuilder();
            int at;
            while ((at = in.read()) != '\n') {
                if (at < 0) {
                    throw new IOException("closed");
                }
                if (at != '\r') {
                    line.append((char) at);
                }
            }
            return line.toString();
        }
    }
}
