package dev.ostiary.connect.relay;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.http.Call;
import dev.ostiary.connect.http.Downstream;
import dev.ostiary.connect.http.LegacySse;
import dev.ostiary.connect.http.NotStreamable;
import dev.ostiary.connect.http.StreamableHttp;
import dev.ostiary.connect.http.Upstream;
import dev.ostiary.connect.message.Lines;
import dev.ostiary.connect.message.MalformedMessage;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Between standard input and output and a server. Every request of the client gets exactly one answer: the server's, or an error that
 * says why there is none. {@code initialize} and its notice are sent alone and in order; other requests run beside each other,
 * notices and responses one after the other.
 */
public final class Relay implements Downstream, AutoCloseable {

    private static final int MOST_CALLS = 256;
    private static final int MOST_WAITING = 1000;
    /** How long calls under way may go on after the client has closed its end. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

    private static final int PARSE_ERROR = -32700;
    private static final int INVALID_REQUEST = -32600;
    private static final int INTERNAL_ERROR = -32603;
    private static final int NO_ANSWER = -32000;
    private static final int TIMED_OUT = -32001;

    private final Output out;
    private final Duration timeout;
    private final InstantSource clock;
    private final Diagnostics diagnostics;
    private final Map<String, Call> calls = new ConcurrentHashMap<>();
    private final Semaphore places = new Semaphore(MOST_CALLS);
    private final BlockingQueue<Message> requests = new ArrayBlockingQueue<>(MOST_WAITING);
    private final BlockingQueue<Message> told = new ArrayBlockingQueue<>(MOST_WAITING);
    /** Messages of the client that are not yet dealt with. */
    private final AtomicInteger open = new AtomicInteger();

    private volatile @Nullable Upstream upstream;

    /**
     * Answers on this output.
     *
     * @param timeout how long a call may be silent; progress starts it again
     */
    public Relay(Output out, Duration timeout, InstantSource clock, Diagnostics diagnostics) {
        this.out = out;
        this.timeout = timeout;
        this.clock = clock;
        this.diagnostics = diagnostics;
    }

    /**
     * Runs until the client closes its end.
     *
     * @param in what the client says
     * @param streamable the server
     * @param legacy the same server, should it know the older transport only
     */
    public void run(InputStream in, StreamableHttp streamable, LegacySse legacy)
            throws IOException, InterruptedException {
        upstream = streamable;
        Thread dispatcher = Thread.ofVirtual().name("requests").start(() -> dispatch(streamable, legacy));
        Thread teller = Thread.ofVirtual().name("notices").start(this::tell);
        Thread waking =
                Thread.ofVirtual().name("wake-watch").start(() -> WakeWatch.run(clock, () -> server().reopen()));
        try {
            Lines lines = new Lines(in, Message.MAX_BYTES);
            Lines.Line line;
            while ((line = lines.next()) != null) {
                if (!line.isBlank()) {
                    read(line);
                }
            }
            long deadline = System.nanoTime() + LAST_ANSWERS.toNanos();
            while (System.nanoTime() < deadline && open.get() > 0) {
                Thread.sleep(10);
            }
        } finally {
            dispatcher.interrupt();
            teller.interrupt();
            waking.interrupt();
            close();
        }
    }

    /** Ends calls under way and the session. */
    @Override
    public void close() {
        calls.values().forEach(Call::abandon);
        calls.clear();
        Upstream server = upstream;
        if (server != null) {
            server.close();
        }
    }

    private void read(Lines.Line line) throws InterruptedException {
        if (line.tooLong()) {
            out.write(Message.error(null, PARSE_ERROR, "a message is longer than " + Message.MAX_BYTES + " bytes"));
            diagnostics.say("the client sent a message that is too long");
            return;
        }
        Message message;
        try {
            message = Message.parse(line.bytes());
        } catch (MalformedMessage e) {
            out.write(Message.error(null, PARSE_ERROR, "what was sent is no message: " + e.getMessage()));
            diagnostics.say("the client sent what is no message: " + e.getMessage());
            return;
        }
        open.incrementAndGet();
        if (message.isRequest() || message.is("notifications/initialized")) {
            requests.put(message);
        } else {
            told.put(message);
        }
    }

