package dev.ostiary.gateway.server.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.keys.SigningKeys.VerificationKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Facade tokens that have been verified, by the SHA-256 of the header they came in: the tokens themselves are not kept. An
 * entry counts only with the key and the rules it was made with, and until its token ends; whether its grant still stands, and
 * whether it is good for a route, is asked each time. Thread-safe, never blocks, bounded by the size of the tokens.
 */
public final class FacadeTokenCache {

    private final Cache<TokenDigest, Entry> entries;

    /**
     * @param maxChars most characters of all tokens together, as with {@link TokenCache#DEFAULT_MAX_CHARS}
     * @param time when tokens end
     */
    public FacadeTokenCache(long maxChars, Time time) {
        this.entries = Caffeine.newBuilder()
                .maximumWeight(maxChars)
                .weigher((TokenDigest digest, Entry entry) -> entry.chars)
                .expireAfter(Expiry.<TokenDigest, Entry>creating((digest, entry) -> Duration.ofMillis(
                        Math.max(0, entry.admitted.token().expires().toEpochMilli() - time.wallMillis()))))
                .ticker(time::nanos)
                .executor(Runnable::run)
                .build();
    }

    /**
     * A verified token.
     *
     * @param principal of the user it speaks for
     */
    record Verified(FacadeToken token, Principal principal) {}

    private record Entry(Verified admitted, FacadeRules rules, VerificationKey key, int chars) {}

    @Nullable
    Verified find(TokenDigest digest, FacadeRules rules, VerificationKey key) {
        Entry entry = entries.getIfPresent(digest);
        return entry != null && sameKey(entry.key, key) && entry.rules.equals(rules) ? entry.admitted : null;
    }

    void add(TokenDigest digest, Verified verified, FacadeRules rules, VerificationKey key, int chars) {
        entries.put(digest, new Entry(verified, rules, key, chars));
    }

    /** How many, roughly; for metrics. */
    public long size() {
        return entries.estimatedSize();
    }

    // A key's state changes while it goes on verifying; what counts is the key.
    private static boolean sameKey(VerificationKey one, VerificationKey other) {
        return one.id().equals(other.id()) && one.key().equals(other.key());
    }
}
