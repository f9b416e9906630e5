package dev.ostiary.operator.status;

import java.util.Set;

/**
 * The reasons of conditions that say something good, or that something is awaited; part of the API. Those that say what is
 * wrong with a spec are the compiler's.
 */
final class Reasons {

    /** The spec makes sense. */
    static final String ACCEPTED = "Accepted";

    /** Whether the spec makes sense shows only when its gateway is found. */
    static final String NOT_JUDGED = "NotJudged";

    static final String RESOLVED_REFS = "ResolvedRefs";

    static final String REGISTRATION_READY = "RegistrationReady";
    static final String REGISTRATION_BROKEN = "RegistrationBroken";

    /** Nobody has asked Entra. */
    static final String NOT_CHECKED = "NotChecked";

    /** The gateway may not read its own registration, and nothing else is wrong. */
    static final String NOT_ALLOWED_TO_READ = "NotAllowedToRead";

    /** Entra or Graph does not answer, so nothing new is concluded. */
    static final String ENTRA_UNAVAILABLE = "EntraUnavailable";

    static final String STORE_REACHABLE = "StoreReachable";
    static final String STORE_UNREACHABLE = "StoreUnreachable";

    /** No counted replica says anything about the grant store. */
    static final String NOT_REPORTED = "NotReported";

    static final String PROGRAMMED = "Programmed";

    /** Published, and not confirmed by all counted replicas yet; or about to be published. */
    static final String PENDING = "Pending";

    static final String REPLICA_STUCK = "ReplicaStuck";
    static final String NO_READY_REPLICAS = "NoReadyReplicas";

    /** Another condition is False, so there is nothing to enforce. */
    static final String NOT_ACCEPTED = "NotAccepted";

    static final String NO_ROUTE = "NoRoute";
    static final String NOT_ATTACHED = "NotAttached";
    static final String ROUTE_CLOSED = "RouteClosed";
    static final String ROUTE_CLOSED_BY_REPLICA = "RouteClosedByReplica";

    static final String VERIFIED = "Verified";
    static final String SERVER_FAILED = "ServerFailed";
    static final String REPLICAS_DISAGREE = "ReplicasDisagree";
    static final String NEEDS_USER = "NeedsUser";
    static final String NOT_LOOKED_YET = "NotLookedYet";

    static final String READY = "Ready";
    static final String PODS_NOT_READY = "PodsNotReady";
    static final String PODS_FAILING = "PodsFailing";
    static final String ROLLING_OUT = "RollingOut";
    static final String SCALED_TO_ZERO = "ScaledToZero";

    /** Reasons of what passes by itself, as it does after every edit. */
    static final Set<String> PASSING = Set.of(PENDING, NO_READY_REPLICAS, PODS_NOT_READY, NOT_LOOKED_YET);

    private Reasons() {}
}
