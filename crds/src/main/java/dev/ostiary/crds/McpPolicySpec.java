package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/** What a policy says. */
public record McpPolicySpec(
        @Required
        @ListKind(
                value = ListKind.Merge.MAP,
                keys = {"group", "kind", "name"},
                minItems = 1,
                maxItems = 16)
        @JsonPropertyDescription(
                "What the policy is attached to, in its own namespace. Attached to a gateway it holds for every route of that "
                        + "gateway; attached to a workload, for that workload's route only.")
        List<TargetRef> targetRefs,

        @MapBounds(maxEntries = 200, valuePattern = Api.GUID)
        @ValidationRule(
                value =
                        "self.all(name, name.matches(r'\\S') && !name.matches('^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$'))",
                message = "has a name that is none: it is empty, or itself an object id that might be another group's.")
        @JsonPropertyDescription(
                "Names for Entra groups: name to object id. Group::\"<name>\" in this policy means that group, in no other policy. "
                        + "At most 200.")
        Map<String, String> groups,

        @Default("ForbidErrorsDeny")
        @JsonPropertyDescription(
                "What it means when evaluating a policy fails, for example because an attribute is missing. ForbidErrorsDeny: a "
                        + "failing forbid denies, a failing permit grants nothing. AnyErrorDenies: any failure denies, as ToolHive does. Cedar: a "
                        + "failing policy is skipped. The strictest among the policies of a route holds for all of them.")
        Evaluation evaluation,

        @Default("Native")
        @JsonPropertyDescription(
                "How JSON numbers appear. Native: integers as Long, others as decimal. Decimal: all as decimal, as ToolHive does. "
                        + "Decimal wins where the policies of a route differ.")
        Numbers numbers,

        @Default("Enforce")
        @JsonPropertyDescription(
                "Enforce: the policy decides. Shadow: it is evaluated and audited, and decides nothing.")
        Enforcement enforcement,

        @ListKind(value = ListKind.Merge.ATOMIC, maxItems = 200)
        @JsonPropertyDescription(
                "Static Cedar entities, in Cedar's JSON format: uid, attrs and parents. Where several name the same entity, or it "
                        + "is part of the request, their attributes and parents are merged.")
        List<JsonNode> entities,

        @Required
        @Size(min = 1, max = 10240)
        @ValidationRule(
                value = "bytes(self).size() <= 10240",
                message = "is larger than 10 kB; split it into several McpPolicy resources with the same targets.")
        @JsonPropertyDescription(
                "The policies, in the Cedar language; at most 10 kB. Nothing is allowed that no permit allows, and a forbid wins "
                        + "over every permit.")
        String cedar) {

    public McpPolicySpec {
        targetRefs = Absent.list(targetRefs);
        groups = Absent.map(groups);
        evaluation = Absent.or(evaluation, Evaluation.FORBID_ERRORS_DENY);
        numbers = Absent.or(numbers, Numbers.NATIVE);
        enforcement = Absent.or(enforcement, Enforcement.ENFORCE);
        entities = Absent.list(entities);
    }

    /** What a policy is attached to. */
    public record TargetRef(
            @Default(Api.GROUP) @Pattern("^ostiary\\.dev$") @JsonPropertyDescription("API group of the target.")
            String group,

            @Required @JsonPropertyDescription("Kind of the target.")
            Kind kind,

            @Required @Pattern(Api.DNS_SUBDOMAIN) @Size(max = 253) @JsonPropertyDescription("Name of the target.")
            String name) {

        public TargetRef {
            group = Absent.or(group, Api.GROUP);
        }

        /** Kinds of targets. */
        public enum Kind {
            @JsonProperty("McpGateway")
            MCP_GATEWAY,
            @JsonProperty("McpWorkload")
            MCP_WORKLOAD
        }
    }

    /** What an error means. */
    public enum Evaluation {
        @JsonProperty("ForbidErrorsDeny")
        FORBID_ERRORS_DENY,
        @JsonProperty("AnyErrorDenies")
        ANY_ERROR_DENIES,
        @JsonProperty("Cedar")
        CEDAR
    }

    /** How numbers appear. */
    public enum Numbers {
        @JsonProperty("Native")
        NATIVE,
        @JsonProperty("Decimal")
        DECIMAL
    }

    /** Whether the policy decides. */
    public enum Enforcement {
        @JsonProperty("Enforce")
        ENFORCE,
        @JsonProperty("Shadow")
        SHADOW
    }
}
