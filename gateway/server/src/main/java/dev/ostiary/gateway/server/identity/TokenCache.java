package dev.ostiary.gateway.server.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.server.entra.Time;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that have been validated, by the SHA-256 of the header they came in: the tokens themselves are not kept. An entry counts only with the key
 * set and the Entra settings it was made with, and until its token ends. It outlives configurations, so that a reload does
 * not make every token new. Thread-safe, never blocks, bounded by the size of the tokens.
 */
public final class TokenCache {

    /**
     * Most characters of all tokens together. A principal takes two to three times the memory of its token, so this is
     * some 40 MB: room for 11,000 usual tokens (1.4 kB), or 1,300 with 200 groups.
     */
    public static final long DEFAULT_MAX_CHARS = 16L * 1024 * 1024;

    private final Cache<TokenDigest, Entry> entries;

    /**
     * @param maxChars most characters of all tokens together
     * @param time when tokens end
     */
    public TokenCache(long maxChars, Time time) {
        this.entries = Caffeine.newBuilder()
                .maximumWeight(maxChars)
                .weigher((TokenDigest digest, Entry entry) -> entry.chars)
                .expireAfter(Expiry.<TokenDigest, Entry>creating((digest, entry) ->
                        Duration.ofMillis(Math.max(0, entry.token.expiresMillis() - time.wallMillis()))))
                .ticker(time::nanos)
                // Maintenance is short; a pool of its own would only move it to a colder core.
                .executor(Runnable::run)
                .build();
    }

    private record Entry(ValidToken token, EntraSettings settings, long generation, int chars) {}

    /** The token behind this digest, as validated with these settings and keys; null when it has to be validated. */
    @Nullable
    ValidToken find(TokenDigest digest, EntraSettings settings, long generation) {
        Entry entry = entries.getIfPresent(digest);
        return entry != null && entry.generation == generation && entry.settings.equals(settings) ? entry.token : null;
    }

    /**
     * Remembers a validated token.
     *
     * @param chars its length
     */
    void add(TokenDigest digest, ValidToken token, EntraSettings settings, long generation, int chars) {
        entries.put(digest, new Entry(token, settings, generation, chars));
    }

    /** How many, roughly; for metrics. */
    public long size() {
        return entries.estimatedSize();
    }
}
