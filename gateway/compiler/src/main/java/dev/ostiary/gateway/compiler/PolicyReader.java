package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpPolicySpec;
import dev.ostiary.gateway.compiler.Finding.CedarPlace;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import dev.ostiary.gateway.policy.CedarSource;
import dev.ostiary.gateway.policy.Lint;
import dev.ostiary.gateway.policy.Parsed;
import dev.ostiary.gateway.policy.ParsedPolicy;
import dev.ostiary.gateway.policy.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads one {@code McpPolicy} by itself, wherever it may be attached: its aliases are object ids afterwards, so no other
 * policy's aliases can meet them.
 */
final class PolicyReader {

    /** Cedar text of one resource, in bytes of UTF-8. */
    static final int MAX_BYTES = 10 * 1024;

    private static final String TEXT = "spec.cedar";
    private static final int MAX_ALIASES = 200;

    private PolicyReader() {}

    /**
     * One policy resource.
     *
     * @param diagnosis its closure is why every route that the policy is attached to is closed, unless it is a shadow
     * @param targets what it is attached to
     * @param touchesAll whether nobody knows what it is attached to, so that it may be anything in its namespace
     * @param entities static entities in the normal form of {@link EntityReader}
     * @param groupIds every object id that it mentions
     * @param dynamicGroups whether a policy uses groups without naming them
     */
    record Policy(
            ResourceName name,
            Diagnosis diagnosis,
            List<McpPolicySpec.TargetRef> targets,
            boolean touchesAll,
            boolean shadow,
            Evaluation evaluation,
            Numbers numbers,
            List<PolicyEntry> call,
            List<PolicyEntry> list,
            String entities,
            NavigableSet<String> groupIds,
            boolean dynamicGroups) {

        /** The same, with a diagnosis to which may be added what was found elsewhere. */
        Policy withOwnDiagnosis() {
            return new Policy(
                    name,
                    new Diagnosis(diagnosis),
                    targets,
                    touchesAll,
                    shadow,
                    evaluation,
                    numbers,
                    call,
                    list,
                    entities,
                    groupIds,
                    dynamicGroups);
        }
    }

    static Policy read(McpPolicy resource, @Nullable String rejected, KnownPolicies known) {
        ResourceName name = Names.of(resource);
        McpPolicySpec spec = resource.getSpec();
        return known.policy(name, spec, rejected, () -> read(name, spec, rejected));
    }

    private static Policy read(ResourceName name, @Nullable McpPolicySpec written, @Nullable String rejected) {
        Diagnosis diagnosis = new Diagnosis(new ResourceRef(ResourceRef.POLICY, name));
        if (rejected != null) {
            diagnosis.error("", Reasons.INVALID, "the resource does not fit its schema.", rejected);
        }
        McpPolicySpec spec = written;
        if (spec == null) {
            diagnosis.error("spec", Reasons.INVALID, "is missing.");
            spec = new McpPolicySpec(
                    List.of(),
                    Map.of(),
                    McpPolicySpec.Evaluation.FORBID_ERRORS_DENY,
                    McpPolicySpec.Numbers.NATIVE,
                    McpPolicySpec.Enforcement.ENFORCE,
                    List.of(),
                    "");
        }
        boolean touchesAll = spec.targetRefs().isEmpty();
        if (touchesAll && rejected == null) {
            diagnosis.error("spec.targetRefs", Reasons.INVALID, "is empty; name what the policy is attached to.");
        }
        boolean shadow = spec.enforcement() == McpPolicySpec.Enforcement.SHADOW;
        Numbers numbers = switch (spec.numbers()) {
            case NATIVE -> Numbers.NATIVE;
            case DECIMAL -> Numbers.DECIMAL;
        };
        Map<String, String> aliases = aliases(diagnosis, spec.groups());
        Entries entries = new Entries(name, shadow, numbers, aliases, diagnosis);
        if (spec.cedar() == null) {
            diagnosis.error(TEXT, Reasons.INVALID, "is missing.");
        } else {
            entries.read(spec.cedar());
        }
        EntityReader.Entities entities = EntityReader.read(diagnosis, spec.entities(), aliases);
        NavigableSet<String> groupIds = new TreeSet<>(aliases.values());
        groupIds.addAll(entries.groupIds);
        groupIds.addAll(entities.groupIds());
        return new Policy(
                name,
                diagnosis,
                spec.targetRefs(),
                touchesAll,
                shadow,
                switch (spec.evaluation()) {
                    case FORBID_ERRORS_DENY -> Evaluation.FORBID_ERRORS_DENY;
                    case ANY_ERROR_DENIES -> Evaluation.ANY_ERROR_DENIES;
                    case CEDAR -> Evaluation.CEDAR;
                },
                numbers,
                entries.call,
                entries.list,
                entities.json(),
                groupIds,
                entries.dynamicGroups);
    }

