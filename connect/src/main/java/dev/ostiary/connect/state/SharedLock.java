package dev.ostiary.connect.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** One holder among all threads and processes of this user; gone with the process that held it. */
public final class SharedLock implements AutoCloseable {

    /** File locks belong to a process: its own threads need another. */
    private static final Map<String, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock threads;
    private final FileChannel channel;
    private final FileLock lock;

    private SharedLock(ReentrantLock threads, FileChannel channel, FileLock lock) {
        this.threads = threads;
        this.channel = channel;
        this.lock = lock;
    }

    /** Waits until it is free. */
    public static SharedLock take(OwnFiles files, String name) throws IOException, InterruptedException {
        ReentrantLock threads =
                THREADS.computeIfAbsent(files.folder().resolve(name).toString(), ignored -> new ReentrantLock());
        threads.lockInterruptibly();
        FileChannel channel = null;
        try {
            channel = files.open(name);
            SharedLock taken = new SharedLock(threads, channel, channel.lock());
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

    @Override
    public void close() throws IOException {
        try {
            lock.release();
            channel.close();
        } finally {
            threads.unlock();
        }
    }
}
