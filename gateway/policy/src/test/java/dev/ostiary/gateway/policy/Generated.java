package dev.ostiary.gateway.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** Random policies, callers and calls from a small world in which they often meet, err and contradict. */
final class Generated {

    static final List<String> GROUPS = List.of(Given.READERS, Given.WRITERS);
    static final List<String> ROLES = List.of("Ops", "Admin");

    private final Random random;

    Generated(long seed) {
        random = new Random(seed);
    }

    Given route() {
        Given given = Given.policies().evaluation(one(Evaluation.values())).numbers(one(Numbers.values()));
        int policies = 1 + random.nextInt(5);
        for (int i = 0; i < policies; i++) {
            given.policy("mcp/p" + i, policy(), random.nextInt(6) == 0, Map.of());
        }
        if (random.nextInt(3) == 0) {
            given.entities(
                    "[{\"uid\": \"Tool::a\", \"attrs\": {\"owner\": \"anna\", \"peer\": {\"__entity\": {\"type\":"
                            + " \"Tool\", \"id\": \"b\"}}, \"team\": {\"__entity\": {\"type\": \"Group\", \"id\": \"02223b6b-0000-4000-8000-00000000000f\"}}}, \"parents\": [\"Kit::k\"]}, {\"uid\": \"Group::"
                            + Given.READERS
                            + "\", \"attrs\": {}, \"parents\": [\"THVGroup::org\"]}]");
        }
        return given;
    }

    private String policy() {
        StringBuilder out = new StringBuilder(random.nextInt(4) == 0 ? "forbid(" : "permit(");
        out.append(one(
                "principal",
                "principal",
                "principal == Client::\"anna\"",
                "principal in Group::\"" + Given.READERS + "\"",
                "principal in THVGroup::\"org\"",
                "principal is Client in Role::\"Ops\""));
        out.append(one(
                ", action, ",
                ", action == Action::\"call_tool\", ",
                ", action in [Action::\"call_tool\", Action::\"get_prompt\"], ",
                ", action == Action::\"read_resource\", "));
        out.append(one(
                "resource",
                "resource",
                "resource == Tool::\"a\"",
                "resource == Resource::\"r\"",
                "resource in MCP::\"github\"",
                "resource in Kit::\"k\"",
                "resource is Tool"));
        out.append(')');
        for (int i = random.nextInt(3); i > 0; i--) {
            out.append(random.nextInt(3) == 0 ? " unless { " : " when { ")
                    .append(condition(3))
                    .append(" }");
        }
        return out.append(';').toString();
    }

    private String condition(int depth) {
        if (depth == 0 || random.nextInt(3) == 0) {
            return atom();
        }
        Supplier<String> part = () -> "(" + condition(depth - 1) + ")";
        return switch (random.nextInt(6)) {
            case 0, 1 -> part.get() + " && " + part.get();
            case 2 -> part.get() + " || " + part.get();
            case 3 -> "!" + part.get();
            case 4 -> "if " + part.get() + " then " + part.get() + " else " + part.get();
            default -> part.get() + " && " + part.get() + " && " + part.get();
        };
    }

    private String atom() {
        return one(
                "true",
                "false",
                "context has arg_x",
                "context.arg_x == \"1\"",
                "resource.arg_x == 1",
                "resource has arg_y",
                "context.arg_n < 5",
                "context.arg_n.lessThan(decimal(\"5.0\"))",
                "context.input.x == \"1\"",
                "context.input has n",
                "context has input",
                "context has arg_o_present",
                "resource has owner",
                "resource.owner == \"anna\"",
                "resource has readOnlyHint",
                "resource.readOnlyHint",
                "resource.destructiveHint == false",
                "resource.name == \"a\"",
                "resource.name like \"*b*\"",
                "resource.uri == \"r\"",
                "resource.feature == \"tool\"",
                "resource.operation == action.operation",
                "resource == Tool::\"b\"",
                "resource in Kit::\"k\"",
                "resource has peer && resource.peer == resource",
                "[Tool::\"a\", Tool::\"b\"].contains(resource)",
                "principal.claim_dept == \"eng\"",
                "principal has claim_dept",
                "context.claim_level < 3",
                "principal.claim_act.sub == \"x\"",
                "principal.claim_groups.contains(\"" + Given.WRITERS + "\")",
                "principal.claim_groups.isEmpty()",
                "context.claim_roles.containsAny([\"Ops\", \"Nobody\"])",
                "principal.claim_roles == [\"Admin\"]",
                "principal in Role::\"Admin\"",
                "principal in [Group::\"" + Given.WRITERS + "\", Role::\"Ops\"]",
                "principal in resource.peer",
                "resource has team && principal in resource.team",
                "principal.claimset_scp.contains(\"b\")",
                "context == {}",
                "resource.name",
                "resource.tool in [\"a\"]",
                "action == Action::\"call_tool\"");
    }

    PrincipalFacts principal() {
        return Given.principal(
                one("anna", "ben"),
                one(
                        "{}",
                        "{\"dept\": \"eng\"}",
                        "{\"dept\": \"ops\", \"level\": 2}",
                        "{\"level\": 2.5, \"act\": {\"sub\": \"x\"}, \"scp\": \"a b\"}",
                        "{\"act\": \"x\", \"scp\": [\"b\"], \"other\": [1, 2]}"),
                some(List.of(Given.READERS, Given.WRITERS, "02223b6b-0000-4000-8000-00000000000f")),
                some(List.of("Ops", "Admin", "Other")));
    }

    /** A question without arguments. */
    Question question() {
        return switch (random.nextInt(6)) {
            case 0 -> new Question(principal(), Operation.GET_PROMPT, new Target.Prompt(one("a", "p")), null);
            case 1 -> new Question(principal(), Operation.READ_RESOURCE, new Target.Resource(one("r", "s")), null);
            default ->
                new Question(
                        principal(),
                        Operation.CALL_TOOL,
                        new Target.Tool(one("a", "b", "c", "d"), hint(), hint(), hint(), null),
                        null);
        };
    }

    ObjectNode arguments() {
        return Given.json(one(
                "{}",
                "{\"x\": \"1\"}",
                "{\"x\": 1, \"y\": true}",
                "{\"n\": 3}",
                "{\"n\": 3.5, \"x\": \"1\"}",
                "{\"x\": \"1\", \"n\": 9, \"o\": {\"k\": [1]}}",
                "{\"x\": null, \"o\": []}"));
    }

    private Boolean hint() {
        return one(null, true, false);
    }

    private List<String> some(List<String> all) {
        List<String> some = new ArrayList<>(all);
        some.removeIf(x -> random.nextBoolean());
        return some;
    }

    @SafeVarargs
    private <T> T one(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
