package dev.ostiary.gateway.bridge.session;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What small messages of one session's server may wait for slow clients, in bytes. When that is used up the server is not read, so
 * its pipe fills and it waits as well. Any thread.
 */
final class Waiting {

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    private long used;
    private boolean over;

    Waiting(int most) {
        this.most = most;
    }

    /** Waits for room; a message that alone is larger passes when it is alone. */
    Memory.Hold take(int bytes) throws InterruptedException {
        lock.lock();
        try {
            while (used > 0 && used + bytes > most && !over) {
                released.await();
            }
            used += bytes;
        } finally {
            lock.unlock();
        }
        return new Memory.Hold(() -> release(bytes));
    }

    private void release(int bytes) {
        lock.lock();
        try {
            used -= bytes;
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody waits any more. */
    void end() {
        lock.lock();
        try {
            over = true;
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
