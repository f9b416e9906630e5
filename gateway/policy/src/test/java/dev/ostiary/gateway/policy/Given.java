package dev.ostiary.gateway.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A route's policies and a caller, written as a test needs them; compiled the way the compiler does it. */
final class Given {

    static final String READERS = "02223b6b-0000-4000-8000-000000000001";
    static final String WRITERS = "02223b6b-0000-4000-8000-000000000002";

    private final List<PolicyEntry> call = new ArrayList<>();
    private final List<PolicyEntry> list = new ArrayList<>();
    private Evaluation evaluation = Evaluation.FORBID_ERRORS_DENY;
    private Numbers numbers = Numbers.NATIVE;
    private String entities = "[]";
    private String workload = "github";

    static Given policies(String... texts) {
        Given given = new Given();
        for (int i = 0; i < texts.length; i++) {
            given.policy("mcp/p" + i, texts[i], false, Map.of());
        }
        return given;
    }

    Given policy(String name, String text, boolean shadow, Map<String, String> aliases) {
        Map<String, String> names = new TreeMap<>();
        aliases.forEach((alias, id) -> names.put(id, alias));
        for (ParsedPolicy parsed : parse(text)) {
            ParsedPolicy p = parsed.rewriteGroups(aliases).policy();
            String id = name + "#" + p.index();
            call.add(new PolicyEntry(id, p.text(), shadow, names));
            p.forListing().ifPresent(l -> list.add(new PolicyEntry(id, l.text(), shadow, names)));
        }
        return this;
    }

    Given evaluation(Evaluation e) {
        evaluation = e;
        return this;
    }

    Given numbers(Numbers n) {
        numbers = n;
        return this;
    }

    Given entities(String json) {
        entities = json;
        return this;
    }

    Given workload(String name) {
        workload = name;
        return this;
    }

    RoutePolicies compiled() {
        return new RoutePolicies(evaluation, numbers, call, list, entities, List.of(), false);
    }

    RoutePolicySet load() {
        try {
            return RoutePolicySet.load(compiled(), workload);
        } catch (UnusablePoliciesException e) {
            throw new AssertionError(e);
        }
    }

    Decision call(Question question) {
        return load().decide(question);
    }

    static List<ParsedPolicy> parse(String text) {
        return switch (CedarSource.parse(text)) {
            case Parsed.Policies p -> p.policies();
            case Parsed.Broken b -> throw new AssertionError(text + ": " + b.problems());
        };
    }

    static ParsedPolicy one(String text) {
        List<ParsedPolicy> all = parse(text);
        if (all.size() != 1) {
            throw new AssertionError("not one policy: " + text);
        }
        return all.getFirst();
    }

    static PrincipalFacts principal(String id, String claims, List<String> groups, List<String> roles) {
        return new PrincipalFacts(id, json(claims), groups, roles);
    }

    static PrincipalFacts in(String... groups) {
        return principal("anna", "{}", List.of(groups), List.of());
    }

    static Question tool(PrincipalFacts principal, String name) {
        return new Question(principal, Operation.CALL_TOOL, new Target.Tool(name), null);
    }

    static Question tool(PrincipalFacts principal, String name, String arguments) {
        return new Question(principal, Operation.CALL_TOOL, new Target.Tool(name), json(arguments));
    }

    static ObjectNode json(String text) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
