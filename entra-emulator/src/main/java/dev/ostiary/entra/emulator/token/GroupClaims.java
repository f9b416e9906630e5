package dev.ostiary.entra.emulator.token;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.GroupMembershipClaims;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import java.util.List;
import java.util.Map;

/** What tokens say of a user's groups: ids, names, roles, or that there are too many. Safe for any thread. */
public final class GroupClaims {

    /** More groups than this are left out of a JWT (fact sheet §4.2, [D]). */
    public static final int MAX_GROUPS = 200;

    static final String EMIT_AS_ROLES = "groups/emit_as_roles";
    private static final List<String> ON_PREMISES = List.of(
            "groups/sam_account_name",
            "groups/dns_domain_and_sam_account_name",
            "groups/netbios_domain_and_sam_account_name");

    private final LiveDirectory live;

    GroupClaims(LiveDirectory live) {
        this.live = live;
    }

    /**
     * Puts the group claims of a token whose recipient is {@code recipient} (fact sheet §4.1 and §4.2, [D] entra-docs
     * {@code how-to-connect-fed-group-claims.md}).
     *
     * @param optional the recipient's optional claims of this kind of token, which may say in what form groups are told
     */
    public void put(
            Tenant tenant, User user, AppRegistration recipient, List<String> optional, Map<String, Object> claims) {
        GroupMembershipClaims which = recipient.groupMembershipClaims();
        boolean directoryRoles = which == GroupMembershipClaims.All || which == GroupMembershipClaims.DirectoryRole;
        if (directoryRoles && !user.roles().isEmpty()) {
            claims.put(
                    "wids", user.roles().stream().map(DirectoryRole::templateId).toList());
        }
        List<String> ids = switch (which) {
            case None, DirectoryRole -> List.of();
            case SecurityGroup, All ->
                tenant.transitiveGroups(user).stream().map(Group::id).toList();
            case ApplicationGroup ->
                user.groups().stream()
                        .filter(id -> tenant.roleAssignments().stream()
                                .anyMatch(assignment -> assignment.principalId().equals(id)
                                        && assignment.resourceId().equals(recipient.appId())))
                        .toList();
        };
        if (ids.size() > MAX_GROUPS) {
            putOverage(new TokenSubject(tenant, user, recipient, recipient, List.of()), claims);
        } else if (!ids.isEmpty()) {
            List<String> told = inForm(tenant, ids, which, optional);
            if (!told.isEmpty()) {
                claims.put(optional.contains(EMIT_AS_ROLES) ? "roles" : "groups", told);
            }
        }
    }

    /** Names of an on-premises directory are told of groups that came from one, and the emulator's did not. */
    private static List<String> inForm(
            Tenant tenant, List<String> ids, GroupMembershipClaims which, List<String> optional) {
        if (optional.contains("groups/cloud_displayname") && which == GroupMembershipClaims.ApplicationGroup) {
            return tenant.groups().stream()
                    .filter(group -> ids.contains(group.id()))
                    .map(Group::name)
                    .toList();
        }
        return optional.stream().anyMatch(ON_PREMISES::contains) ? List.of() : ids;
    }

    /** Says that there are groups, and where, instead of listing them (fact sheet §4.2, [O]). */
    void putOverage(TokenSubject subject, Map<String, Object> claims) {
        User user = subject.user();
        String oid = user == null
                ? live.servicePrincipalId(
                        subject.tenant().id(), subject.client().appId())
                : user.oid();
        claims.put("_claim_names", Map.of("groups", "src1"));
        claims.put(
                "_claim_sources",
                Map.of(
                        "src1",
                        Map.of(
                                "endpoint",
                                "https://graph.windows.net/" + subject.tenant().id() + "/users/" + oid
                                        + "/getMemberObjects")));
    }
}
