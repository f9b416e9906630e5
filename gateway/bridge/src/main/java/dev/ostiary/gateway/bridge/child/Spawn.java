package dev.ostiary.gateway.bridge.child;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code posix_spawnp}: the program is looked for on {@code PATH}; it gets the three descriptors as its standard ones and no other,
 * a session and process group of its own, no blocked and no ignored signal, and this process's environment byte for byte.
 */
@SuppressWarnings("restricted")
final class Spawn {

    private static final int SETSIGDEF = 0x04;
    private static final int SETSIGMASK = 0x08;
    private static final int SETSID = 0x80;

    /** More than glibc (336 and 80) and musl need. */
    private static final int STRUCT_BYTES = 1024;

    private static final int SIGSET_BYTES = 128;

    private static final MethodHandle ATTR_INIT = of("posix_spawnattr_init", ADDRESS);
    private static final MethodHandle ATTR_DESTROY = of("posix_spawnattr_destroy", ADDRESS);
    private static final MethodHandle ATTR_FLAGS =
            Libc.handle("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));
    private static final MethodHandle ATTR_MASK = of("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
    private static final MethodHandle ATTR_DEFAULT = of("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);
    private static final MethodHandle SIG_EMPTY = of("sigemptyset", ADDRESS);
    private static final MethodHandle SIG_FILL = of("sigfillset", ADDRESS);
    private static final MethodHandle ACTIONS_INIT = of("posix_spawn_file_actions_init", ADDRESS);
    private static final MethodHandle ACTIONS_DESTROY = of("posix_spawn_file_actions_destroy", ADDRESS);
    private static final MethodHandle ACTIONS_DUP2 = Libc.handle(
            "posix_spawn_file_actions_adddup2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle ACTIONS_CLOSE_FROM =
            Libc.handle("posix_spawn_file_actions_addclosefrom_np", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SPAWN = of("posix_spawnp", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);

    /**
     * What the launcher of the image puts before the names of variables that the dynamic linker and the JVM would read: they are
     * meant for the child.
     */
    private static final byte[] KEPT = "OSTIARY_KEPT_".getBytes(StandardCharsets.US_ASCII);

    private static final MemorySegment ENVIRONMENT = environment();

    /** What the launcher decoded arguments with. */
    private static final Charset NATIVE =
            Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);

    private Spawn() {}

    /** Starts a program; returns its process id, or a negated errno. */
    static int start(List<String> command, int in, int out, int err) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(STRUCT_BYTES, 16);
            MemorySegment actions = arena.allocate(STRUCT_BYTES, 16);
            MemorySegment signals = arena.allocate(SIGSET_BYTES, 16);
            MemorySegment pid = arena.allocate(JAVA_INT);
            check((int) ATTR_INIT.invokeExact(attributes));
            check((int) ACTIONS_INIT.invokeExact(actions));
            try {
                check((int) ATTR_FLAGS.invokeExact(attributes, (short) (SETSID | SETSIGMASK | SETSIGDEF)));
                check((int) SIG_EMPTY.invokeExact(signals));
                check((int) ATTR_MASK.invokeExact(attributes, signals));
                check((int) SIG_FILL.invokeExact(signals));
                check((int) ATTR_DEFAULT.invokeExact(attributes, signals));
                check((int) ACTIONS_DUP2.invokeExact(actions, in, 0));
                check((int) ACTIONS_DUP2.invokeExact(actions, out, 1));
                check((int) ACTIONS_DUP2.invokeExact(actions, err, 2));
                check((int) ACTIONS_CLOSE_FROM.invokeExact(actions, 3));
                MemorySegment arguments = arena.allocate(ADDRESS, command.size() + 1L);
                for (int i = 0; i < command.size(); i++) {
                    arguments.setAtIndex(ADDRESS, i, text(arena, command.get(i)));
                }
                int failed = (int) SPAWN.invokeExact(
                        pid, arguments.getAtIndex(ADDRESS, 0), actions, attributes, arguments, ENVIRONMENT);
                return failed == 0 ? pid.get(JAVA_INT, 0) : -failed;
            } finally {
                check((int) ACTIONS_DESTROY.invokeExact(actions));
                check((int) ATTR_DESTROY.invokeExact(attributes));
            }
        } catch (Throwable failed) {
            throw Libc.broken(failed);
        }
    }

    /** This process's environment as the child gets it: the same bytes in the same order. */
    private static MemorySegment environment() {
        MemorySegment entries = Libc.symbol("environ")
                .reinterpret(ADDRESS.byteSize())
                .get(ADDRESS, 0)
                .reinterpret(Long.MAX_VALUE);
        int count = 0;
        while (entries.getAtIndex(ADDRESS, count).address() != 0) {
            count++;
        }
        MemorySegment copy = Arena.global().allocate(ADDRESS, count + 1L);
        for (int i = 0; i < count; i++) {
            MemorySegment entry = entries.getAtIndex(ADDRESS, i).reinterpret(Long.MAX_VALUE);
            int matching = 0;
            while (matching < KEPT.length && entry.get(JAVA_BYTE, matching) == KEPT[matching]) {
                matching++;
            }
            copy.setAtIndex(ADDRESS, i, matching == KEPT.length ? entry.asSlice(matching) : entry);
        }
        return copy;
    }

    private static MemorySegment text(Arena arena, String text) {
        byte[] bytes = text.getBytes(NATIVE);
        MemorySegment copy = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
        return copy;
    }

    private static void check(int failed) {
        if (failed != 0) {
            throw new IllegalStateException("posix_spawn could not be prepared: errno " + failed);
        }
    }

    private static MethodHandle of(String name, java.lang.foreign.MemoryLayout... arguments) {
        return Libc.handle(name, FunctionDescriptor.of(JAVA_INT, arguments));
    }
}
