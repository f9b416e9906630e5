package dev.ostiary.cli.up;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been opened, to be closed in reverse order: once, whoever asks first, and also when that happens while more is
 * being opened. Safe for any thread.
 */
final class OpenResources implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenResources.class);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private boolean closed;

    /**
     * Remembers a resource.
     *
     * @throws IllegalStateException when everything has been closed meanwhile; then the resource is closed as well
     */
    <T extends AutoCloseable> T add(T resource) {
        synchronized (open) {
            if (!closed) {
                open.push(resource);
                return resource;
            }
        }
        close(resource);
        throw new IllegalStateException("closed while starting");
    }

    /** Whether there is nothing left to close. */
    boolean isEmpty() {
        synchronized (open) {
            return open.isEmpty();
        }
    }

    @Override
    public void close() {
        while (true) {
            AutoCloseable resource;
            synchronized (open) {
                closed = true;
                resource = open.poll();
            }
            if (resource == null) {
                return;
            }
            close(resource);
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.atWarn().setCause(e).log("something does not close");
        }
    }
}
