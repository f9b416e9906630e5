package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.server.identity.Authentication.Authenticated;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.identity.FacadeTokenCache.Verified;
import org.jspecify.annotations.Nullable;

/**
 * Whether a verified facade token is good for one route: its audience, its workload, its scope, and whether it says enough
 * about groups for the policies of now. Done for every request, so that what one route accepted says nothing about another.
 * Immutable.
 */
final class FacadeAdmission {

    private final ProtectedResource resource;
    private final String workloadUid;
    private final RoutePolicies policies;

    FacadeAdmission(ProtectedResource resource, Route route) {
        this.resource = resource;
        this.workloadUid = route.workloadUid();
        this.policies = route.policies();
    }

    /** The scope to name in a refusal. */
    String scope() {
        return resource.scope();
    }

    /** Why a token is for something else, proven or not; null when it is for this route. */
    @Nullable
    Rejected misplaced(FacadeToken token) {
        if (!token.resource().equals(resource.resource())) {
            return invalid("WrongAudience", "the token was issued for another server");
        }
        if (!token.workloadUid().equals(workloadUid)) {
            return invalid("WorkloadReplaced", "the token was issued for a server that has since been replaced");
        }
        return null;
    }

    Authentication admit(Verified verified) {
        FacadeToken token = verified.token();
        Rejected misplaced = misplaced(token);
        if (misplaced != null) {
            return misplaced;
        }
        if (!verified.principal().scopes().contains(resource.scope())) {
            return invalid("ScopeMissing", "the token lacks the scope " + resource.scope());
        }
        KnownGroups groups = token.user().groups();
        if (!groups.suffice(policies.groupIds(), policies.dynamicGroups())) {
            return groups.extent() == KnownGroups.Extent.LEFT_OUT
                    ? RouteAdmission.groupsLeftOut(verified.principal())
                    : invalid("GroupsNotAsked", "the policies here have changed; refresh the token");
        }
        return new Authenticated(verified.principal());
    }

    private Rejected invalid(String auditReason, String description) {
        return new Rejected(401, "invalid_token", description, resource.scope(), auditReason);
    }
}
