package dev.ostiary.gateway.policy;

import dev.ostiary.gateway.policy.Expr.EntityRef;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that a set of policies can see of a request, so that nothing else has to be handed to the engine: with 200 groups,
 * of which the policies name three, two thirds of the time of a decision would go into parsing the others. Attributes can
 * only be read by a literal name and entities only compared with literals or through values that hold entities, so the
 * names that occur are all that matters; where a policy does neither, the flags say that everything does.
 *
 * @param attributes names of attributes read or asked for, of anything
 * @param wholeContext the context is used as one value
 * @param allGroups groups matter beyond those named
 * @param allRoles roles matter beyond those named
 * @param parents entities that may be a caller's groups or roles, sorted
 * @param askedGroups strings asked of {@code claim_groups}
 * @param askedRoles strings asked of {@code claim_roles}
 * @param arguments arguments matter
 * @param apart two targets that differ in nothing but their id may be decided differently
 * @param targets targets that are named
 */
record Vision(
        Set<String> attributes,
        boolean wholeContext,
        boolean allGroups,
        boolean allRoles,
        Set<EntityRef> parents,
        Set<String> askedGroups,
        Set<String> askedRoles,
        boolean arguments,
        boolean apart,
        Set<EntityRef> targets) {

    static Vision of(Collection<Statement> policies, StaticEntities entities) {
        Set<String> attributes = new TreeSet<>();
        Set<String> groups = new TreeSet<>();
        Set<String> roles = new TreeSet<>();
        Set<EntityRef> named = new HashSet<>(entities.mentioned());
        for (Statement p : policies) {
            attributes.addAll(Reads.attributes(p));
            groups.addAll(GroupNames.asked(p, GroupNames.GROUP_SETS));
            roles.addAll(GroupNames.asked(p, GroupNames.ROLE_SETS));
            named.addAll(p.entityRefs());
        }
        return new Vision(
                attributes,
                policies.stream().anyMatch(Reads::wholeContext),
                policies.stream().anyMatch(Reads::groupsDynamically),
                policies.stream().anyMatch(Reads::rolesDynamically),
                named.stream()
                        .filter(Vision::isParent)
                        .collect(Collectors.toCollection(() -> new TreeSet<>(StaticEntities.ORDER))),
                groups,
                roles,
                policies.stream().anyMatch(Reads::arguments),
                attributes.contains("name")
                        || attributes.contains("uri")
                        || policies.stream().anyMatch(Vision::comparesFreely),
                named.stream()
                        .filter(r -> List.of("Tool", "Prompt", "Resource").contains(r.type()))
                        .collect(Collectors.toSet()));
    }

    private static boolean isParent(EntityRef ref) {
        return ref.type().equals(GroupNames.GROUP)
                || ref.type().equals(GroupNames.THV_GROUP)
                || ref.type().equals(GroupNames.ROLE);
    }

    /** Whether {@code resource} is used other than for an attribute, a type, or a comparison with literals. */
    private static boolean comparesFreely(Statement policy) {
        return policy.expressions().stream()
                .anyMatch(e -> !(e instanceof Expr.GetAttr || e instanceof Expr.Has)
                        && e.children().stream().anyMatch(c -> c.isVar("resource"))
                        && !isClosed(e));
    }

    private static boolean isClosed(Expr e) {
        return switch (e) {
            case Expr.Is i -> i.left().isVar("resource") && (i.container() == null || isLiteral(i.container()));
            case Expr.Binary b ->
                Set.of("==", "!=", "in").contains(b.op()) && b.left().isVar("resource") && isLiteral(b.right());
            default -> false;
        };
    }

    private static boolean isLiteral(Expr e) {
        return e instanceof EntityRef
                || (e instanceof Expr.SetOf s && s.elements().stream().allMatch(x -> x instanceof EntityRef));
    }

    /** Equal for targets that these policies cannot tell apart; not itself a target of any request. */
    Target indistinct(Target target) {
        boolean anonymous = !apart && !targets.contains(new EntityRef(EntityModel.typeOf(target), target.id()));
        String id = anonymous ? "" : "=" + target.id();
        return switch (target) {
            case Target.Tool t ->
                new Target.Tool(
                        id,
                        visible("readOnlyHint", t.readOnlyHint()),
                        visible("destructiveHint", t.destructiveHint()),
                        visible("idempotentHint", t.idempotentHint()),
                        visible("openWorldHint", t.openWorldHint()));
            case Target.Prompt _ -> new Target.Prompt(id);
            case Target.Resource _ -> new Target.Resource(id);
            case Target.ResourceTemplate _ -> new Target.ResourceTemplate(id);
        };
    }

    private @Nullable Boolean visible(String attribute, @Nullable Boolean value) {
        return attributes.contains(attribute) ? value : null;
    }

    boolean annotations() {
        return Reads.ANNOTATIONS.stream().anyMatch(attributes::contains);
    }
}
