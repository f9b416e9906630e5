package dev.ostiary.e2e.clients;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/** A balancer that knows nothing of HTTP or sessions: each connection goes to the replica whose turn it is. */
final class Balancer implements AutoCloseable {

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile List<Integer> replicas = List.of();
    private volatile AtomicIntegerArray served = new AtomicIntegerArray(0);

    Balancer() throws IOException {
        server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("balancer").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Spreads over these ports from now on. */
    void over(List<Integer> ports) {
        served = new AtomicIntegerArray(ports.size());
        replicas = List.copyOf(ports);
    }

    /** How many connections each replica got. */
    List<Integer> served() {
        AtomicIntegerArray counts = served;
        return IntStream.range(0, counts.length()).mapToObj(counts::get).toList();
    }

    private void accept() {
        for (int turn = 0; !server.isClosed(); turn++) {
            Socket client;
            try {
                client = server.accept();
            } catch (IOException closed) {
                return;
            }
            int replica = turn % replicas.size();
            served.incrementAndGet(replica);
            Socket there = new Socket();
            try {
                there.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), replicas.get(replica)));
                carry(client, there);
                carry(there, client);
            } catch (IOException nobodyListens) {
                end(client);
                end(there);
            }
        }
    }

    private void carry(Socket from, Socket to) {
        open.add(from);
        Thread.ofVirtual().start(() -> {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
                to.shutdownOutput();
            } catch (IOException broken) {
                end(to);
            } finally {
                open.remove(from);
            }
        });
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException already) {
            // It is closed.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Balancer::end);
    }
}
