package dev.ostiary.gateway.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A load balancer that knows nothing: each connection goes to the next replica, and to the one after that when nobody listens
 * there.
 */
final class RoundRobin implements AutoCloseable {

    private final ServerSocket server;
    private final List<Integer> replicas = new CopyOnWriteArrayList<>();
    private final List<Integer> served = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    RoundRobin() throws IOException {
        server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("round-robin").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Spreads over these ports. */
    void over(List<Integer> ports) {
        replicas.clear();
        replicas.addAll(ports);
    }

    /** Who got each connection so far: ports. */
    List<Integer> served() {
        return served;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> forward(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void forward(Socket client) {
        try (client;
                Socket replica = connect()) {
            Thread back = Thread.ofVirtual().start(() -> copy(replica, client));
            copy(client, replica);
            back.join();
        } catch (IOException broken) {
            // The other side sees it too.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket connect() throws IOException {
        List<Integer> ports = List.copyOf(replicas);
        int first = next.getAndIncrement();
        for (int i = 0; i < ports.size(); i++) {
            int port = ports.get(Math.floorMod(first + i, ports.size()));
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
                served.add(port);
                return socket;
            } catch (IOException nobody) {
                socket.close();
            }
        }
        throw new IOException("no replica listens");
    }

    private static void copy(Socket from, Socket to) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            try {
                from.close();
                to.close();
            } catch (IOException already) {
                // It is closed.
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
