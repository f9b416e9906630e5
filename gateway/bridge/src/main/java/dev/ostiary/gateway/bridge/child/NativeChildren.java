package dev.ostiary.gateway.bridge.child;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Children on Linux: in process groups of their own, and every child of this process is reaped, those included that are orphans of
 * others (as PID 1, or as their subreaper). For that, one thread waits for all children there are, so nothing else in the process
 * may start any.
 */
final class NativeChildren implements Children {

    private final Poller poller = new Poller();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition started = lock.newCondition();
    private final Map<Integer, NativeChild> running = new HashMap<>();

    private NativeChildren() {}

    static NativeChildren open() {
        NativeChildren children = new NativeChildren();
        Libc.becomeSubreaper();
        // What other callers send passes through here; the servers are of the same user.
        Libc.becomeUnreadable();
        Thread.ofPlatform().daemon().name("reaper").start(children::reap);
        return children;
    }

    @Override
    public Child start(List<String> command) throws IOException {
        // All that can fail comes before the process: nobody would end one that is nobody's.
        try (Pipes pipes = Pipes.open(poller)) {
            NativeChild child = new NativeChild(pipes);
            lock.lock();
            try {
                int pid = Spawn.start(command, pipes.childs(0), pipes.childs(1), pipes.childs(2));
                if (pid < 0) {
                    throw new IOException(reason(-pid));
                }
                child.pid = pid;
                pipes.keep();
                running.put(pid, child);
                started.signal();
                return child;
            } finally {
                lock.unlock();
            }
        } catch (IOException failed) {
            throw new IOException("cannot start " + command.getFirst() + ": " + failed.getMessage(), failed);
        }
    }

    private static String reason(int errno) {
        return switch (errno) {
            case 2 -> "no such program (or its interpreter is missing)";
            case 7 -> "its arguments and environment are too long";
            case 8 -> "not a program for this machine";
            case 11 -> "no more processes may be started (pids limit)";
            case 12 -> "out of memory";
            case 13 -> "permission denied";
            default -> "errno " + errno;
        };
    }

    private void reap() {
        while (true) {
            Object ended = Libc.awaitEnded();
            lock.lock();
            try {
                if (ended instanceof Libc.Exit exit) {
                    reaped(exit);
                } else if (ended.equals(-Libc.ECHILD) && running.isEmpty()) {
                    // Nobody to wait for. Under PID 1 an orphan of somebody else's may still arrive, hence the bound.
                    started.await(5, TimeUnit.SECONDS);
                }
            } catch (InterruptedException never) {
                throw new IllegalStateException("nobody interrupts this thread", never);
            } finally {
                lock.unlock();
            }
        }
    }

    /** While it is a zombie its id and its group's are its own: the last moment to name the group. */
    private void reaped(Libc.Exit exit) {
        NativeChild child = running.remove(exit.pid());
        if (child != null) {
            Libc.kill(-exit.pid(), Libc.SIGKILL);
        }
        Libc.reap(exit.pid());
        if (child != null) {
            child.ended.complete(
                    exit.signalled() ? new Ending.Signalled(exit.status()) : new Ending.Exited(exit.status()));
        }
    }

    private void signal(int pid, int signal) {
        lock.lock();
        try {
            if (running.containsKey(pid)) {
                Libc.kill(-pid, signal);
            }
        } finally {
            lock.unlock();
        }
    }

    private final class NativeChild implements Child {

        /** Set once, before anybody else knows the child. */
        private int pid;

        private final PipeEnd in;
        private final PipeEnd out;
        private final PipeEnd err;
        private final ReentrantLock writing = new ReentrantLock();
        private final CompletableFuture<Ending> ended = new CompletableFuture<>();

        private NativeChild(Pipes pipes) {
            this.in = pipes.own(0);
            this.out = pipes.own(1);
            this.err = pipes.own(2);
        }

        @Override
        public long pid() {
            return pid;
        }

        @Override
        public InputStream out() {
            return out;
        }

        @Override
        public InputStream err() {
            return err;
        }

        @Override
        public void write(byte[] bytes, Duration bound) throws IOException {
            long deadline = System.nanoTime() + bound.toNanos();
            writing.lock();
            try {
                in.write(bytes, deadline);
            } catch (IOException failed) {
                in.close();
                throw failed;
            } finally {
                writing.unlock();
            }
        }

        @Override
        public void closeIn() {
            in.close();
        }

        @Override
        public void terminate() {
            signal(pid, Libc.SIGTERM);
        }

        @Override
        public void kill() {
            signal(pid, Libc.SIGKILL);
        }

        @Override
        public CompletableFuture<Ending> ended() {
            return ended;
        }
    }
}
