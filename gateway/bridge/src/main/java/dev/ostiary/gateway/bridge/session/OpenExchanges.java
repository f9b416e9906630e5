package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.message.CallRound;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.Span;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a session's client that its server has not answered, at most so many, under numbers of the session's own: no two on
 * their way share one, whatever clients choose. Any thread.
 */
final class OpenExchanges {

    private static final Comparator<Exchange> AGE = Comparator.comparingLong(Exchange::id);

    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<Long, Exchange> open = new ConcurrentHashMap<>();

    /** @throws Session.Busy when there are too many */
    Exchange open(Message request, CallRound.Client client) throws IOException {
        if (open.size() >= Limits.OPEN_REQUESTS) {
            throw new Session.Busy();
        }
        Exchange exchange = new Exchange(numbers.incrementAndGet(), request, client);
        open.put(exchange.id(), exchange);
        return exchange;
    }

    /** Whether it was there. */
    boolean remove(Exchange exchange) {
        return open.remove(exchange.id()) != null;
    }

    /** The one of the number that stands in a message of the server's; null when there is none. */
    @Nullable
    Exchange at(@Nullable Span number, Message message) {
        try {
            return number == null ? null : open.get(Long.parseLong(number.in(message.bytes())));
        } catch (NumberFormatException _) {
            return null;
        }
    }

    /** The newest of these. */
    Optional<Exchange> newest(Predicate<Exchange> of) {
        return open.values().stream().filter(of).max(AGE);
    }

    int count(Predicate<Exchange> of) {
        return (int) open.values().stream().filter(of).count();
    }

    Collection<Exchange> all() {
        return open.values();
    }

    boolean isEmpty() {
        return open.isEmpty();
    }
}
