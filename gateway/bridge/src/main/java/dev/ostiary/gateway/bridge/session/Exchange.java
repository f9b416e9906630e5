package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.message.CallRound;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.Rpc;
import dev.ostiary.gateway.bridge.message.Span;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request of the client's on its way: what the server says about it waits here for the client's connection, in room that was taken
 * before.
 */
public final class Exchange {

    /** What comes next for the client. */
    public sealed interface Next {
        /** One message before the answer. */
        @SuppressWarnings("ArrayRecordComponent") // nobody compares messages
        record Before(byte[] message) implements Next {}

        /** The answer; nothing follows. */
        @SuppressWarnings("ArrayRecordComponent") // nobody compares messages
        record Last(byte[] message) implements Next {}

        /**
         * What the server asks the client for before it answers, by name. It ends this round: from here on the client is away, and
         * {@link Exchange#resume} begins another.
         */
        record Asks(Map<String, Message> requests) implements Next {}

        /** Nothing yet. */
        record Nothing() implements Next {}
    }

    private static final Next NOTHING = new Next.Nothing();

    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Item(byte[] message, Memory.@Nullable Hold hold) {
        void drop() {
            if (hold != null) {
                hold.close();
            }
        }
    }

    private final long id;
    private final String method;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Item> waiting = new ArrayDeque<>(2);
    private @Nullable Item last;
    private Memory.@Nullable Hold inHand;
    private final ArrayDeque<Asked.Ask> asks = new ArrayDeque<>(0);
    private final Asked asked = new Asked();
    private volatile String clientId;
    private volatile String clientToken;
    private volatile CallRound.Client client;
    private boolean away;
    private boolean left;
    private long cancelledAt;

    Exchange(long id, Message request, CallRound.Client client) {
        this.id = id;
        this.clientId = request.rawId();
        this.clientToken = token(request);
        this.method = request.method();
        this.client = client;
    }

    private static String token(Message request) {
        Span token = request.progressToken();
        return token == null ? "" : token.in(request.bytes());
    }

    long id() {
        return id;
    }

    String clientId() {
        return clientId;
    }

    String clientToken() {
        return clientToken;
    }

    /** The method asked for. */
    public String method() {
        return method;
    }

    /** Whether messages may come before the answer: those during {@code initialize} and {@code ping} are about something else. */
    boolean isStream() {
        return !method.equals("initialize") && !method.equals("ping");
    }

    /** What its client has said with the latest round. */
    CallRound.Client client() {
        return client;
    }

    /** A message before the answer, and the room that it takes, which is given back when it is written; false when it comes late. */
    boolean offer(byte[] message, Memory.Hold hold) {
        lock.lock();
        try {
            if (left || away || last != null) {
                return false;
            }
            waiting.add(new Item(message, hold));
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A request of the server's to the client, and the room that it takes; false when it comes late, or is long and nobody there. */
    boolean ask(Message request, Memory.Hold hold) {
        lock.lock();
        try {
            if (left || last != null || (away && !Asked.isShort(request))) {
                return false;
            }
            Asked.Ask ask = new Asked.Ask(request.rawId(), request, hold);
            asks.add(away ? ask.kept() : ask);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The server takes back a request that it has made of the client. */
    void withdraw(String rawId) {
        lock.lock();
        try {
            asked.withdraw(rawId);
            for (Asked.Ask ask : List.copyOf(asks)) {
                if (ask.rawId().equals(rawId)) {
                    ask.drop();
                    asks.remove(ask);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The client has been told what it is asked for, and may take long: what is long is not kept. */
    public void told() {
        lock.lock();
        try {
            asked.keep();
        } finally {
            lock.unlock();
        }
    }

    /** The client cannot be asked after all; returns the ids of the requests, as they are written. */
    List<String> stay() {
        lock.lock();
        try {
            away = false;
            return asked.takeAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client is away. */
    boolean isAway() {
        lock.lock();
        try {
            return away;
        } finally {
            lock.unlock();
        }
    }

    /** The client is back with another round of the same call; what it has not brought is asked again, unless there is an answer. */
    Asked.Round resume(Message request, CallRound next) {
        List<Asked.Ask> again = new ArrayList<>();
        lock.lock();
        try {
            away = false;
            clientId = request.rawId();
            clientToken = token(request);
            client = next.client();
            Asked.Round settled = asked.settle(next.responses().keySet(), again);
            if (last == null) {
                again.reversed().forEach(asks::addFirst);
            } else {
                again.forEach(Asked.Ask::drop);
            }
            return settled;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isLarge(byte[] message) {
        return message.length > Memory.SMALL_BYTES;
    }

    private Item forAbsent(Item answer) {
        if (!isLarge(answer.message)) {
            return answer;
        }
        answer.drop();
        return new Item(
                Rpc.error(
                        clientId,
                        Rpc.SERVER_GONE,
                        "the server answered while its client was away, with more than " + Memory.SMALL_BYTES
                                + " bytes: make the call again"),
                null);
    }

    /** The first answer counts; what it takes is given back when it is written. */
    void finish(byte[] answer, Memory.@Nullable Hold hold) {
        Item item = new Item(answer, hold);
        lock.lock();
        try {
            if (last == null && !left) {
                last = away ? forAbsent(item) : item;
                // It has answered without.
                asks.forEach(Asked.Ask::drop);
                asks.clear();
                changed.signalAll();
            } else {
                item.drop();
            }
        } finally {
            lock.unlock();
        }
    }

    void cancelled() {
        lock.lock();
        try {
            cancelledAt = System.nanoTime() | 1;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client has cancelled it and the time in which an answer might still come is over. */
    public boolean isAbandoned() {
        lock.lock();
        try {
            return cancelledAt != 0 && System.nanoTime() - cancelledAt > Limits.CANCELLED.toNanos();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for what is next, at most so long; what came before it has been written. */
    public Next next(Duration bound) throws InterruptedException {
        long left = bound.toNanos();
        lock.lock();
        try {
            if (inHand != null) {
                inHand.close();
                inHand = null;
            }
            while (waiting.isEmpty() && asks.isEmpty() && last == null) {
                long most = cancelledAt == 0 ? left : Math.min(left, Limits.CANCELLED.toNanos());
                if (most <= 0) {
                    return NOTHING;
                }
                boolean wasCancelled = cancelledAt != 0;
                long after = changed.awaitNanos(most);
                if (wasCancelled && after <= 0) {
                    return NOTHING;
                }
                left -= most - after;
            }
            Item item = waiting.poll();
            if (item != null) {
                inHand = item.hold;
                return new Next.Before(item.message);
            }
            if (!asks.isEmpty()) {
                Map<String, Message> requests = asked.put(List.copyOf(asks));
                asks.clear();
                away = true;
                return new Next.Asks(requests);
            }
            return last == null ? NOTHING : new Next.Last(last.message);
        } finally {
            lock.unlock();
        }
    }

    /** The client is gone: nothing waits for it any more. */
    void leave() {
        lock.lock();
        try {
            left = true;
            waiting.forEach(Item::drop);
            waiting.clear();
            asks.forEach(Asked.Ask::drop);
            asks.clear();
            var _ = asked.takeAll();
            if (last != null) {
                last.drop();
            }
            if (inHand != null) {
                inHand.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
