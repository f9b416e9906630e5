package dev.ostiary.gateway.compiler.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import dev.ostiary.gateway.policy.CedarSource;
import dev.ostiary.gateway.policy.Decision;
import dev.ostiary.gateway.policy.Lint;
import dev.ostiary.gateway.policy.Operation;
import dev.ostiary.gateway.policy.Parsed;
import dev.ostiary.gateway.policy.ParsedPolicy;
import dev.ostiary.gateway.policy.PrincipalFacts;
import dev.ostiary.gateway.policy.Question;
import dev.ostiary.gateway.policy.RoutePolicySet;
import dev.ostiary.gateway.policy.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every Cedar example of the policy guide decides what the table below it says, and none earns a lint. */
class PolicyGuideTest {

    private static final Path GUIDE = Path.of("../../docs/policies.md");
    private static final Map<String, String> GROUPS = Map.of(
            "Readers", "3d4b0f7e-0000-4000-8000-000000000101",
            "Writers", "3d4b0f7e-0000-4000-8000-000000000102");
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Example(int line, String cedar, List<List<String>> rows) {}

    @TestFactory
    Stream<DynamicTest> examples() throws Exception {
        List<Example> examples = read(Files.readAllLines(GUIDE));
        assertThat(examples).hasSizeGreaterThan(5);
        return examples.stream().map(example -> DynamicTest.dynamicTest("line " + example.line, () -> check(example)));
    }

    private static void check(Example example) throws Exception {
        assertThat(example.rows).as("the table below the example").isNotEmpty();
        RoutePolicySet policies = load(example.cedar);
        for (List<String> row : example.rows) {
            PrincipalFacts caller = caller(row.get(0));
            String call = row.get(1);
            boolean listing = call.startsWith("list of ");
            Question question = question(caller, listing ? call.substring("list of ".length()) : call);
            Decision decision = listing ? policies.decideListing(question) : policies.decide(question);
            assertThat(decision.allowed())
                    .as("%s: %s", row, decision)
                    .isEqualTo(row.get(2).equals("allow") || row.get(2).equals("show"));
        }
    }

    private static RoutePolicySet load(String cedar) throws Exception {
        assertThat(CedarSource.parse(cedar)).isInstanceOf(Parsed.Policies.class);
        List<PolicyEntry> call = new ArrayList<>();
        List<PolicyEntry> list = new ArrayList<>();
        for (ParsedPolicy written : ((Parsed.Policies) CedarSource.parse(cedar)).policies()) {
            ParsedPolicy.Rewritten rewritten = written.rewriteGroups(GROUPS);
            assertThat(rewritten.unknown()).isEmpty();
            ParsedPolicy policy = rewritten.policy();
            assertThat(policy.lints(Numbers.NATIVE))
                    .filteredOn(lint -> lint.code() != Lint.Code.Unconditional)
                    .isEmpty();
            String id = "docs/guide#" + policy.index();
            call.add(new PolicyEntry(id, policy.text(), false, Map.of()));
            policy.forListing().ifPresent(form -> list.add(new PolicyEntry(id, form.text(), false, Map.of())));
        }
        RoutePolicies policies = new RoutePolicies(
                Evaluation.FORBID_ERRORS_DENY, Numbers.NATIVE, call, list, "[]", List.copyOf(GROUPS.values()), false);
        return RoutePolicySet.load(policies, "notes");
    }

    private static PrincipalFacts caller(String cell) {
        List<String> groups = new ArrayList<>();
        List<String> roles = new ArrayList<>();
        ObjectNode claims = JSON.createObjectNode();
        String[] words = cell.split(" ");
        for (int i = 0; i + 1 < words.length; i += 2) {
            switch (words[i]) {
                case "group" -> groups.add(GROUPS.get(words[i + 1]));
                case "role" -> roles.add(words[i + 1]);
                case "claim" ->
                    claims.put(words[i + 1].split("=")[0], words[i + 1].split("=")[1]);
                default -> assertThat(cell).isEqualTo("nobody in particular");
            }
        }
        return new PrincipalFacts("3d4b0f7e-0000-4000-8000-000000000201", claims, groups, roles);
    }

    private static Question question(PrincipalFacts caller, String call) throws Exception {
        String[] words = call.split(" ", 3);
        String rest = words.length > 2 ? words[2] : "";
        ObjectNode arguments = rest.startsWith("{") ? (ObjectNode) JSON.readTree(rest) : JSON.createObjectNode();
        return switch (words[0]) {
            case "tool" ->
                new Question(
                        caller,
                        Operation.CALL_TOOL,
                        new Target.Tool(
                                words[1], hint(rest, "readOnlyHint"), hint(rest, "destructiveHint"), null, null),
                        arguments);
            case "prompt" -> new Question(caller, Operation.GET_PROMPT, new Target.Prompt(words[1]), arguments);
            case "resource" -> new Question(caller, Operation.READ_RESOURCE, new Target.Resource(words[1]), null);
            default -> throw new IllegalArgumentException(call);
        };
    }

    private static Boolean hint(String rest, String name) {
        return rest.contains(name + "=") ? rest.contains(name + "=true") : null;
    }

    private static List<Example> read(List<String> lines) {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).equals("```cedar")) {
                continue;
            }
            int start = i + 1;
            StringBuilder cedar = new StringBuilder();
            while (!lines.get(++i).equals("```")) {
                cedar.append(lines.get(i)).append('\n');
            }
            List<List<String>> rows = new ArrayList<>();
            for (int row = i + 4; row < lines.size() && lines.get(row).startsWith("|"); row++) {
                rows.add(Stream.of(lines.get(row).split("\\|"))
                        .skip(1)
                        .map(String::strip)
                        .toList());
            }
            examples.add(new Example(start, cedar.toString(), rows));
        }
        return examples;
    }
}
