package dev.ostiary.examples.sampleserver;

import java.io.IOException;
import java.io.InputStream;

/**
 * Runs the server until standard input ends, so that it cannot outlive a parent that holds the other end of the pipe.
 *
 * <p>Exit codes: 0 standard input ended, 2 wrong arguments, 3 the port is taken.
 */
public final class Main {

    private static final String USAGE = "usage: sample-server [--port PORT]   (0 or none: a free port on 127.0.0.1)";

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        int port;
        try {
            port = port(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(USAGE);
            System.exit(2);
            return;
        }
        try (SampleServer server = SampleServer.start(port)) {
            System.out.println("listening on " + server.url());
            waitForTheEndOf(System.in);
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
        // Schedulers of the MCP library keep a thread that is not a daemon.
        System.exit(0);
    }

    private static int port(String[] arguments) {
        if (arguments.length == 0) {
            return 0;
        }
        if (arguments.length != 2 || !arguments[0].equals("--port")) {
            throw new IllegalArgumentException("unknown arguments: " + String.join(" ", arguments));
        }
        try {
            int port = Integer.parseInt(arguments[1]);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with numbers out of range.
        }
        throw new IllegalArgumentException("--port must be a number from 0 to 65535, not " + arguments[1]);
    }

    private static void waitForTheEndOf(InputStream input) throws IOException {
        byte[] ignored = new byte[256];
        while (input.read(ignored) >= 0) {
            // Whatever arrives means nothing; only the end does.
        }
    }
}
