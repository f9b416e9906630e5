package dev.ostiary.cli.up;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Gives SIGINT and SIGTERM back to the operating system, for whom they mean the end of the process. The JVM ignores them
 * once it is shutting down, and someone who presses Ctrl-C again does not want to wait.
 */
public final class SecondSignal {

    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    private SecondSignal() {}

    /** From now on the next such signal ends the process without further ado. Where that cannot be had: nothing changes. */
    @SuppressWarnings("restricted") // signal(2) of ISO C; no pointers but SIG_DFL, which is null
    public static void endsAtOnce() {
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle signal = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("signal"), FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
            for (int number : new int[] {SIGINT, SIGTERM}) {
                MemorySegment _ = (MemorySegment) signal.invokeExact(number, MemorySegment.NULL);
            }
        } catch (Throwable e) {
            // Without it, draining takes the time it takes.
        }
    }
}
