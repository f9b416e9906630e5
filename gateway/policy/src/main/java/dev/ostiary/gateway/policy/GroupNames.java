package dev.ostiary.gateway.policy;

import dev.ostiary.gateway.policy.Expr.EntityRef;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Where a policy names groups, and what each name stands for: {@code Group::} and {@code THVGroup::} literals anywhere,
 * and the strings asked of {@code claim_groups} of the principal or the context. Nothing else in a policy is a group
 * name, whatever it looks like.
 */
final class GroupNames {

    static final String GROUP = "Group";
    static final String THV_GROUP = "THVGroup";
    static final String ROLE = "Role";
    static final Set<String> GROUP_SETS = Set.of("claim_groups", "claimset_groups");
    static final Set<String> ROLE_SETS = Set.of("claim_roles", "claimset_roles");

    private static final Set<String> MEMBERSHIP = Set.of("contains", "containsAll", "containsAny");
    private static final Pattern OBJECT_ID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private GroupNames() {}

    static boolean isObjectId(String s) {
        return OBJECT_ID.matcher(s).matches();
    }

    /** Aliases become object ids, object ids lower case as Entra writes them; all else stays. */
    static Statement rewrite(Statement policy, Map<String, String> aliases, NavigableSet<String> unknown) {
        return policy.mapEntities(ref -> rewritten(ref, aliases, unknown), body -> rewritten(body, aliases, unknown));
    }

    private static EntityRef rewritten(EntityRef ref, Map<String, String> aliases, NavigableSet<String> unknown) {
        if (!ref.type().equals(GROUP) && !ref.type().equals(THV_GROUP)) {
            return ref;
        }
        String id = resolve(ref.id(), aliases);
        if (ref.type().equals(GROUP) && !isObjectId(id)) {
            unknown.add(ref.id());
        }
        return new EntityRef(ref.type(), id);
    }

    private static Expr rewritten(Expr e, Map<String, String> aliases, NavigableSet<String> unknown) {
        return switch (e) {
            case EntityRef ref -> rewritten(ref, aliases, unknown);
            case Expr.Call c
            when isMembership(c, GROUP_SETS) ->
                new Expr.Call(
                        c.function(),
                        java.util.List.of(c.args().get(0), renamed(c.args().get(1), aliases, unknown)));
            default -> e.mapChildren(child -> rewritten(child, aliases, unknown));
        };
    }

    /** The asked-for names themselves: one string, or a set whose members may be strings. */
    private static Expr renamed(Expr names, Map<String, String> aliases, NavigableSet<String> unknown) {
        return switch (names) {
            case Expr.Literal l when l.value() instanceof String s -> new Expr.Literal(resolve(s, aliases));
            case Expr.SetOf set ->
                new Expr.SetOf(set.elements().stream()
                        .map(e -> e instanceof Expr.Literal l && l.value() instanceof String s
                                ? new Expr.Literal(resolve(s, aliases))
                                : rewritten(e, aliases, unknown))
                        .toList());
            default -> rewritten(names, aliases, unknown);
        };
    }

    private static String resolve(String name, Map<String, String> aliases) {
        String id = aliases.getOrDefault(name, name);
        return isObjectId(id) ? id.toLowerCase(Locale.ROOT) : id;
    }

    /** {@code principal.<set>.contains…(…)} or the same of the context. */
    static boolean isMembership(Expr e, Set<String> sets) {
        return e instanceof Expr.Call c
                && MEMBERSHIP.contains(c.function())
                && c.args().getFirst() instanceof Expr.GetAttr g
                && sets.contains(g.attr())
                && (g.left().isVar("principal") || g.left().isVar("context"));
    }

    /** The strings that a policy asks of one of these sets, as far as it names them. */
    static NavigableSet<String> asked(Statement policy, Set<String> sets) {
        NavigableSet<String> names = new TreeSet<>();
        for (Expr e : policy.expressions()) {
            if (e instanceof Expr.Call c && isMembership(c, sets)) {
                for (Expr name : c.args().get(1) instanceof Expr.SetOf set
                        ? set.elements()
                        : c.args().subList(1, 2)) {
                    if (name instanceof Expr.Literal l && l.value() instanceof String s) {
                        names.add(s);
                    }
                }
            }
        }
        return names;
    }

    /** Every object id that a policy names as a group. */
    static NavigableSet<String> objectIds(Statement policy) {
        NavigableSet<String> ids = new TreeSet<>();
        for (EntityRef ref : policy.entityRefs()) {
            if ((ref.type().equals(GROUP) || ref.type().equals(THV_GROUP)) && isObjectId(ref.id())) {
                ids.add(ref.id());
            }
        }
        asked(policy, GROUP_SETS).stream().filter(GroupNames::isObjectId).forEach(ids::add);
        return ids;
    }

    /** Whether a policy names any group, by object id or otherwise. */
    static boolean isNamed(Statement policy) {
        return policy.entityRefs().stream()
                        .anyMatch(ref -> ref.type().equals(GROUP) || ref.type().equals(THV_GROUP))
                || !asked(policy, GROUP_SETS).isEmpty();
    }

    /** Every value that a policy names as a role. */
    static NavigableSet<String> roles(Statement policy) {
        NavigableSet<String> values = asked(policy, ROLE_SETS);
        policy.entityRefs().stream()
                .filter(ref -> ref.type().equals(ROLE))
                .map(EntityRef::id)
                .forEach(values::add);
        return values;
    }
}
