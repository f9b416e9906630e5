package dev.ostiary.gateway.bridge.child;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The calls of Linux's C library that the JDK has no words for. Numbers are those of x86-64 and AArch64, where they are the same;
 * functions answer a value or the negated {@code errno}. Any thread.
 */
@SuppressWarnings("restricted")
final class Libc {

    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int ECHILD = 10;

    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    static final int EPOLLIN = 1;
    static final int EPOLLOUT = 4;
    static final int EPOLLONESHOT = 1 << 30;

    static final int SIGKILL = 9;
    static final int SIGTERM = 15;

    private static final int F_SETFL = 4;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;
    private static final int EPOLL_CLOEXEC = O_CLOEXEC;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int P_ALL = 0;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x01000000;

    /** x86-64 alone packs {@code struct epoll_event}. */
    private static final boolean PACKED = "amd64".equals(System.getProperty("os.arch"));

    static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int EVENT_DATA = PACKED ? 4 : 8;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();

    // Non-blocking calls on arrays of the heap: no copy, no change of the thread's state.
    private static final MethodHandle READ = handle(
            "read",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG),
            ERRNO,
            Linker.Option.critical(true));
    private static final MethodHandle WRITE = handle(
            "write",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG),
            ERRNO,
            Linker.Option.critical(true));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle PIPE2 =
            handle("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle FCNTL = handle(
            "fcntl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
            ERRNO,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle KILL = handle("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle WAITID =
            handle("waitid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle PRCTL = handle(
            "prctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            ERRNO,
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle EPOLL_CREATE1 =
            handle("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle EPOLL_CTL =
            handle("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), ERRNO);
    private static final MethodHandle EPOLL_WAIT =
            handle("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), ERRNO);

    private Libc() {}

    /** What a child ended with, as {@code waitid} says. */
    record Exit(int pid, boolean signalled, int status) {}

    /**
     * Whether this machine has what is called here: Linux on a 64-bit processor whose C library can close descriptors in a child
     * (glibc 2.34).
     */
    static boolean isComplete() {
        String arch = System.getProperty("os.arch", "");
        return "Linux".equals(System.getProperty("os.name"))
                && ("amd64".equals(arch) || "aarch64".equals(arch))
                && SYMBOLS.find("posix_spawn_file_actions_addclosefrom_np").isPresent();
    }

    static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        Optional<MemorySegment> symbol = SYMBOLS.find(name);
        if (symbol.isEmpty()) {
            throw new IllegalStateException("the C library has no " + name);
        }
        return LINKER.downcallHandle(symbol.get(), type, options);
    }

    static MemorySegment symbol(String name) {
        return SYMBOLS.findOrThrow(name);
    }

    /** Never blocks on a non-blocking descriptor. */
    static int read(int fd, byte[] into, int offset, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment buffer = MemorySegment.ofArray(into).asSlice(offset, length);
            return (int) result((long) READ.invokeExact(state, fd, buffer, (long) length), state);
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    /** Never blocks on a non-blocking descriptor. */
    static int write(int fd, byte[] from, int offset, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment buffer = MemorySegment.ofArray(from).asSlice(offset, length);
            return (int) result((long) WRITE.invokeExact(state, fd, buffer, (long) length), state);
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    static void close(int fd) {
        try {
            int _ = (int) CLOSE.invokeExact(fd);
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    /** Two descriptors that close on exec: the reading and the writing end; or a negated errno alone. */
    static int[] pipe() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            long made = result((int) PIPE2.invokeExact(state, ends, O_CLOEXEC), state);
            return made < 0
                    ? new int[] {(int) made}
                    : new int[] {ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    static int nonBlocking(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return (int) result((int) FCNTL.invokeExact(state, fd, F_SETFL, O_NONBLOCK), state);
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    static int kill(int pid, int signal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return (int) result((int) KILL.invokeExact(state, pid, signal), state);
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    /** Orphans of this process's descendants become its children, as they do under PID 1. */
    static int becomeSubreaper() {
        return prctl(PR_SET_CHILD_SUBREAPER, 1);
    }

    /** Other processes of this one's user may not read its memory or trace it, unless they are privileged (ptrace(2)). */
    static int becomeUnreadable() {
        return prctl(PR_SET_DUMPABLE, 0);
    }

    private static int prctl(int option, long value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return (int) result((int) PRCTL.invokeExact(state, option, value, 0L, 0L, 0L), state);
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    /** Blocks until some child has ended, and leaves it a zombie, so that its id names nobody else yet. */
    static Object awaitEnded() {
        return waitid(P_ALL, 0, WEXITED | WNOWAIT);
    }

    /** Ends a zombie for good. */
    static Object reap(int pid) {
        return waitid(1, pid, WEXITED);
    }

    /** An {@link Exit}, or an {@link Integer} with a negated errno. */
    private static Object waitid(int idType, int id, int options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment info = arena.allocate(128, 8);
            long ended = result((int) WAITID.invokeExact(state, idType, id, info, options), state);
            if (ended < 0) {
                return (int) ended;
            }
            // siginfo_t on 64-bit Linux: si_code at 8, si_pid at 16, si_status at 24; CLD_EXITED is 1.
            return new Exit(info.get(JAVA_INT, 16), info.get(JAVA_INT, 8) != 1, info.get(JAVA_INT, 24));
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    static int epollCreate() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return (int) result((int) EPOLL_CREATE1.invokeExact(state, EPOLL_CLOEXEC), state);
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    static int epollAdd(int epoll, int fd, long token) {
        return epollControl(epoll, EPOLL_CTL_ADD, fd, EPOLLONESHOT, token);
    }

    static int epollArm(int epoll, int fd, int events, long token) {
        return epollControl(epoll, EPOLL_CTL_MOD, fd, events | EPOLLONESHOT, token);
    }

    static int epollRemove(int epoll, int fd) {
        return epollControl(epoll, EPOLL_CTL_DEL, fd, 0, 0);
    }

    private static int epollControl(int epoll, int operation, int fd, int events, long token) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment event = arena.allocate(16, 8);
            event.set(JAVA_INT, 0, events);
            event.set(JAVA_LONG.withByteAlignment(4), EVENT_DATA, token);
            return (int) result((int) EPOLL_CTL.invokeExact(state, epoll, operation, fd, event), state);
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    /** Blocks until there is something; {@code events} has room for {@code most} of {@link #EVENT_BYTES}. */
    static int epollWait(int epoll, MemorySegment events, int most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return (int) result((int) EPOLL_WAIT.invokeExact(state, epoll, events, most, -1), state);
        } catch (Throwable failed) {
            throw broken(failed);
        }
    }

    static long epollToken(MemorySegment events, int index) {
        return events.get(JAVA_LONG.withByteAlignment(4), (long) index * EVENT_BYTES + EVENT_DATA);
    }

    private static long result(long value, MemorySegment state) {
        return value < 0 ? -state.get(JAVA_INT, 0) : value;
    }

    static IllegalStateException broken(Throwable failed) {
        if (failed instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a call of the C library could not be made", failed);
    }
}
