package dev.ostiary.gateway.compiler;

/** The reasons of errors that close something; part of the API, as conditions show them. */
final class Reasons {

    /** A field, or a combination of fields, that cannot mean anything. */
    static final String INVALID = "Invalid";

    /** Valid, and not built yet. */
    static final String NOT_SUPPORTED = "NotSupported";

    /** Needs a container, and this host cannot run one. */
    static final String NEEDS_CLUSTER = "NeedsCluster";

    /** This host runs the server itself, and it has not started yet, or again. */
    static final String NOT_STARTED = "NotStarted";

    static final String INVALID_PUBLIC_URL = "InvalidPublicUrl";
    static final String INVALID_ENTRA = "InvalidEntra";
    static final String ENTRA_NOT_CONFIGURED = "EntraNotConfigured";

    /** Something must be asked of Entra, and the gateway has nothing to prove itself with. */
    static final String CREDENTIAL_MISSING = "CredentialMissing";

    static final String NOBODY_CAN_SIGN_IN = "NobodyCanSignIn";

    static final String GATEWAY_NOT_FOUND = "GatewayNotFound";
    static final String REF_NOT_PERMITTED = "RefNotPermitted";
    static final String SECRET_NOT_FOUND = "SecretNotFound";
    static final String CONFIG_MAP_NOT_FOUND = "ConfigMapNotFound";
    static final String KEY_NOT_FOUND = "KeyNotFound";
    static final String INVALID_SECRET_VALUE = "InvalidSecretValue";
    static final String INVALID_CERTIFICATE = "InvalidCertificate";
    static final String TARGET_NOT_FOUND = "TargetNotFound";

    static final String INVALID_ROUTE = "InvalidRoute";
    static final String CONFLICTED = "Conflicted";
    static final String INVALID_URL = "InvalidUrl";

    static final String POLICY_INVALID = "PolicyInvalid";
    static final String POLICY_TOO_LARGE = "PolicyTooLarge";
    static final String UNKNOWN_GROUP = "UnknownGroup";
    static final String INVALID_ENTITIES = "InvalidEntities";
    static final String ENTITY_CONFLICT = "EntityConflict";

    /** Said, and without effect here. */
    static final String IGNORED = "Ignored";

    private Reasons() {}
}
