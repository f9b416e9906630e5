package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Overage;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.server.entra.EntraDiagnosis;
import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.entra.GroupLookup;
import dev.ostiary.gateway.server.identity.FacadeToken;
import dev.ostiary.gateway.server.identity.KnownGroups;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What a token may tell policies about a user, the groups looked up where Entra left them out: only those that the route's
 * policies name, unless they need all. Blocks while Graph is asked.
 */
final class UserFacts {

    private static final Duration REFUSED = Duration.ofSeconds(30);

    private final EntraSettings entra;
    private final GroupLookup lookup;
    private final GrantEvents events;

    UserFacts(EntraSettings entra, GroupLookup lookup, GrantEvents events) {
        this.entra = entra;
        this.lookup = lookup;
        this.events = events;
    }

    /** @throws TryLaterException when the groups cannot be had: without them a policy that forbids would not hold */
    FacadeToken.User of(SessionRecord session, RoutePolicies policies) throws TryLaterException {
        return new FacadeToken.User(
                session.tenantId(),
                session.objectId(),
                session.subject(),
                session.roles(),
                groups(session, policies),
                session.claims(),
                session.checkedAt());
    }

    private KnownGroups groups(SessionRecord session, RoutePolicies policies) throws TryLaterException {
        if (session.groupsComplete()) {
            return KnownGroups.all(session.groups());
        }
        if (entra.groups().overage() == Overage.DENY) {
            return KnownGroups.leftOut();
        }
        GroupLookup.UserCredential credential = new GroupLookup.UserCredential.Session(session.refreshToken());
        try {
            if (policies.dynamicGroups()) {
                return KnownGroups.all(List.copyOf(lookup.allOf(session.objectId(), credential)));
            }
            List<String> asked = policies.groupIds();
            return asked.isEmpty()
                    ? KnownGroups.asked(new LinkedHashSet<>(), asked)
                    : KnownGroups.asked(
                            lookup.memberOf(session.objectId(), new LinkedHashSet<>(asked), credential), asked);
        } catch (EntraUnavailableException unavailable) {
            throw later(session, unavailable.reason(), unavailable.retryAfter());
        } catch (EntraRefusedException refused) {
            record(session, refused.diagnosis().code());
            throw new TryLaterException("Groups" + refused.diagnosis().code(), REFUSED, told(refused.diagnosis()));
        }
    }

    /** The same field that status and the page in the browser name: nobody mends it by trying again. */
    private static String told(EntraDiagnosis diagnosis) {
        String field = diagnosis.field();
        return "you are in more groups than fit into a token, and they cannot be looked up. " + diagnosis.summary()
                + (field == null ? "" : " Your administrator finds it under " + field + ".");
    }

    private TryLaterException later(SessionRecord session, String reason, Duration retryAfter) {
        record(session, reason);
        return new TryLaterException("Groups" + reason, retryAfter);
    }

    private void record(SessionRecord session, String reason) {
        events.record(new GrantEvent.Unanswered(session.tenantId(), session.objectId(), "Groups" + reason));
    }
}
