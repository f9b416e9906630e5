package dev.ostiary.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The way to a server, on loopback. It can be cut, so that the server is away, and mended; and what is open on it can be made
 * to lead nowhere, as when a firewall has forgotten connections. Safe for any thread.
 */
public final class Road implements AutoCloseable {

    private final InetSocketAddress here;
    private final InetSocketAddress target;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final Set<Socket> swallowed = ConcurrentHashMap.newKeySet();
    private ServerSocket entrance;

    /**
     * Opens it.
     *
     * @param target where it leads
     * @throws IOException when no port can be had
     */
    public Road(InetSocketAddress target) throws IOException {
        this.target = target;
        entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        here = new InetSocketAddress(InetAddress.getLoopbackAddress(), entrance.getLocalPort());
        pass(entrance);
    }

    /** Where it begins. */
    public int port() {
        return here.getPort();
    }

    /** Nothing is accepted any more, and what was open breaks. */
    public synchronized void cut() throws IOException {
        entrance.close();
        for (Socket socket = open.poll(); socket != null; socket = open.poll()) {
            socket.close();
        }
    }

    /** What is open stays open and carries nothing any more, either way; new connections are as before. */
    public void swallow() {
        swallowed.addAll(open);
    }

    /** It is there again, at the same port. */
    public synchronized void mend() throws IOException {
        entrance = new ServerSocket();
        entrance.setReuseAddress(true);
        entrance.bind(here);
        pass(entrance);
    }

    @Override
    public void close() throws IOException {
        cut();
    }

    private void pass(ServerSocket from) {
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket client = from.accept();
                    Socket server = new Socket(target.getAddress(), target.getPort());
                    open.add(client);
                    open.add(server);
                    Thread.ofVirtual().start(() -> copy(client, server));
                    Thread.ofVirtual().start(() -> copy(server, client));
                }
            } catch (IOException cut) {
                // Until it is mended.
            }
        });
    }

    private void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (!swallowed.contains(from)) {
                    out.write(buffer, 0, read);
                    out.flush();
                }
            }
        } catch (IOException cut) {
            // Either side has ended.
        }
        if (!swallowed.contains(from)) {
            // Of what is swallowed, neither side hears that the other has gone.
            end(from);
            end(to);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // It is no more.
        }
    }
}
