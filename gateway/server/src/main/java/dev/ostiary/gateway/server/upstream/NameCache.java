package dev.ostiary.gateway.server.upstream;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of host names as one event loop knows them. Looks up elsewhere, once per name however many ask, and answers
 * on the loop. Bounded in names and time. Confined to its event loop.
 */
final class NameCache {

    private static final int MAX_NAMES = 1_024;

    private final EventLoop loop;
    private final NameLookup lookup;
    private final Executor lookupThreads;
    private final LinkedHashMap<String, Entry> names = new LinkedHashMap<>();

    NameCache(EventLoop loop, NameLookup lookup, Executor lookupThreads) {
        this.loop = loop;
        this.lookup = lookup;
        this.lookupThreads = lookupThreads;
    }

    /** Told once, on the event loop. */
    interface Answer {

        void addresses(InetAddress[] addresses);

        void unknown(String why);
    }

    /** Answers at once, during this call, where the addresses are known; a literal address is not looked up. */
    void resolve(String host, long ttlNanos, Answer answer) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal != null) {
            answer.addresses(new InetAddress[] {address(host, literal)});
            return;
        }
        Entry entry = names.get(host);
        if (entry != null && entry.isFresh()) {
            answer.addresses(entry.addresses);
            return;
        }
        if (entry == null || entry.askers == null) {
            entry = new Entry();
            names.put(host, entry);
            forgetEldest();
            start(host, entry, ttlNanos);
        }
        if (entry.askers == null) {
            answer.unknown("too many name look-ups are under way");
        } else {
            entry.askers.add(answer);
        }
    }

    /** Forgets a name whose addresses did not lead anywhere. */
    void forget(String host) {
        Entry entry = names.get(host);
        if (entry != null && entry.askers == null) {
            names.remove(host);
        }
    }

    private void start(String host, Entry entry, long ttlNanos) {
        try {
            lookupThreads.execute(() -> {
                InetAddress[] addresses = {};
                String why = "";
                try {
                    addresses = lookup.lookup(host);
                } catch (UnknownHostException e) {
                    why = "the name does not resolve";
                } catch (RuntimeException e) {
                    why = "the name could not be looked up: " + e.getClass().getSimpleName();
                }
                InetAddress[] found = addresses;
                String reason = why;
                try {
                    loop.execute(() -> complete(host, entry, found, reason, ttlNanos));
                } catch (RejectedExecutionException e) {
                    // The loop has ended, and with it everybody who asked.
                }
            });
        } catch (RejectedExecutionException e) {
            names.remove(host, entry);
            entry.askers = null;
        }
    }

    private void complete(String host, Entry entry, InetAddress[] found, String why, long ttlNanos) {
        List<Answer> askers = entry.askers == null ? List.of() : entry.askers;
        entry.askers = null;
        if (found.length == 0) {
            // Not remembered: the JDK remembers failures itself (networkaddress.cache.negative.ttl).
            names.remove(host, entry);
        } else {
            entry.addresses = found;
            entry.until = System.nanoTime() + ttlNanos;
        }
        for (Answer asker : askers) {
            if (found.length == 0) {
                asker.unknown(why.isEmpty() ? "the name has no address" : why);
            } else {
                asker.addresses(found);
            }
        }
    }

    private void forgetEldest() {
        var eldest = names.entrySet().iterator();
        while (names.size() > MAX_NAMES && eldest.hasNext()) {
            if (eldest.next().getValue().askers == null) {
                eldest.remove();
            }
        }
    }

    private static InetAddress address(String host, byte[] literal) {
        try {
            return InetAddress.getByAddress(host, literal);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("a literal address of " + literal.length + " bytes", e);
        }
    }

    private static final class Entry {

        private InetAddress[] addresses = {};
        private long until;

        /** Null once the look-up is over. */
        private @Nullable List<Answer> askers = new ArrayList<>(2);

        private boolean isFresh() {
            return askers == null && until - System.nanoTime() > 0;
        }
    }
}
