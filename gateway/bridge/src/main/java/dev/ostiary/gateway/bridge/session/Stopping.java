package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.child.Child;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends a process: the end of its input, SIGTERM, SIGKILL, each when the one before did not do (MCP, "Lifecycle: Shutdown"). */
final class Stopping {

    private Stopping() {}

    /** Returns whether it had to be killed; blocks the (virtual) thread for at most both times. */
    static boolean stop(Child child, Duration closing, Duration terminating) {
        child.closeIn();
        if (endsWithin(child, closing)) {
            return false;
        }
        child.terminate();
        if (endsWithin(child, terminating)) {
            return false;
        }
        child.kill();
        return true;
    }

    /** Whether it has ended after at most so long. */
    static boolean endsWithin(Child child, Duration bound) {
        try {
            child.ended().get(bound.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | InterruptedException | ExecutionException _) {
            return false;
        }
    }
}
