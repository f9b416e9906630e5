package dev.ostiary.gateway.server.oauth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.server.oauth.RateLimits.Limit;
import java.util.function.LongSupplier;

/**
 * Counts who comes how often, at this replica, in a bounded number of token buckets. IPv6 callers count by their /64, since one
 * host has all of it. Outlives configurations. Thread-safe.
 */
public final class RateLimiter {

    private record Key(String limit, String who) {}

    /**
     * The time of the request that would empty the bucket, as the generic cell rate algorithm counts it.
     *
     * @param theoreticalArrival nanoseconds of the clock
     */
    private record Bucket(long theoreticalArrival) {}

    private final RateLimits limits;
    private final LongSupplier nanos;
    private final Cache<Key, Bucket> buckets;

    /** @param nanos a clock that never jumps */
    public RateLimiter(RateLimits limits, LongSupplier nanos) {
        this.limits = limits;
        this.nanos = nanos;
        this.buckets = Caffeine.newBuilder().maximumSize(limits.tracked()).build();
    }

    RateLimits limits() {
        return limits;
    }

    /**
     * Counts a request.
     *
     * @return 0 when it is within the limit, else the seconds until one will be
     */
    long take(Limit limit, String who) {
        long now = nanos.getAsLong();
        long every = limit.every().toNanos();
        long tolerance = every * (limit.burst() - 1);
        long[] wait = new long[1];
        buckets.asMap().compute(new Key(limit.name(), who), (_, bucket) -> {
            long arrival = bucket == null ? now : Math.max(now, bucket.theoreticalArrival);
            wait[0] = Math.max(0, arrival - now - tolerance);
            return wait[0] > 0 && bucket != null ? bucket : new Bucket(arrival + every);
        });
        return (wait[0] + 999_999_999L) / 1_000_000_000L;
    }

    /** Whom a client address stands for. */
    static String network(String clientAddress) {
        if (clientAddress.indexOf(':') < 0) {
            return clientAddress;
        }
        String[] groups = expand(clientAddress);
        return String.join(":", groups[0], groups[1], groups[2], groups[3]) + "::/64";
    }

    /** The first four groups of an IPv6 address, with zeros for those that {@code ::} leaves out. */
    private static String[] expand(String address) {
        String[] groups = {"0", "0", "0", "0"};
        int gap = address.indexOf("::");
        String[] head = (gap < 0 ? address : address.substring(0, gap)).split(":");
        for (int i = 0; i < Math.min(4, head.length); i++) {
            groups[i] = head[i].isEmpty() ? "0" : head[i];
        }
        if (gap >= 0) {
            String[] tail = address.substring(gap + 2).split(":");
            for (int i = 0; i < tail.length; i++) {
                int at = 8 - tail.length + i;
                if (at >= 0 && at < 4) {
                    groups[at] = tail[i];
                }
            }
        }
        return groups;
    }
}
