package dev.ostiary.benchmarks.functions;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import dev.ostiary.gateway.policy.CedarSource;
import dev.ostiary.gateway.policy.Parsed;
import dev.ostiary.gateway.policy.ParsedPolicy;
import dev.ostiary.gateway.policy.PrincipalFacts;
import dev.ostiary.gateway.policy.RoutePolicySet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Policy sets and callers of a chosen size. */
final class Policies {

    private Policies() {}

    /** As many policies as asked for, each about a group and a tool of its own; the last one grants every read-only tool. */
    static RoutePolicySet set(int count) {
        List<PolicyEntry> call = new ArrayList<>();
        List<PolicyEntry> list = new ArrayList<>();
        List<String> groups = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            String text = number == count - 1
                    ? "permit(principal in Group::\"" + group(0) + "\", action == Action::\"call_tool\", resource)"
                            + " when { resource has readOnlyHint && resource.readOnlyHint };"
                    : "permit(principal in Group::\"" + group(number) + "\", action == Action::\"call_tool\","
                            + " resource == Tool::\"tool_" + (10_000 + number) + "\");";
            if (!(CedarSource.parse(text) instanceof Parsed.Policies parsed)) {
                throw new IllegalStateException(text);
            }
            for (ParsedPolicy policy : parsed.policies()) {
                call.add(new PolicyEntry("load/p" + number, policy.text(), false, Map.of()));
                policy.forListing()
                        .ifPresent(form ->
                                list.add(new PolicyEntry("load/p" + list.size(), form.text(), false, Map.of())));
            }
            groups.add(group(number));
        }
        try {
            return RoutePolicySet.load(
                    new RoutePolicies(
                            RoutePolicies.Evaluation.FORBID_ERRORS_DENY,
                            RoutePolicies.Numbers.NATIVE,
                            call,
                            list,
                            "[]",
                            groups.stream().sorted().toList(),
                            false),
                    "echo");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A caller in the first {@code groups} groups. */
    static PrincipalFacts caller(int groups) {
        ObjectNode claims = JsonNodeFactory.instance
                .objectNode()
                .put("tid", "5c0f6a1e-0000-4000-8000-000000000001")
                .put("oid", "5c0f6a1e-0000-4000-8000-000000000201")
                .put("preferred_username", "lena.load@ostiary.example");
        return new PrincipalFacts(
                "5c0f6a1e-0000-4000-8000-000000000201",
                claims,
                IntStream.range(0, groups).mapToObj(Policies::group).toList(),
                List.of("Mcp.Call"));
    }

    private static String group(int number) {
        return "5c0f6a1e-0000-4000-8000-%012d".formatted(1_000 + number);
    }
}
