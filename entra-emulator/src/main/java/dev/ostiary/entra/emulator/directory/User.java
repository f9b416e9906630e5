package dev.ostiary.entra.emulator.directory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One user of a tenant.
 *
 * @param oid object id, a GUID
 * @param upn user principal name; the default `preferred_username`
 * @param name display name
 * @param groups object ids of the groups that the user is a direct member of
 * @param email mail address; null for none
 * @param guest whether the user comes from elsewhere (`acct` 1)
 * @param identityProvider the `idp` claim of a guest; null for the tenant itself
 * @param mfaRequired whether Conditional Access asks this user for a second factor before the first token of a session
 * @param enabled whether the user may sign in
 * @param roles directory roles, which decide what a delegated token may change over Graph
 */
public record User(
        String oid,
        String upn,
        String name,
        List<String> groups,
        @Nullable String email,
        boolean guest,
        @Nullable String identityProvider,
        boolean mfaRequired,
        boolean enabled,
        List<DirectoryRole> roles) {

    public User {
        groups = Lists.orEmpty(groups);
        roles = Lists.orEmpty(roles);
    }

    /** An enabled member with a mailbox of its user principal name. */
    public static User member(String oid, String upn, String name, String... groups) {
        return new User(oid, upn, name, List.of(groups), upn, false, null, false, true, List.of());
    }

    /** The same user in these groups only. */
    public User withGroups(List<String> ids) {
        return new User(oid, upn, name, ids, email, guest, identityProvider, mfaRequired, enabled, roles);
    }

    /** The same user as a guest whose home is {@code idp}. */
    public User asGuestOf(String idp) {
        return new User(oid, upn, name, groups, email, true, idp, mfaRequired, enabled, roles);
    }

    /** The same user, who must use a second factor. */
    public User requiringMfa() {
        return new User(oid, upn, name, groups, email, guest, identityProvider, true, enabled, roles);
    }

    /** The same user, who may no longer sign in. */
    public User disabled() {
        return new User(oid, upn, name, groups, email, guest, identityProvider, mfaRequired, false, roles);
    }

    /** The same user with these directory roles only. */
    public User withRoles(DirectoryRole... held) {
        return new User(oid, upn, name, groups, email, guest, identityProvider, mfaRequired, enabled, List.of(held));
    }

    /** Whether the user has one of these directory roles. */
    public boolean isAnyOf(DirectoryRole... wanted) {
        return roles.stream().anyMatch(List.of(wanted)::contains);
    }
}
