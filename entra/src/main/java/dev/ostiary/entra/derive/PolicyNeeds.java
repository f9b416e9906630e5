package dev.ostiary.entra.derive;

import dev.ostiary.crds.McpPolicy;
import dev.ostiary.gateway.policy.CedarSource;
import dev.ostiary.gateway.policy.Parsed;
import dev.ostiary.gateway.policy.ParsedPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What policies read of a token, as Cedar's own parser understands them.
 *
 * @param roles values of roles that are named, sorted
 * @param groups whether group memberships are read
 * @param broken names of policies that do not parse, and so say nothing; sorted
 */
record PolicyNeeds(List<String> roles, boolean groups, List<String> broken) {

    PolicyNeeds {
        roles = List.copyOf(roles);
        broken = List.copyOf(broken);
    }

    static PolicyNeeds of(List<McpPolicy> policies) {
        TreeSet<String> roles = new TreeSet<>();
        TreeSet<String> broken = new TreeSet<>();
        boolean groups = false;
        for (McpPolicy policy : policies) {
            String cedar = policy.getSpec().cedar();
            switch (CedarSource.parse(cedar == null ? "" : cedar)) {
                case Parsed.Broken problems ->
                    broken.add(policy.getMetadata().getNamespace() + "/"
                            + policy.getMetadata().getName());
                case Parsed.Policies(List<ParsedPolicy> parsed) -> {
                    for (ParsedPolicy one : parsed) {
                        roles.addAll(one.roleValues());
                        groups |= one.readsGroups();
                    }
                }
            }
        }
        roles.remove("");
        return new PolicyNeeds(new ArrayList<>(roles), groups, new ArrayList<>(broken));
    }
}
