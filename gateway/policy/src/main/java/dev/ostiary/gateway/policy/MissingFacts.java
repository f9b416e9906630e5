package dev.ostiary.gateway.policy;

import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import dev.ostiary.gateway.policy.CedarEngine.Entry;
import dev.ostiary.gateway.policy.CedarEngine.Refused;
import dev.ostiary.gateway.policy.Decision.Missing;
import dev.ostiary.gateway.policy.Decision.MissingGroup;
import dev.ostiary.gateway.policy.EntityModel.Caller;
import dev.ostiary.gateway.policy.Expr.EntityRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the group or role that would have turned a denial around, by asking again as if the caller had it: what a policy
 * mentions and what it needs are two different things. Thread-safe.
 */
final class MissingFacts {

    /** Groups and roles that are tried for one denial, groups first. */
    static final int MAX_CANDIDATES = 16;

    private final Map<String, PolicyEntry> entries;
    private final Set<String> staticNames;

    /** Asks the same question for another caller. */
    @FunctionalInterface
    interface Ask {
        Decision as(Caller caller) throws Refused;
    }

    MissingFacts(Collection<PolicyEntry> entries, StaticEntities statics) {
        this.entries = entries.stream().collect(Collectors.toMap(PolicyEntry::id, Function.identity()));
        this.staticNames = statics.mentioned().stream()
                .filter(e -> e.type().equals(GroupNames.THV_GROUP))
                .map(EntityRef::id)
                .collect(Collectors.toSet());
    }

    Missing find(List<Entry> policies, Caller caller, Ask ask) throws Refused {
        NavigableSet<String> groups = new TreeSet<>();
        NavigableSet<String> roles = new TreeSet<>();
        for (Entry e : policies) {
            if (!e.statement().permit()) {
                continue;
            }
            groups.addAll(GroupNames.objectIds(e.statement()));
            roles.addAll(GroupNames.asked(e.statement(), GroupNames.ROLE_SETS));
            for (EntityRef ref : e.statement().entityRefs()) {
                boolean role = ref.type().equals(GroupNames.ROLE)
                        || (ref.type().equals(GroupNames.THV_GROUP)
                                && !GroupNames.isObjectId(ref.id())
                                && !staticNames.contains(ref.id()));
                if (role) {
                    roles.add(ref.id());
                }
            }
        }
        groups.removeAll(caller.groups());
        roles.removeAll(caller.roles());
        List<MissingGroup> helpingGroups = new ArrayList<>();
        List<String> helpingRoles = new ArrayList<>();
        int tried = 0;
        for (String group : groups) {
            if (tried++ >= MAX_CANDIDATES) {
                break;
            }
            Decision then = ask.as(caller.withGroup(group));
            if (then.allowed()) {
                helpingGroups.add(new MissingGroup(group, alias(then.determining(), group)));
            }
        }
        for (String role : roles) {
            if (tried++ >= MAX_CANDIDATES) {
                break;
            }
            if (ask.as(caller.withRole(role)).allowed()) {
                helpingRoles.add(role);
            }
        }
        return new Missing(helpingGroups, helpingRoles);
    }

    /** What the first of the policies that would permit calls the group. */
    private @Nullable String alias(List<String> permitting, String group) {
        return permitting.stream()
                .map(entries::get)
                .filter(Objects::nonNull)
                .map(e -> e.groupNames().get(group))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