    private void dispatch(StreamableHttp streamable, LegacySse legacy) {
        try {
            while (true) {
                Message message = requests.take();
                if (!message.isRequest()) {
                    send(message);
                    open.decrementAndGet();
                    continue;
                }
                Call call = new Call(message);
                if (calls.putIfAbsent(message.idKey(), call) != null) {
                    out.write(Message.error(message.id(), INVALID_REQUEST, "a request with this id is under way"));
                    open.decrementAndGet();
                    continue;
                }
                if (message.is("initialize")) {
                    Thread.ofVirtual().name("initialize").start(() -> {
                        call.startHere();
                        perform(call, () -> initialize(call, streamable, legacy));
                    });
                    watch(call);
                    continue;
                }
                places.acquire();
                Thread.ofVirtual().name("call").start(() -> {
                    try {
                        call.startHere();
                        perform(call, () -> server().request(call));
                    } finally {
                        places.release();
                    }
                });
                Thread.ofVirtual().name("time-out").start(() -> watch(call));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void initialize(Call call, StreamableHttp streamable, LegacySse legacy)
            throws IOException, ConnectFailure, InterruptedException {
        try {
            streamable.initialize(call);
            upstream = streamable;
        } catch (NotStreamable e) {
            diagnostics.say("the server answers " + e.status() + " to Streamable HTTP; trying HTTP with SSE");
            upstream = legacy;
            try {
                legacy.request(call);
            } catch (IOException second) {
                upstream = streamable;
                throw new IOException(
                        "it answers " + e.status() + " to Streamable HTTP, and as for HTTP with SSE: "
                                + second.getMessage(),
                        second);
            }
        }
    }

    @FunctionalInterface
    private interface Exchange {
        void run() throws IOException, ConnectFailure, InterruptedException;
    }

    private void perform(Call call, Exchange exchange) {
        try {
            exchange.run();
            fail(call, NO_ANSWER, "the server ended its answer without one");
        } catch (ConnectFailure e) {
            diagnostics.say(e);
            fail(call, NO_ANSWER, e.getMessage());
        } catch (IOException e) {
            fail(call, NO_ANSWER, "no answer from the server: " + reason(e));
        } catch (InterruptedException e) {
            fail(call, NO_ANSWER, "ended before the server answered");
        } catch (RuntimeException e) {
            diagnostics.say(defect(e));
            fail(call, INTERNAL_ERROR, defect(e));
        }
    }

    /** Without its message, which may quote what is secret. */
    private static String defect(RuntimeException e) {
        return "this should not have happened: " + e.getClass().getName();
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? "the connection ended" : message;
    }

    private void fail(Call call, int code, String why) {
        if (call.finish()) {
            out.write(Message.error(call.request().id(), code, why));
            settle(call);
        }
    }

    /** After its answer is written: the end of input waits for this, and must not overtake the answer. */
    private void settle(Call call) {
        calls.remove(call.request().idKey(), call);
        open.decrementAndGet();
    }

    /** Waits for the end of a call, and gives it up when nothing has come for too long. A subscription may be silent for ever. */
    private void watch(Call call) {
        if (call.request().is("subscriptions/listen")) {
            return;
        }
        try {
            JsonNode id = call.request().id();
            if (call.awaitSilence(timeout) && id != null && call.abandon()) {
                out.write(Message.error(id, TIMED_OUT, "no answer within " + timeout.toSeconds() + " s"));
                settle(call);
                if (call.request().modernVersion() == null && !call.request().is("initialize")) {
                    open.incrementAndGet();
                    told.put(Message.cancelled(id, "timed out"));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell() {
        try {
            while (true) {
                Message message = told.take();
                Call cancelled = message.is("notifications/cancelled")
                        ? calls.get(message.params().path("requestId").toString())
                        : null;
                // In the era without sessions the end of the stream is the cancellation.
                if (cancelled == null || cancelled.request().modernVersion() == null) {
                    send(message);
                }
                open.decrementAndGet();
                if (cancelled != null && cancelled.abandon()) {
                    settle(cancelled);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends a notice or a response and waits until it is delivered, or cannot be: one that hangs must not hold up the next. */
    private void send(Message message) throws InterruptedException {
        Call notice = new Call(message);
        Thread.ofVirtual().name("notice").start(() -> {
            notice.startHere();
            try {
                server().tell(notice);
            } catch (ConnectFailure e) {
                diagnostics.say(e);
            } catch (IOException e) {
                if (!notice.isOver()) {
                    diagnostics.say(nameOf(message) + " was not delivered: " + reason(e));
                }
            } catch (InterruptedException e) {
                // Given up: it is said there.
            } catch (RuntimeException e) {
                diagnostics.say(nameOf(message) + " was not delivered: " + defect(e));
            } finally {
                notice.finish();
            }
        });
        try {
            if (notice.awaitSilence(timeout) && notice.abandon()) {
                diagnostics.say(nameOf(message) + " was not delivered: no answer within " + timeout.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            notice.abandon();
            throw e;
        }
    }

    private static String nameOf(Message message) {
        return message.method() == null ? "a response" : message.method();
    }

    private Upstream server() {
        Upstream server = upstream;
        if (server == null) {
            throw new IllegalStateException("not running");
        }
        return server;
    }

    /** What the server says. An answer that nobody waits for is dropped. */
    @Override
    public void deliver(Message message) {
        if (!message.isResponse()) {
            out.write(message);
            return;
        }
        Call call = calls.get(message.idKey());
        if (call != null && call.finish()) {
            out.write(message);
            settle(call);
        }
    }
}
