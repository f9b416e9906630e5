package dev.ostiary.gateway.server.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.entra.GroupLookup;
import dev.ostiary.gateway.server.entra.GroupLookup.UserCredential;
import dev.ostiary.gateway.server.entra.Time;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Groups that a token leaves out, asked of Graph before the token's bearer is let in (design §4.10). Graph is asked on virtual
 * threads, of which a bounded number waits at a time; what it said is good for five minutes and never longer than the token.
 * Thread-safe; {@link #known} and {@link #ask} never block.
 */
public final class GroupsOnDemand {

    private static final Duration GOOD_FOR = Duration.ofMinutes(5);
    private static final int MAX_WAITING = 256;
    private static final long MAX_GROUPS_KEPT = 500_000;

    private final GroupLookup lookup;
    private final Time time;
    private final Semaphore places = new Semaphore(MAX_WAITING);
    private final LongAdder failures = new LongAdder();
    private final Cache<Asked, Principal> answers;

    /** @param lookup of the Entra settings that the tokens are validated with */
    public GroupsOnDemand(GroupLookup lookup, Time time) {
        this.lookup = lookup;
        this.time = time;
        this.answers = Caffeine.newBuilder()
                .maximumWeight(MAX_GROUPS_KEPT)
                .weigher((Asked asked, Principal principal) ->
                        10 + principal.groups().size())
                .expireAfterWrite(GOOD_FOR)
                .ticker(time::nanos)
                .executor(Runnable::run)
                .build();
    }

    /**
     * What policies have to know.
     *
     * @param all every group of the user
     * @param ids else these
     */
    record Need(boolean all, List<String> ids) {}

    private record Asked(TokenDigest token, Need need) {}

    /** What asking came to. */
    sealed interface Answer {}

    /** The same principal with its groups. */
    record Known(Principal principal) implements Answer {}

    /** Graph does not tell, and asking again does not help. */
    record Refused() implements Answer {}

    /** Nobody can tell now. */
    record NotNow(Duration retryAfter) implements Answer {}

    /** What was found out before; null when Graph has to be asked. */
    @Nullable
    Principal known(TokenDigest token, Need need) {
        return answers.getIfPresent(new Asked(token, need));
    }

    /**
     * Asks.
     *
     * @param then called once, on another thread, or at once when too many wait
     */
    void ask(
            TokenDigest token,
            Need need,
            Principal principal,
            @Nullable UserCredential credential,
            Consumer<Answer> then) {
        if (!places.tryAcquire()) {
            failures.increment();
            then.accept(new NotNow(Duration.ofSeconds(1)));
            return;
        }
        Thread.ofVirtual().name("groups").start(() -> {
            Answer answer = new NotNow(Duration.ofSeconds(1));
            try {
                answer = look(token, need, principal, credential);
            } finally {
                places.release();
                then.accept(answer);
            }
        });
    }

    /** How often groups could not be had; for metrics. */
    public long failures() {
        return failures.sum();
    }

    private Answer look(TokenDigest token, Need need, Principal principal, @Nullable UserCredential credential) {
        Asked asked = new Asked(token, need);
        Principal before = answers.getIfPresent(asked);
        if (before != null) {
            return new Known(before);
        }
        try {
            Set<String> groups = need.all()
                    ? lookup.allOf(principal.objectId(), credential)
                    : lookup.memberOf(principal.objectId(), new LinkedHashSet<>(need.ids()), credential);
            Principal complete = CanonicalPrincipal.withGroups(principal, StringSet.of(List.copyOf(groups)));
            if (principal.expires().toEpochMilli() > time.wallMillis()) {
                answers.put(asked, complete);
            }
            return new Known(complete);
        } catch (EntraUnavailableException unavailable) {
            failures.increment();
            return new NotNow(unavailable.retryAfter());
        } catch (EntraRefusedException refused) {
            failures.increment();
            return new Refused();
        }
    }
}
