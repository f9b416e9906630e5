package dev.ostiary.gateway.server.entra;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that reads whole requests and answers each connection's with whatever bytes a test wants. */
final class RawServer implements AutoCloseable {

    /** Writes the answer to one request. */
    @FunctionalInterface
    interface Script {
        void answer(String request, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket listener;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Script script;

    RawServer(Script script) throws IOException {
        this.script = script;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** Answers every request with these bytes. */
    static RawServer answering(String response) throws IOException {
        return new RawServer((request, out) -> out.write(response.getBytes(StandardCharsets.ISO_8859_1)));
    }

    static String json(String body) {
        return json(200, body, "");
    }

    /** @param headers each with its line end */
    static String json(int status, String body, String headers) {
        return "HTTP/1.1 " + status + " x\r\nContent-Type: application/json\r\n" + headers + "Content-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\nConnection: close\r\n\r\n" + body;
    }

    URI origin() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    List<String> requests() {
        return List.copyOf(requests);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // As it should be.
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream())) {
            String request = read(in);
            requests.add(request);
            OutputStream out = socket.getOutputStream();
            script.answer(request, out);
            out.flush();
        } catch (IOException | InterruptedException theClientHasGivenUp) {
            // As some tests want it.
        }
    }

    private static String read(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("half a request");
            }
            request.append((char) c);
        }
        String head = request.toString();
        int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length:");
        if (at >= 0) {
            int length = Integer.parseInt(
                    head.substring(at + 15, head.indexOf("\r\n", at)).strip());
            request.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
        }
        return request.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
