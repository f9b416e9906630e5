package dev.ostiary.gateway.server.audit;

import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.server.authorize.DecisionLog;
import dev.ostiary.gateway.server.authorize.DecisionRecord;
import dev.ostiary.gateway.server.oauth.FacadeEvent;
import dev.ostiary.gateway.server.oauth.FacadeEvents;
import dev.ostiary.gateway.server.oauth.GrantEvent;
import dev.ostiary.gateway.server.oauth.GrantEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each decision, and each event of signing in, as one line of JSON. Records wait in a queue, bounded in number and in the arguments it holds, for the
 * one writer thread. While the queue is full, or the output fails, {@link #record} says no and the gateway refuses calls
 * until the writer has caught up, so that no call goes unaudited. An event of signing in tells of something that has happened
 * and cannot be refused any more, so a part of the queue is kept for these, and {@link #ready} says no before that is used up:
 * then no sign-in is begun. What was taken when the output began to fail is written
 * when it works again, possibly for the second time: at least once.
 *
 * <p>The writer works in batches: after each it lets a few milliseconds pass, so that a busy gateway does not wake it for
 * every line. Recording never blocks an event loop; any thread.
 */
public final class AuditLog implements DecisionLog, FacadeEvents, GrantEvents, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int QUEUE_CAPACITY = 40_960;

    /** Where events of signing in have room when decisions have not: sixteen for each request that can be at work. */
    private static final int RESERVED = 8_192;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final long MAX_ARGUMENT_BYTES = 32L * 1024 * 1024;
    private static final int BATCH = 1_024;
    private static final long BATCH_PAUSE_MILLIS = 2;
    private static final long RETRY_MILLIS = 250;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** What waits to be written. */
    private sealed interface Pending {}

    private record Decided(DecisionRecord decision) implements Pending {}

    /** A line already made: of these there are few. */
    @SuppressWarnings("ArrayRecordComponent") // made once, written once
    private record Line(byte[] json) implements Pending {}

    private final BlockingQueue<Pending> queue;
    private final AtomicLong argumentBytes = new AtomicLong();
    private final OutputStream out;
    private final Supplier<AuditSettings> settings;
    private final AuditLine lines = new AuditLine();
    private final SignInLine signIns = new SignInLine(InstantSource.system());
    private final LongAdder refused = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final int reserved;
    private final Thread writer;
    private volatile boolean closing;
    private volatile boolean failing;

    /**
     * Starts the writer.
     *
     * @param out where lines go; not closed
     * @param settings what a line holds, asked for each batch
     */
    public AuditLog(OutputStream out, Supplier<AuditSettings> settings) {
        this(out, settings, QUEUE_CAPACITY, RESERVED);
    }

    /**
     * @param capacity how many records may wait
     * @param reserved how many of these only when they are of sign-ins
     */
    AuditLog(OutputStream out, Supplier<AuditSettings> settings, int capacity, int reserved) {
        this.reserved = reserved;
        this.out = out;
        this.settings = settings;
        this.queue = new ArrayBlockingQueue<>(capacity);
        writer = Thread.ofPlatform().daemon(true).name("ostiary-audit").start(this::writeUntilClosed);
    }

    @Override
    public boolean record(DecisionRecord decision) {
        boolean taken = !failing && !closing && take(decision);
        if (!taken) {
            refused.increment();
        }
        return taken;
    }

    /** Whether there is room for what a sign-in that begins now may lead to. */
    @Override
    public boolean ready() {
        return !failing && !closing && queue.remainingCapacity() >= (reserved + 1) / 2;
    }

    /**
     * What happened cannot be refused any more. That a request was refused, though, leaves nothing behind: while the log is
     * behind, it is only counted.
     */
    @Override
    public void record(FacadeEvent event) {
        boolean nothingHappened = event instanceof FacadeEvent.Refused || event instanceof FacadeEvent.RateLimited;
        record(signIns.of(event), nothingHappened);
    }

    /** The same. */
    @Override
    public void record(GrantEvent event) {
        boolean nothingHappened = event instanceof GrantEvent.Refused || event instanceof GrantEvent.Unanswered;
        record(signIns.of(event), nothingHappened);
    }

    private void record(byte[] line, boolean nothingHappened) {
        Line pending = new Line(line);
        if (nothingHappened) {
            if (failing || closing || !hasRoom() || !queue.offer(pending)) {
                refused.increment();
            }
        } else if (closing || !offer(pending)) {
            lost.increment();
            LOG.atError().log("an event of signing in could not be audited: the audit output does not keep up");
        }
    }

    /** Waits for room where waiting costs nobody else anything; there is some, as a rule, since it was asked for before. */
    private boolean offer(Line line) {
        if (queue.offer(line)) {
            return true;
        }
        try {
            return Thread.currentThread().isVirtual()
                    && queue.offer(line, LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether there is room for what may be refused. */
    private boolean hasRoom() {
        return queue.remainingCapacity() > reserved;
    }

    private boolean take(DecisionRecord decision) {
        DecisionRecord.Arguments arguments = decision.arguments();
        if (!hasRoom()) {
            return false;
        }
        if (arguments == null) {
            return queue.offer(new Decided(decision));
        }
        if (argumentBytes.addAndGet(arguments.bytes()) <= MAX_ARGUMENT_BYTES && queue.offer(new Decided(decision))) {
            return true;
        }
        argumentBytes.addAndGet(-arguments.bytes());
        return false;
    }

    /** Records that were refused because the queue was full or the output failed. */
    public long refused() {
        return refused.sum();
    }

    /** Events of signing in that have happened and could not be recorded. */
    public long lost() {
        return lost.sum();
    }

    /** Records that wait for the writer. */
    public int waiting() {
        return queue.size();
    }

    /** Writes what waits, for at most five seconds, and stops. */
    @Override
    public void close() {
        closing = true;
        writer.interrupt();
        try {
            writer.join(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeUntilClosed() {
        List<Pending> batch = new ArrayList<>(BATCH);
        while (!closing || !queue.isEmpty()) {
            try {
                Pending first = queue.poll(1, TimeUnit.SECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                queue.drainTo(batch, BATCH - 1);
                write(render(batch));
                batch.clear();
                if (!closing) {
                    TimeUnit.MILLISECONDS.sleep(BATCH_PAUSE_MILLIS);
                }
            } catch (InterruptedException e) {
                LOG.atDebug().log("closing: what waits is still written");
                batch.clear();
            }
        }
    }

    private byte[] render(List<Pending> batch) {
        AuditSettings.Arguments detail = settings.get().arguments();
        ByteArrayOutputStream rendered = new ByteArrayOutputStream(512 * batch.size());
        for (Pending pending : batch) {
            switch (pending) {
                case Decided(DecisionRecord decision) -> {
                    rendered.writeBytes(lines.of(decision, detail));
                    DecisionRecord.Arguments arguments = decision.arguments();
                    if (arguments != null) {
                        argumentBytes.addAndGet(-arguments.bytes());
                    }
                }
                case Line(byte[] json) -> rendered.writeBytes(json);
            }
            rendered.write('\n');
        }
        return rendered.toByteArray();
    }

    /** Writes until it has worked; gives up only when closing. */
    private void write(byte[] rendered) {
        boolean first = true;
        while (true) {
            try {
                if (!first) {
                    // Whatever was left half-written is a line of its own.
                    out.write('\n');
                }
                out.write(rendered);
                out.flush();
                if (failing) {
                    LOG.atInfo().log("the audit output can be written again");
                }
                failing = false;
                return;
            } catch (IOException | RuntimeException e) {
                if (!failing) {
                    LOG.atError()
                            .addKeyValue("error", e.getClass().getSimpleName())
                            .log("the audit output cannot be written: calls are refused until it can");
                }
                failing = true;
                first = false;
            }
            if (closing) {
                LOG.atError().log("closing with audit lines that could not be written");
                return;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            } catch (InterruptedException e) {
                LOG.atDebug().log("closing: one more attempt");
            }
        }
    }
}