    private static Map<String, String> aliases(Diagnosis diagnosis, Map<String, String> groups) {
        Map<String, String> aliases = new TreeMap<>();
        if (groups.size() > MAX_ALIASES) {
            diagnosis.error("spec.groups", Reasons.INVALID, "has more than " + MAX_ALIASES + " entries.");
            return aliases;
        }
        groups.forEach((alias, id) -> {
            String field = "spec.groups." + alias;
            if (alias.isBlank() || EntraReader.GUID.matcher(alias).matches()) {
                diagnosis.error(
                        field,
                        Reasons.INVALID,
                        "is no name for a group: it is empty, or itself an object id that might be another group's.");
            } else if (id == null || !EntraReader.GUID.matcher(id).matches()) {
                diagnosis.error(
                        field,
                        Reasons.UNKNOWN_GROUP,
                        "must be the object id of an Entra group, a GUID; the group's overview page in the Entra admin center shows it.");
            } else {
                aliases.put(alias, id.toLowerCase(Locale.ROOT));
            }
        });
        return aliases;
    }

    /** The single policies of one text. */
    private static final class Entries {

        private final ResourceName name;
        private final boolean shadow;
        private final Numbers numbers;
        private final Map<String, String> aliases;
        private final Diagnosis diagnosis;
        private final List<PolicyEntry> call = new ArrayList<>();
        private final List<PolicyEntry> list = new ArrayList<>();
        private final NavigableSet<String> groupIds = new TreeSet<>();
        private boolean dynamicGroups;

        Entries(ResourceName name, boolean shadow, Numbers numbers, Map<String, String> aliases, Diagnosis diagnosis) {
            this.name = name;
            this.shadow = shadow;
            this.numbers = numbers;
            this.aliases = aliases;
            this.diagnosis = diagnosis;
        }

        void read(String text) {
            if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
                diagnosis.error(
                        TEXT,
                        Reasons.POLICY_TOO_LARGE,
                        "is larger than 10 kB; split it into several McpPolicy resources with the same targets.");
                return;
            }
            switch (parse(text)) {
                case Parsed.Broken broken -> {
                    for (Problem problem : broken.problems()) {
                        diagnosis.error(
                                TEXT,
                                Reasons.POLICY_INVALID,
                                "is not Cedar, line " + problem.line() + ", column " + problem.column() + ".",
                                problem.message(),
                                new CedarPlace(problem.line(), problem.column()));
                    }
                }
                case Parsed.Policies parsed -> {
                    parsed.policies().forEach(this::add);
                    if (parsed.policies().isEmpty() && diagnosis.sound()) {
                        diagnosis.lint(TEXT, "EmptyPolicy", "holds no policy.", null);
                    }
                }
            }
        }

        /** A text that the parser cannot cope with is broken, whatever way the parser has to say so. */
        private static Parsed parse(String text) {
            try {
                return CedarSource.parse(text);
            } catch (IllegalStateException e) {
                return new Parsed.Broken(List.of(new Problem(1, 1, String.valueOf(e.getMessage()))));
            }
        }

        private void add(ParsedPolicy written) {
            CedarPlace place = new CedarPlace(written.line(), written.column());
            ParsedPolicy.Rewritten rewritten = written.rewriteGroups(aliases);
            for (String unknown : rewritten.unknown()) {
                diagnosis.error(
                        TEXT,
                        Reasons.UNKNOWN_GROUP,
                        "names a group that is neither in spec.groups nor an object id; add it to spec.groups.",
                        "It is Group::\"" + unknown + "\".",
                        place);
            }
            ParsedPolicy policy = rewritten.policy();
            for (Lint lint : policy.lints(numbers)) {
                diagnosis.lint(TEXT, lint.code().name(), lint.message(), new CedarPlace(lint.line(), lint.column()));
            }
            String id = name + "#" + policy.index();
            NavigableSet<String> ids = policy.groupIds();
            Map<String, String> groupNames = new TreeMap<>();
            // Of several names for one group, always the same: the first in the alphabet.
            aliases.forEach((alias, group) -> {
                if (ids.contains(group)) {
                    groupNames.putIfAbsent(group, alias);
                }
            });
            call.add(new PolicyEntry(id, policy.text(), shadow, groupNames));
            policy.forListing().ifPresent(form -> list.add(new PolicyEntry(id, form.text(), shadow, groupNames)));
            groupIds.addAll(ids);
            dynamicGroups |= policy.usesGroupsDynamically();
        }
    }
}
