package dev.ostiary.gateway.server.upstream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** A server on a loopback socket that does byte for byte what a test says, once per connection. */
final class ScriptedWorkload implements AutoCloseable {

    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final ServerSocket server;
    private final Script script;
    private final boolean tls;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<String> heads = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Integer> ended = new LinkedBlockingQueue<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    @FunctionalInterface
    interface Script {
        void run(Peer peer) throws Exception;
    }

    private ScriptedWorkload(ServerSocket server, Script script, boolean tls) {
        this.server = server;
        this.script = script;
        this.tls = tls;
        Thread.ofVirtual().name("workload").start(this::accept);
    }

    static ScriptedWorkload http(Script script) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        return new ScriptedWorkload(server, script, false);
    }

    static ScriptedWorkload https(SSLContext context, Script script) throws IOException {
        ServerSocket server = context.getServerSocketFactory().createServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return new ScriptedWorkload(server, script, true);
    }

    /** Answers every request with {@link #OK}, for as long as the connection lives. */
    static ScriptedWorkload friendly() throws IOException {
        return http(Peer::serveOk);
    }

    URI url() {
        return url("127.0.0.1");
    }

    URI url(String host) {
        return URI.create((tls ? "https://" : "http://") + host + ":" + port() + "/mcp");
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** The next request head that arrived, as sent. */
    String nextHead() throws InterruptedException {
        String head = heads.poll(10, TimeUnit.SECONDS);
        if (head == null) {
            throw new AssertionError("no request came");
        }
        return head;
    }

    /** Waits until the script of a connection ran to its end. */
    void awaitScriptEnd() throws InterruptedException {
        if (ended.poll(10, TimeUnit.SECONDS) == null) {
            throw new AssertionError("no script ended; failures: " + failures);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().name("workload-" + number).start(() -> serve(socket, number));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            script.run(new Peer(socket, number));
        } catch (Exception e) {
            failures.add(e);
        } finally {
            ended.add(number);
        }
    }

    /** The server's end of one connection. */
    final class Peer {

        private final Socket socket;
        private final int number;
        private final InputStream in;
        private final OutputStream out;

        Peer(Socket socket, int number) throws IOException {
            this.socket = socket;
            this.number = number;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
            socket.setTcpNoDelay(true);
        }

        int number() {
            return number;
        }

        Socket socket() {
            return socket;
        }

        /** Reads a request with its body; returns the body. */
        String readRequest() throws IOException {
            String head = readHead();
            int length = 0;
            for (String line : head.split("\r\n")) {
                if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        }

        String readHead() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            int matched = 0;
            while (matched < 4) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException("the client closed");
                }
                head.write(next);
                matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
            }
            String text = head.toString(StandardCharsets.ISO_8859_1);
            heads.add(text);
            return text;
        }

        void send(String bytes) throws IOException {
            send(bytes.getBytes(StandardCharsets.ISO_8859_1));
        }

        void send(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        void serveOk() throws IOException {
            while (true) {
                readRequest();
                send(OK);
            }
        }

        /** Closes so that the client sees a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Reads until the client has closed or reset. */
        void awaitClose() {
            try {
                byte[] sink = new byte[8192];
                while (in.read(sink) >= 0) {
                    // Whatever it is.
                }
            } catch (IOException e) {
                // A reset is a close, too.
            }
        }
    }

    static List<String> lines(String head) {
        return new ArrayList<>(List.of(head.split("\r\n")));
    }

    static UncheckedIOException unchecked(IOException e) {
        return new UncheckedIOException(e);
    }
}
