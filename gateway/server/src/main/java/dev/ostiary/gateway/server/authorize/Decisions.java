package dev.ostiary.gateway.server.authorize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.ostiary.gateway.policy.Decision;
import dev.ostiary.gateway.policy.DecisionKey;
import dev.ostiary.gateway.policy.Operation;
import dev.ostiary.gateway.policy.Question;
import dev.ostiary.gateway.policy.RoutePolicySet;
import dev.ostiary.gateway.policy.Target;
import dev.ostiary.gateway.server.threads.BoundedThreads;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the policies without ever blocking the caller's event loop: a decision made before is given at once, a new one is
 * made on a policy thread and comes back to the loop.
 *
 * <p>A decision is a function of the policy set, the principal's facts, the operation and its target, and, where a policy
 * reads them, the arguments; it is kept under exactly these. The principal's facts come from the token that authenticated
 * this very request, so a kept decision never outlives a membership.
 */
public final class Decisions {

    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

    /** Most questions that wait for a policy thread. */
    public static final int MAX_WAITING = 2_048;

    private static final long MAX_KEPT = 100_000;
    private static final Duration KEPT_UNUSED = Duration.ofMinutes(10);

    private final BoundedThreads threads;
    private final Cache<DecisionKey, Decision> kept = Caffeine.newBuilder()
            .maximumSize(MAX_KEPT)
            .expireAfterAccess(KEPT_UNUSED)
            .recordStats()
            .build();

    /** What one question came to. */
    public sealed interface Outcome {

        /** The policies decided. */
        record Decided(Decision decision) implements Outcome {}

        /** Too many questions wait already, or the engine failed: nothing is allowed. */
        record Unanswered(boolean overloaded) implements Outcome {}
    }

    /** One item of a list: what would be done with it, and to what. */
    public record Item(Operation operation, Target target) {}

    /** @param threads where Cedar's native call runs, which cannot be interrupted */
    public Decisions(BoundedThreads threads) {
        this.threads = threads;
    }

    /**
     * Decides one call.
     *
     * @param arguments the call's arguments; null when it has none
     * @param executor where {@code then} is called; this method must be called there too
     */
    public void decide(
            RoutePolicySet policies,
            Caller caller,
            Item item,
            @Nullable ObjectNode arguments,
            EventExecutor executor,
            Consumer<Outcome> then) {
        Question question = new Question(caller.facts(), item.operation(), item.target(), arguments);
        DecisionKey key = policies.key(question, false);
        Decision known = kept.getIfPresent(key);
        if (known != null) {
            then.accept(new Outcome.Decided(known));
            return;
        }
        boolean accepted = threads.run(() -> {
            Outcome outcome;
            try {
                Decision decision = policies.decide(question);
                kept.put(key, decision);
                outcome = new Outcome.Decided(decision);
            } catch (RuntimeException | LinkageError e) {
                outcome = failed(e);
            }
            Outcome result = outcome;
            executor.execute(() -> then.accept(result));
        });
        if (!accepted) {
            then.accept(new Outcome.Unanswered(true));
        }
    }

    /**
     * Decides which items of a list to show.
     *
     * @param then receives one boolean per item, in order; null when the question could not be answered
     */
    public void decideListing(
            RoutePolicySet policies,
            Caller caller,
            List<@Nullable Item> items,
            EventExecutor executor,
            Consumer<boolean @Nullable []> then) {
        boolean[] show = new boolean[items.size()];
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < show.length; i++) {
            Item item = items.get(i);
            if (item == null) {
                continue;
            }
            Decision known = kept.getIfPresent(policies.key(question(caller, item), true));
            if (known == null) {
                open.add(i);
            } else {
                show[i] = known.allowed();
            }
        }
        if (open.isEmpty()) {
            then.accept(show);
            return;
        }
        boolean accepted = threads.run(() -> {
            boolean[] result = Arrays.copyOf(show, show.length);
            boolean @Nullable [] answer = result;
            try {
                for (int index : open) {
                    Item item = Objects.requireNonNull(items.get(index));
                    Question question = question(caller, item);
                    Decision decision = policies.decideListing(question);
                    kept.put(policies.key(question, true), decision);
                    result[index] = decision.allowed();
                }
            } catch (RuntimeException | LinkageError e) {
                failed(e);
                answer = null;
            }
            boolean @Nullable [] last = answer;
            executor.execute(() -> then.accept(last));
        });
        if (!accepted) {
            then.accept(null);
        }
    }

    /** Share of questions that needed no engine, and how many; for metrics. */
    public CacheStats stats() {
        return kept.stats();
    }

    private static Question question(Caller caller, Item item) {
        return new Question(caller.facts(), item.operation(), item.target(), null);
    }

    private static Outcome failed(Throwable e) {
        // The message may quote attribute values, so only the kind of failure is logged.
        LOG.atError().addKeyValue("error", e.getClass().getName()).log("the policy engine failed: denied");
        return new Outcome.Unanswered(false);
    }
}
