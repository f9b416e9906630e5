package dev.ostiary.gateway.server.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operations in one order, answered once what they did, and what they saw, is on disk. One thread has the file: it takes what
 * has been asked for while it was writing, does all of it, and writes once. So neither a reader nor a burst of writers costs
 * a write each, and nobody acts on something that a crash takes back.
 *
 * <p>When the file cannot be written, what was asked for is answered with {@link StoreUnavailableException}, and the file is
 * opened again, as the last successful write left it.
 */
final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    private static final int MAX_WAITING = 1024;
    private static final int MAX_BATCH = 256;
    private static final int SWEPT_AT_ONCE = 1000;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TIDY_EVERY = Duration.ofSeconds(30);
    private static final Duration REOPEN_AFTER = Duration.ofSeconds(2);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(30);

    private final Path directory;
    private final InstantSource clock;
    private final Capacity capacity;
    private final BlockingQueue<Pending<?>> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread thread;

    private @Nullable StateFile file;
    private @Nullable Table table;
    private long reopenAt;
    private long tidyAt = System.nanoTime() + TIDY_EVERY.toNanos();
    private volatile boolean closed;

    /** An operation and its answer: an answer that nobody waits for any more keeps the operation from being done. */
    private static final class Pending<T extends @Nullable Object> {

        private final TableStore.Operation<T> operation;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private @Nullable Runnable outcome;

        Pending(TableStore.Operation<T> operation) {
            this.operation = operation;
        }

        void run(Table table) {
            if (answer.isDone()) {
                return;
            }
            try {
                T result = operation.run(table);
                outcome = () -> answer.complete(result);
            } catch (StoreUnavailableException e) {
                outcome = () -> answer.completeExceptionally(e);
            }
        }

        void answer() {
            if (outcome != null) {
                outcome.run();
            }
        }

        void fail(String why) {
            answer.completeExceptionally(new StoreUnavailableException(why, null));
        }
    }

    /** @throws IOException when the file cannot be had or read; says why */
    GroupCommit(Path directory, InstantSource clock, Capacity capacity) throws IOException {
        this.directory = directory;
        this.clock = clock;
        this.capacity = capacity;
        CompletableFuture<Boolean> opened = new CompletableFuture<>();
        this.thread = Thread.ofPlatform().name("grant-store").daemon().start(() -> work(opened));
        try {
            opened.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException("interrupted while the state file was opened", e);
        } catch (ExecutionException e) {
            throw new IOException(
                    e.getCause() instanceof IOException known
                            ? known.getMessage()
                            : "the state file could not be opened",
                    e.getCause());
        }
    }

    /** Waits for the operation and for the disk, at most 5 seconds. */
    <T extends @Nullable Object> T call(TableStore.Operation<T> operation) throws StoreUnavailableException {
        Pending<T> pending = new Pending<>(operation);
        if (closed) {
            throw new StoreUnavailableException("the grant store is closed", null);
        }
        if (!waiting.offer(pending)) {
            throw new StoreUnavailableException("too many operations wait for the state file", null);
        }
        if (closed) {
            // The thread may have emptied the queue for the last time before the offer.
            pending.answer.cancel(false);
        }
        try {
            return pending.answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            pending.answer.cancel(false);
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("interrupted while waiting for the state file", e);
        } catch (TimeoutException e) {
            pending.answer.cancel(false);
            throw new StoreUnavailableException("the state file was not written in time", e);
        } catch (CancellationException e) {
            throw new StoreUnavailableException("the grant store is closed", e);
        } catch (ExecutionException e) {
            String message = e.getCause() instanceof StoreUnavailableException known ? known.getMessage() : null;
            throw new StoreUnavailableException(message == null ? "the state file failed" : message, e);
        }
    }

    /** Writes what is to be written, and gives the file up. */
    @Override
    public void close() {
        closed = true;
        // Wakes the thread; when there is no room, it is awake.
        Pending<String> alarm = new Pending<>(_ -> "");
        boolean woken = waiting.offer(alarm);
        boolean interrupted = Thread.interrupted();
        try {
            if (!thread.join(CLOSE_WITHIN)) {
                LOG.warn("the state file in {} was not closed in time (woken: {})", directory, woken);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(CompletableFuture<Boolean> opened) {
        try {
            open();
            opened.complete(true);
        } catch (IOException | RuntimeException e) {
            opened.completeExceptionally(e);
            return;
        }
        List<Pending<?>> batch = new ArrayList<>();
        while (!closed || !waiting.isEmpty()) {
            batch.clear();
            next(batch);
            serve(batch);
        }
        if (file != null) {
            try {
                file.close();
            } catch (RuntimeException e) {
                LOG.warn("the state file in {} could not be closed", directory, e);
            }
        }
    }

    private void next(List<Pending<?>> batch) {
        try {
            Pending<?> first = waiting.poll(TIDY_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            if (first != null) {
                batch.add(first);
                waiting.drainTo(batch, MAX_BATCH - 1);
            }
        } catch (InterruptedException e) {
            // Nobody else knows this thread; the flag must not stay, or the next read closes the file.
            LOG.debug("interrupted", e);
        }
    }

    private void serve(List<Pending<?>> batch) {
        try {
            if (file == null && System.nanoTime() - reopenAt >= 0) {
                open();
            }
            Table current = table;
            if (file == null || current == null) {
                batch.forEach(pending -> pending.fail("the state file could not be written"));
                return;
            }
            for (Pending<?> pending : batch) {
                pending.run(current);
            }
            file.commit();
            batch.forEach(Pending::answer);
            tidy(file, current);
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("the state file in {} cannot be used", directory, e);
            batch.forEach(pending -> pending.fail("the state file could not be written"));
            abandon();
        }
    }

    private void tidy(StateFile current, Table rows) {
        if (System.nanoTime() - tidyAt >= 0) {
            rows.sweep(SWEPT_AT_ONCE);
            rows.denials().sweep();
            current.commit();
            current.compact();
            tidyAt = System.nanoTime() + TIDY_EVERY.toNanos();
        }
    }

    private void open() throws IOException {
        StateFile opened = StateFile.open(directory);
        try {
            // Reads every row: damage shows now, not when a user comes.
            table = new Table(
                    opened.records(), new DenyFeed(opened.denials(), clock, capacity.denials()), clock, capacity);
            file = opened;
        } catch (RuntimeException e) {
            opened.abandon();
            throw new IOException("the state file in " + directory + " is damaged", e);
        }
    }

    private void abandon() {
        StateFile failed = file;
        file = null;
        table = null;
        reopenAt = System.nanoTime() + REOPEN_AFTER.toNanos();
        if (failed != null) {
            try {
                failed.abandon();
            } catch (RuntimeException e) {
                LOG.debug("the state file in {} was not closed", directory, e);
            }
        }
    }
}
