package dev.ostiary.entra.registration;

import dev.ostiary.crds.McpPolicySpec;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What policies read of a token. Found in the text, so what stands in a comment counts too: a registration may offer a role or
 * groups too many, never one too few for the forms that the policy guide describes.
 *
 * @param roles values of roles that are named, sorted
 * @param groups whether group memberships are read
 */
record PolicyNeeds(List<String> roles, boolean groups) {

    private static final Pattern STRING = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern ROLE = Pattern.compile("\\bRole::\\s*" + STRING.pattern());
    private static final Pattern CLAIM_ROLES =
            Pattern.compile("\\bclaim_roles\\s*\\.\\s*contains(?:All|Any)?\\s*\\(([^)]*)\\)");
    private static final Pattern GROUPS = Pattern.compile("\\bGroup::\\s*\"|\\bclaim_groups\\b|\\bTHVGroup::\\s*\"");

    PolicyNeeds {
        roles = List.copyOf(roles);
    }

    static PolicyNeeds of(List<McpPolicySpec> policies) {
        TreeSet<String> roles = new TreeSet<>();
        boolean groups = false;
        for (McpPolicySpec policy : policies) {
            String cedar = policy.cedar() == null ? "" : policy.cedar();
            ROLE.matcher(cedar).results().forEach(found -> roles.add(found.group(1)));
            Matcher contains = CLAIM_ROLES.matcher(cedar);
            while (contains.find()) {
                STRING.matcher(contains.group(1)).results().forEach(found -> roles.add(found.group(1)));
            }
            groups |= !policy.groups().isEmpty() || GROUPS.matcher(cedar).find();
        }
        // An escaped value is no app role's: Entra allows none of the characters that Cedar escapes.
        roles.removeIf(role -> role.isEmpty() || role.indexOf('\\') >= 0);
        return new PolicyNeeds(List.copyOf(roles), groups);
    }
}
