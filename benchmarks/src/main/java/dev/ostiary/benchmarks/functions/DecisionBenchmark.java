package dev.ostiary.benchmarks.functions;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ostiary.gateway.policy.Decision;
import dev.ostiary.gateway.policy.DecisionKey;
import dev.ostiary.gateway.policy.Operation;
import dev.ostiary.gateway.policy.Question;
import dev.ostiary.gateway.policy.RoutePolicySet;
import dev.ostiary.gateway.policy.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * May this caller call that tool? Cold: Cedar decides. Hot: the key is made and a decision found under it. By the number of
 * policies on the route and of the caller's groups.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DecisionBenchmark {

    @Param({"1", "20", "100"})
    int policies;

    @Param({"5", "200"})
    int groups;

    private final Map<DecisionKey, Decision> kept = new HashMap<>();
    private @Nullable RoutePolicySet set;
    private @Nullable Question question;

    @Setup
    public void load() {
        set = Policies.set(policies);
        question = new Question(
                Policies.caller(groups),
                Operation.CALL_TOOL,
                new Target.Tool("echo", true, null, null, null),
                JsonNodeFactory.instance.objectNode().put("text", "hello"));
        Decision decision = cold();
        if (!decision.allowed()) {
            throw new IllegalStateException("the call is meant to be allowed");
        }
        kept.put(set().key(question(), false), decision);
    }

    @Benchmark
    public Decision cold() {
        return set().decide(question());
    }

    @Benchmark
    public @Nullable Decision hot() {
        return kept.get(set().key(question(), false));
    }

    private RoutePolicySet set() {
        if (set == null) {
            throw new IllegalStateException();
        }
        return set;
    }

    private Question question() {
        if (question == null) {
            throw new IllegalStateException();
        }
        return question;
    }
}
