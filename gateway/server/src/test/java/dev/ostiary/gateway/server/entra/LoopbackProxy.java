package dev.ostiary.gateway.server.entra;

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

/** A forward proxy on loopback that notes what it was asked for: CONNECT, and GET of absolute http URLs. */
final class LoopbackProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    LoopbackProxy() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** Request lines without the version. */
    List<String> requests() {
        return requests;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            String[] request = head.substring(0, head.indexOf('\r')).split(" ");
            requests.add(request[0] + " " + request[1]);
            if (request[0].equals("CONNECT")) {
                int colon = request[1].lastIndexOf(':');
                int port = Integer.parseInt(request[1].substring(colon + 1));
                try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    pipeBoth(client, server);
                }
            } else {
                URI target = URI.create(request[1]);
                try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target.getPort())) {
                    String forwarded = head.replaceFirst(
                            "^GET \\S+", "GET " + target.getRawPath().replace("$", "\\$"));
                    server.getOutputStream().write(forwarded.getBytes(StandardCharsets.ISO_8859_1));
                    pipeBoth(client, server);
                }
            }
        } catch (IOException gone) {
            // One side has left; the other is closed by the try.
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void pipeBoth(Socket one, Socket other) throws IOException {
        Thread back = Thread.ofVirtual().start(() -> pipe(other, one));
        pipe(one, other);
        try {
            back.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pipe(Socket from, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
            to.shutdownOutput();
        } catch (IOException gone) {
            // The other direction ends as well.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
