package dev.ostiary.benchmarks.functions;

import dev.ostiary.gateway.policy.Decision;
import dev.ostiary.gateway.policy.DecisionKey;
import dev.ostiary.gateway.policy.Operation;
import dev.ostiary.gateway.policy.PrincipalFacts;
import dev.ostiary.gateway.policy.Question;
import dev.ostiary.gateway.policy.RoutePolicySet;
import dev.ostiary.gateway.policy.Target;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.ListResponse;
import dev.ostiary.gateway.server.mcp.ListedItem;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A {@code tools/list} answer with 1,000 tools (about 300 kB), half of them allowed by 20 policies: read, decided and
 * rendered. Cold: Cedar decides each tool. Hot: each decision is found under its key.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ListFilterBenchmark {

    private static final int TOOLS = 1_000;
    private static final int MAX_DEPTH = 64;

    private final Map<DecisionKey, Decision> kept = new HashMap<>();
    private final RoutePolicySet set = Policies.set(20);
    private final PrincipalFacts caller = Policies.caller(5);
    private byte[] body = {};

    @Setup
    public void makeList() {
        StringBuilder json = new StringBuilder("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[");
        for (int i = 0; i < TOOLS; i++) {
            json.append(i == 0 ? "" : ",")
                    .append("{\"name\":\"tool_")
                    .append(i)
                    .append("\",\"description\":\"Does one of the things that this server can do, and says at length")
                    .append(" which one it is.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"text\":")
                    .append(
                            "{\"type\":\"string\"},\"limit\":{\"type\":\"integer\"}}},\"annotations\":{\"readOnlyHint\":")
                    .append(i % 2 == 0)
                    .append("}}");
        }
        body = json.append("]}}").toString().getBytes(StandardCharsets.UTF_8);
        if (cold() != TOOLS / 2 || hot() != TOOLS / 2) {
            throw new IllegalStateException("half of the tools are meant to be shown");
        }
    }

    @Benchmark
    public int cold() {
        return filter(false);
    }

    @Benchmark
    public int hot() {
        return filter(true);
    }

    @Benchmark
    public ListResponse readOnly() {
        return ListResponse.read(body, ListKind.TOOLS, MAX_DEPTH);
    }

    private int filter(boolean remembering) {
        if (!(readOnly() instanceof ListResponse.Page page)) {
            throw new IllegalStateException("the list is not what is to be measured");
        }
        return page.render(item -> {
                    Question question = question(item);
                    return (remembering
                                    ? kept.computeIfAbsent(set.key(question, true), _ -> set.decideListing(question))
                                    : set.decideListing(question))
                            .allowed();
                })
                .kept();
    }

    private Question question(ListedItem item) {
        return new Question(
                caller,
                Operation.CALL_TOOL,
                new Target.Tool(
                        item.key(),
                        item.readOnlyHint(),
                        item.destructiveHint(),
                        item.idempotentHint(),
                        item.openWorldHint()),
                null);
    }
}
