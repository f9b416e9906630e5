package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpWorkloadSpec.UpstreamAuthentication;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads {@code spec.upstreamAuth} of a workload. */
final class UpstreamAuthReader {

    private static final String FIELD = "spec.upstreamAuth";
    private static final String SCOPES = FIELD + ".scopes";
    private static final String DEFAULT_SCOPE = "/.default";

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** RFC 6749 section 3.3. */
    private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]+");

    /** Headers that frame a message, that the gateway or MCP gives a meaning, or that say who somebody is to others. */
    static final Set<String> NOT_FOR_CREDENTIALS = Set.of(
            "accept",
            "accept-encoding",
            "baggage",
            "cache-control",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "cookie",
            "date",
            "expect",
            "forwarded",
            "host",
            "http2-settings",
            "keep-alive",
            "last-event-id",
            "origin",
            "referer",
            "set-cookie",
            "te",
            "traceparent",
            "tracestate",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "user-agent",
            "via");

    static final List<String> NOT_FOR_CREDENTIALS_PREFIXES =
            List.of("proxy-", "x-forwarded-", "mcp-", "ostiary-", "sec-", "access-control-");

    private final References references;
    private final Host host;
    private final Diagnosis diagnosis;
    private final boolean credential;
    private final NavigableSet<SecretKey> secrets;

    /**
     * @param credential whether the gateway can prove itself to Entra
     * @param secrets where the secret keys go that the settings name
     */
    UpstreamAuthReader(
            References references,
            Host host,
            Diagnosis diagnosis,
            boolean credential,
            NavigableSet<SecretKey> secrets) {
        this.references = references;
        this.host = host;
        this.diagnosis = diagnosis;
        this.credential = credential;
        this.secrets = secrets;
    }

    UpstreamAuth read(UpstreamAuthentication auth) {
        UpstreamAuthentication.Type type = auth.type();
        if (type == null) {
            diagnosis.error(FIELD + ".type", Reasons.INVALID, "is missing.");
            return new UpstreamAuth.None();
        }
        boolean secret = type == UpstreamAuthentication.Type.SECRET;
        boolean onBehalfOf = type == UpstreamAuthentication.Type.ON_BEHALF_OF;
        foreign(FIELD + ".header", auth.header() != null && !secret, "Secret");
        foreign(FIELD + ".secretRef", auth.secretRef() != null && !secret, "Secret");
        foreign(SCOPES, !auth.scopes().isEmpty() && !onBehalfOf, "OnBehalfOf");
        return switch (type) {
            case NONE -> new UpstreamAuth.None();
            case SECRET -> header(auth);
            case IDENTITY_ASSERTION ->
                supported(Host.Ability.IDENTITY_ASSERTION)
                        ? new UpstreamAuth.IdentityAssertion()
                        : new UpstreamAuth.None();
            case ON_BEHALF_OF ->
                supported(Host.Ability.ON_BEHALF_OF) ? onBehalfOf(auth.scopes()) : new UpstreamAuth.None();
        };
    }

    private boolean supported(Host.Ability ability) {
        if (!host.can(ability)) {
            diagnosis.error(
                    FIELD + ".type",
                    Reasons.NOT_SUPPORTED,
                    "this release does not serve it here yet; use None or Secret.");
            return false;
        }
        return true;
    }

    private void foreign(String field, boolean there, String type) {
        if (there) {
            diagnosis.error(field, Reasons.INVALID, "belongs to the type " + type + "; remove it or change the type.");
        }
    }

    private UpstreamAuth onBehalfOf(List<String> scopes) {
        if (!credential) {
            diagnosis.error(
                    FIELD + ".type",
                    Reasons.CREDENTIAL_MISSING,
                    "OnBehalfOf needs a gateway that can prove itself to Entra; set its spec.entra.credential.");
        }
        if (scopes.isEmpty()) {
            diagnosis.error(SCOPES, Reasons.INVALID, "is empty; name scopes of the server's API.");
        }
        TreeSet<String> read = new TreeSet<>();
        String api = null;
        for (int i = 0; i < scopes.size(); i++) {
            String scope = scopes.get(i) == null ? "" : scopes.get(i);
            int end = scope.lastIndexOf('/');
            if (!SCOPE.matcher(scope).matches() || end < 1 || end == scope.length() - 1) {
                diagnosis.error(
                        SCOPES + "[" + i + "]",
                        Reasons.INVALID,
                        "must be a scope with its API, such as api://notes/Notes.Read or api://notes/.default.");
                continue;
            }
            // Entra issues a token for one resource.
            if (api != null && !api.equals(scope.substring(0, end))) {
                diagnosis.error(
                        SCOPES + "[" + i + "]",
                        Reasons.INVALID,
                        "is of another API than the first; a token is for one.");
            }
            api = api == null ? scope.substring(0, end) : api;
            read.add(scope);
        }
        if (read.size() > 1 && read.stream().anyMatch(scope -> scope.endsWith(DEFAULT_SCOPE))) {
            diagnosis.error(SCOPES, Reasons.INVALID, "has .default beside others; it stands for all of them, alone.");
        }
        return new UpstreamAuth.OnBehalfOf(List.copyOf(read));
    }

    private UpstreamAuth header(UpstreamAuthentication auth) {
        String header = auth.header() != null ? auth.header() : "Authorization";
        String lower = header.toLowerCase(Locale.ROOT);
        if (!TOKEN.matcher(header).matches()
                || NOT_FOR_CREDENTIALS.contains(lower)
                || NOT_FOR_CREDENTIALS_PREFIXES.stream().anyMatch(lower::startsWith)) {
            diagnosis.error(
                    FIELD + ".header",
                    Reasons.INVALID,
                    "cannot carry a credential: it is no header's name, or one that HTTP, MCP or the gateway uses itself; usual"
                            + " ones are Authorization and X-Api-Key.");
            return new UpstreamAuth.None();
        }
        String field = FIELD + ".secretRef";
        SecretKey key =
                references.secret(diagnosis, diagnosis.resource().name().namespace(), field, auth.secretRef(), "value");
        if (key == null || !references.usableAsHeader(diagnosis, field, key)) {
            return new UpstreamAuth.None();
        }
        secrets.add(key);
        return new UpstreamAuth.Secret(header, key.credential());
    }
}
