package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.AuthorizationSettings.EntraTokens;
import dev.ostiary.gateway.config.EntraField;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.identity.Authentication.Authenticated;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.identity.ValidToken.Groups;
import dev.ostiary.gateway.server.identity.ValidToken.Version;
import java.util.Collections;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a valid token is good for one route: its audience, its client, and the scope or the role that the route requires.
 * A few set look-ups, done for every request, so that what one route accepted says nothing about another. Immutable.
 */
final class RouteAdmission {

    private static final String GRAPH_ID = "00000003-0000-0000-c000-000000000000";
    private static final String GRAPH_URL = "https://graph.microsoft.com";

    private final ProtectedResource resource;
    private final String clientId;
    private final String clientUri;
    private final String graph;
    private final @Nullable Accepted accepted;
    private final boolean groupsMatter;
    private final GroupsOnDemand.@Nullable Need need;

    RouteAdmission(Snapshot snapshot, EntraSettings entra, Route route) {
        this.resource = ProtectedResource.of(snapshot, entra, route);
        this.clientId = entra.clientId();
        this.clientUri = "api://" + entra.clientId();
        this.graph = entra.graph().toString();
        EntraTokens tokens = snapshot.authorization().entraTokens();
        this.accepted = tokens == null
                ? null
                : new Accepted(
                        Set.copyOf(tokens.clients()), tokens.requiredScope(route), Set.copyOf(tokens.appOnlyRoles()));
        this.groupsMatter =
                route.policies().dynamicGroups() || !route.policies().groupIds().isEmpty();
        this.need = groupsMatter && entra.groups().overage() == GroupSettings.Overage.GRAPH
                ? new GroupsOnDemand.Need(
                        route.policies().dynamicGroups(), route.policies().groupIds())
                : null;
    }

    private record Accepted(Set<String> clients, String scope, Set<String> appOnlyRoles) {}

    /** The scope to name in a refusal. */
    String scope() {
        return resource.scope();
    }

    /** Whether any Entra token can be good here. */
    boolean takesEntraTokens() {
        return accepted != null;
    }

    /** The refusal where no token of Entra's is taken at all. */
    Rejected noEntraTokens() {
        return invalid(
                "EntraTokensNotAccepted", "this server does not accept tokens of the identity provider directly");
    }

    /** Why a token with this audience is not good here; null when it is. Says nothing about whether it is genuine. */
    @Nullable
    Rejected audienceRefusal(ValidToken token) {
        if (isForUs(token)) {
            return null;
        }
        boolean forGraph = token.audience().equals(GRAPH_ID)
                || token.audience().startsWith(GRAPH_URL)
                || token.audience().startsWith(graph);
        if (forGraph) {
            return invalid("GraphToken", EntraClaims.FOR_GRAPH);
        }
        String other = "the token was issued for another application or server";
        return invalid(
                "WrongAudience",
                token.version() == Version.V1
                        ? other + "; it is a v1.0 token, whose audience is any of the registration's URIs: your"
                                + " administrator makes it 2 under " + EntraField.TOKEN_VERSION.place()
                        : other);
    }

    /** The groups that have to be asked for before this token can be judged here; null when there are none. */
    GroupsOnDemand.@Nullable Need groupsToAsk(ValidToken token) {
        boolean unknown =
                token.groups() == Groups.LEFT_OUT && !token.principal().application();
        return unknown ? need : null;
    }

    /** The verdict on a token that has been validated. */
    Authentication admit(ValidToken token) {
        Rejected refusal = refusalBeforeGroups(token);
        if (refusal == null) {
            refusal = groupsRefusal(token);
        }
        return refusal == null ? new Authenticated(token.principal()) : refusal;
    }

    /** What stands against a token whatever the groups are; null: nothing. */
    @Nullable
    Rejected refusalBeforeGroups(ValidToken token) {
        if (accepted == null) {
            return noEntraTokens();
        }
        Rejected refusal = audienceRefusal(token);
        return refusal == null ? callerRefusal(accepted, token.principal()) : refusal;
    }

    private @Nullable Rejected callerRefusal(Accepted rules, Principal principal) {
        if (!rules.clients.contains(principal.clientId())) {
            return notLetIn("ClientNotAccepted", "this client application is not accepted here", principal);
        }
        return principal.application() ? applicationRefusal(rules, principal) : userRefusal(rules, principal);
    }

    /**
     * A v2.0 token always names the registration. A v1.0 token may name its default URI instead, but not the route's: while that is
     * free, the owner of another registration can claim it, and so issue tokens for it with scopes and roles of their own making.
     */
    private boolean isForUs(ValidToken token) {
        String audience = token.audience();
        return audience.equals(clientId) || (token.version() == Version.V1 && audience.equals(clientUri));
    }

    private @Nullable Rejected applicationRefusal(Accepted rules, Principal principal) {
        if (rules.appOnlyRoles.isEmpty()) {
            return notLetIn(
                    "AppOnlyNotAccepted", "tokens of applications without a user are not accepted here", principal);
        }
        if (Collections.disjoint(principal.roles(), rules.appOnlyRoles)) {
            return notLetIn(
                    "AppRoleMissing",
                    "this application has none of the app roles that this server asks for; your administrator assigns one"
                            + " that " + EntraField.APP_ROLES.place() + " offers to applications",
                    principal);
        }
        return null;
    }

    private @Nullable Rejected userRefusal(Accepted rules, Principal principal) {
        if (principal.scopes().contains(rules.scope)) {
            return null;
        }
        return new Rejected(
                403,
                "insufficient_scope",
                "the token lacks the scope " + rules.scope,
                resource.entraScope(),
                "ScopeMissing",
                principal);
    }

    /** Groups that are not known are not taken for none: a forbid that names a group would not hold. */
    private @Nullable Rejected groupsRefusal(ValidToken token) {
        Principal principal = token.principal();
        if (groupsMatter && token.groups() == Groups.LEFT_OUT) {
            return groupsLeftOut(principal);
        }
        if (groupsMatter && token.groups() == Groups.NAMED) {
            return notLetIn(
                    "GroupsNotObjectIds",
                    "the token lists groups by name, and the policies here decide by group object id; ask your"
                            + " administrator to emit group ids, under " + EntraField.GROUPS_CLAIM.place(),
                    principal);
        }
        return null;
    }

    /** The refusal of a user whose groups Entra has left out and nobody may ask for. */
    static Rejected groupsLeftOut(Principal principal) {
        return notLetIn(
                "GroupsOverage",
                "you are in more groups than fit into a token, so Entra left them all out, and the policies here decide"
                        + " by group; ask your administrator to emit only the groups assigned to the application, or"
                        + " to use app roles (" + EntraField.GROUPS_CLAIM.place() + ")",
                principal);
    }

    /** The refusal of a user whose groups Graph does not tell us. */
    static Rejected groupsNotTold(Principal principal) {
        return notLetIn(
                "GroupsLookupRefused",
                "you are in more groups than fit into a token, and this server may not look them up; ask your"
                        + " administrator to check " + EntraField.GRAPH_PERMISSIONS.place()
                        + " of its app registration",
                principal);
    }

    private Rejected invalid(String auditReason, String description) {
        return new Rejected(401, "invalid_token", description, resource.scope(), auditReason);
    }

    private static Rejected notLetIn(String auditReason, String description, Principal principal) {
        return new Rejected(403, null, description, null, auditReason, principal);
    }
}
