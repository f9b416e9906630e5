package dev.ostiary.gateway.policy;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs the native parser where it cannot run out of stack. Cedar's parser needs about 16 kB of stack for each level of
 * brackets (measured with 4.10.0) and does not check: on an ordinary thread of 1 MB, a policy with 90 nested brackets
 * ends the process, not the request. {@link Statements} bounds the nesting; this leaves a wide margin above that bound,
 * whatever thread asks.
 */
final class DeepStack {

    private static final long BYTES = 64L << 20;

    private DeepStack() {}

    /** Runs the work on a thread of its own and waits for it, also when interrupted (the interrupt is kept). */
    static <T> T call(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        // Only the pages that are touched become memory.
        Thread thread = Thread.ofPlatform()
                .name("cedar-parser")
                .daemon(true)
                .stackSize(BYTES)
                .start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    thread.join();
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Exception x) {
                        throw x;
                    }
                    throw e;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
