package dev.ostiary.gateway.bridge.child;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * This process's end of a pipe to a child, without a thread that waits in the kernel. One thread reads or writes at a time; any may
 * close.
 */
final class PipeEnd extends InputStream {

    private final Poller poller;
    private final int fd;
    private final long token;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;
    private volatile boolean ready;
    private volatile @Nullable Thread waiter;

    /** @throws IOException when it cannot be watched; {@code fd} is still the caller's then */
    PipeEnd(Poller poller, int fd) throws IOException {
        this.poller = poller;
        this.fd = fd;
        this.token = poller.add(this, fd);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** -1 at the end and when closed. */
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (true) {
            int count;
            lock.lock();
            try {
                if (closed) {
                    return -1;
                }
                count = Libc.read(fd, into, offset, length);
                if (count == -Libc.EAGAIN) {
                    arm(Libc.EPOLLIN);
                }
            } finally {
                lock.unlock();
            }
            if (count >= 0) {
                return count == 0 ? -1 : count;
            }
            if (count == -Libc.EAGAIN) {
                await(Long.MAX_VALUE);
            } else if (count != -Libc.EINTR) {
                throw new IOException("reading from the process failed: errno " + -count);
            }
        }
    }

    /** @throws IOException when not all of it is taken before {@code deadline} ({@link System#nanoTime}) */
    void write(byte[] from, long deadline) throws IOException {
        int offset = 0;
        while (offset < from.length) {
            int count;
            lock.lock();
            try {
                if (closed) {
                    throw new IOException("the process's standard input is closed");
                }
                count = Libc.write(fd, from, offset, from.length - offset);
                if (count == -Libc.EAGAIN) {
                    arm(Libc.EPOLLOUT);
                }
            } finally {
                lock.unlock();
            }
            if (count >= 0) {
                offset += count;
            } else if (count == -Libc.EAGAIN) {
                if (!await(deadline)) {
                    throw new IOException("the process does not read its standard input");
                }
            } else if (count != -Libc.EINTR) {
                throw new IOException("the process has closed its standard input");
            }
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            poller.remove(token, fd);
            Libc.close(fd);
        } finally {
            lock.unlock();
        }
        ready();
    }

    /** By the poller. */
    void ready() {
        ready = true;
        Thread waits = waiter;
        if (waits != null) {
            LockSupport.unpark(waits);
        }
    }

    private void arm(int events) {
        ready = false;
        waiter = Thread.currentThread();
        poller.arm(token, fd, events);
    }

    private boolean await(long deadline) throws IOException {
        while (!ready) {
            if (deadline == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IOException("interrupted");
            }
        }
        waiter = null;
        return true;
    }
}
