package dev.ostiary.operator.status;

import java.util.Set;

/** The conditions that the operator sets; part of the API. */
public final class ConditionTypes {

    /** The spec makes sense. */
    public static final String ACCEPTED = "Accepted";

    /** Everything that the spec refers to exists and may be used. */
    public static final String RESOLVED_REFS = "ResolvedRefs";

    /** Gateways: Entra knows the registration, and it is set up as it must be. */
    public static final String ENTRA_READY = "EntraReady";

    /** Gateways: the grant store answers. */
    public static final String STORE_READY = "StoreReady";

    /** The replicas have said that they enforce it. */
    public static final String PROGRAMMED = "Programmed";

    /** Workloads: the server answered when the gateway looked. */
    public static final String VERIFIED = "Verified";

    /** The summary. */
    public static final String READY = "Ready";

    /** All of them. Conditions of other types are somebody else's. */
    public static final Set<String> OURS =
            Set.of(ACCEPTED, RESOLVED_REFS, ENTRA_READY, STORE_READY, PROGRAMMED, VERIFIED, READY);

    private ConditionTypes() {}
}
