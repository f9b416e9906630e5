package dev.ostiary.connect.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** One holder among all threads and processes of this user; gone with the process that held it. */
public final class SharedLock implements AutoCloseable {

    /** File locks belong to a process: its own threads need another. */
    private static final Map<String, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private static final Duration PATIENCE = Duration.ofMinutes(6);
    private static final Duration POLL = Duration.ofMillis(20);

    private final ReentrantLock threads;
    private final FileChannel channel;
    private final FileLock lock;

    private SharedLock(ReentrantLock threads, FileChannel channel, FileLock lock) {
        this.threads = threads;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Waits until it is free.
     *
     * @throws IOException also when another holds it for longer than a person may take to sign in
     */
    public static SharedLock take(OwnFiles files, String name) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        ReentrantLock threads =
                THREADS.computeIfAbsent(files.folder().resolve(name).toString(), ignored -> new ReentrantLock());
        if (!threads.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
            throw busy();
        }
        FileChannel channel = null;
        try {
            channel = files.open(name);
            FileLock lock;
            // Asked again and again, since the operating system's own waiting has no limit.
            while ((lock = channel.tryLock()) == null) {
                if (System.nanoTime() - deadline > 0) {
                    throw busy();
                }
                Thread.sleep(POLL);
            }
            SharedLock taken = new SharedLock(threads, channel, lock);
            channel = null;
            threads = null;
            return taken;
        } finally {
            if (channel != null) {
                channel.close();
            }
            if (threads != null) {
                threads.unlock();
            }
        }
    }

    private static IOException busy() {
        return new IOException("another process of ostiary connect has held it for " + PATIENCE.toMinutes() + " min");
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            lock.release();
        } finally {
            threads.unlock();
        }
    }
}
