package dev.ostiary.gateway.server.entra;

import java.time.Duration;

final class SystemTime implements Time {

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Runnable after(Duration delay, Runnable task) {
        Thread thread = Thread.ofVirtual().name("entra-timer").start(() -> {
            try {
                Thread.sleep(delay);
            } catch (InterruptedException takenBack) {
                return;
            }
            task.run();
        });
        return thread::interrupt;
    }
}
