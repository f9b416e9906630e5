package dev.ostiary.gateway.bridge.child;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A running program. Reading and writing block the calling (virtual) thread; whoever reads does so from one thread per stream.
 */
public interface Child {

    /** Its process id. */
    long pid();

    /** Its standard output; closing it, from any thread, ends a read. */
    InputStream out();

    /** Its standard error; as {@link #out()}. */
    InputStream err();

    /**
     * Writes all of it to the standard input, one caller after the other.
     *
     * @throws IOException when the child does not take it within {@code bound}, or has closed its input; what was written of it
     *     until then cannot be taken back, so nothing more can be written
     */
    void write(byte[] bytes, Duration bound) throws IOException;

    /** Closes the standard input. */
    void closeIn();

    /** Asks the child and its process group to end (SIGTERM). */
    void terminate();

    /** Ends the child and its process group (SIGKILL). */
    void kill();

    /** Completes when the child has ended and its process group with it; by a thread that must not be blocked. */
    CompletableFuture<Ending> ended();
}
