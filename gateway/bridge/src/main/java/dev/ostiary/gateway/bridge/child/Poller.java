package dev.ostiary.gateway.bridge.child;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** One thread that wakes those who wait for pipes (epoll), however many children there are. */
final class Poller {

    private static final int MOST_EVENTS = 256;

    private final int epoll;
    private final AtomicLong tokens = new AtomicLong();
    private final ConcurrentHashMap<Long, PipeEnd> pipes = new ConcurrentHashMap<>();

    Poller() {
        epoll = Libc.epollCreate();
        if (epoll < 0) {
            throw new IllegalStateException("epoll_create1: errno " + -epoll);
        }
        Thread.ofPlatform().daemon().name("pipes").start(this::run);
    }

    /**
     * Makes a pipe known; returns the name under which it is.
     *
     * @throws IOException when the system watches no more of them
     */
    long add(PipeEnd pipe, int fd) throws IOException {
        long token = tokens.incrementAndGet();
        pipes.put(token, pipe);
        int added = Libc.epollAdd(epoll, fd, token);
        if (added < 0) {
            pipes.remove(token);
            throw new IOException("no more pipes may be watched (errno " + -added + ")");
        }
        return token;
    }

    /** {@link PipeEnd#ready} is called once, as soon as one of the events holds or the other end is gone. */
    void arm(long token, int fd, int events) {
        Libc.epollArm(epoll, fd, events, token);
    }

    void remove(long token, int fd) {
        pipes.remove(token);
        Libc.epollRemove(epoll, fd);
    }

    private void run() {
        MemorySegment events = Arena.ofAuto().allocate((long) MOST_EVENTS * Libc.EVENT_BYTES, 8);
        while (true) {
            int count = Libc.epollWait(epoll, events, MOST_EVENTS);
            if (count < 0 && count != -Libc.EINTR) {
                throw new IllegalStateException("epoll_wait: errno " + -count);
            }
            for (int i = 0; i < count; i++) {
                PipeEnd pipe = pipes.get(Libc.epollToken(events, i));
                if (pipe != null) {
                    pipe.ready();
                }
            }
        }
    }
}
