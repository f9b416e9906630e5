package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.Authorization;
import dev.ostiary.crds.Toggle;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.AuthorizationSettings.EntraTokens;
import dev.ostiary.gateway.config.AuthorizationSettings.PrincipalClaim;
import dev.ostiary.gateway.config.FacadeSettings;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.authorization}. */
final class AuthorizationReader {

    private static final String FIELD = "spec.authorization";
    private static final Pattern SCOPE = Pattern.compile("[A-Za-z0-9._-]{1,120}");

    private final References references;
    private final Diagnosis diagnosis;
    private final String namespace;

    AuthorizationReader(References references, Diagnosis diagnosis, String namespace) {
        this.references = references;
        this.diagnosis = diagnosis;
        this.namespace = namespace;
    }

    AuthorizationSettings read(Authorization authorization) {
        boolean facade = authorization.facade() == Toggle.ENABLED;
        EntraTokens entraTokens = authorization.entraTokens() == null ? null : entraTokens(authorization.entraTokens());
        facadeSettings(authorization);
        if (facade) {
            diagnosis.error(
                    FIELD + ".facade",
                    Reasons.NOT_SUPPORTED,
                    "this release has no facade yet; set it to Disabled and list the accepted clients in " + FIELD
                            + ".entraTokens.");
        } else if (entraTokens == null
                || (entraTokens.clients().isEmpty()
                        && entraTokens.appOnlyRoles().isEmpty())) {
            diagnosis.error(
                    FIELD + ".entraTokens",
                    Reasons.NOBODY_CAN_SIGN_IN,
                    "with facade Disabled, clients bring tokens from Entra, and none is accepted; list client ids in "
                            + FIELD + ".entraTokens.clients, or app roles in " + FIELD + ".entraTokens.appOnly.roles.");
        }
        return new AuthorizationSettings(
                facade ? FacadeSettings.DEFAULT : null,
                entraTokens,
                switch (authorization.principalClaim()) {
                    case OID -> PrincipalClaim.OID;
                    case SUB -> PrincipalClaim.SUB;
                });
    }

    private EntraTokens entraTokens(Authorization.EntraTokens tokens) {
        String field = FIELD + ".entraTokens";
        TreeSet<String> clients = new TreeSet<>();
        for (int i = 0; i < tokens.clients().size(); i++) {
            String client = tokens.clients().get(i);
            if (EntraReader.GUID.matcher(client).matches()) {
                clients.add(client.toLowerCase(Locale.ROOT));
            } else {
                diagnosis.error(
                        field + ".clients[" + i + "]",
                        Reasons.INVALID,
                        "must be an application (client) id, which is a GUID.");
            }
        }
        String scope = tokens.scope().isEmpty() ? null : tokens.scope();
        if (scope != null && !SCOPE.matcher(scope).matches()) {
            diagnosis.error(
                    field + ".scope",
                    Reasons.INVALID,
                    "must be the short name of a scope: letters, digits and . _ - only.");
        }
        List<String> roles = tokens.appOnly() == null
                ? List.of()
                : tokens.appOnly().roles().stream().distinct().sorted().toList();
        if (tokens.appOnly() != null && roles.isEmpty()) {
            diagnosis.error(
                    field + ".appOnly.roles", Reasons.INVALID, "is empty; name the app roles that open the gateway.");
        }
        if (scope != null) {
            notSeparated(field + ".scope", "One scope opens every route");
        }
        if (!roles.isEmpty()) {
            notSeparated(field + ".appOnly", "Tokens of apps bear roles and no scope");
        }
        return new EntraTokens(List.copyOf(clients), scope, roles);
    }

    private void notSeparated(String field, String why) {
        diagnosis.lint(
                field,
                "RoutesNotSeparated",
                why + ", so a token for one route opens the others as well: policies must tell them apart.",
                null);
    }

    /** What the facade will read; checked already, so that a mistake is not kept for later. */
    private void facadeSettings(Authorization authorization) {
        Authorization.Tokens tokens = authorization.tokens();
        Durations.within(
                diagnosis, FIELD + ".tokens.accessTokenTtl", tokens.accessTokenTtl(), "10m", "15m", Duration.ZERO);
        Durations.within(
                diagnosis, FIELD + ".tokens.refreshTokenTtl", tokens.refreshTokenTtl(), "1h", "90d", Duration.ZERO);
        List<Authorization.StaticClient> clients = authorization.clients().statics();
        for (int i = 0; i < clients.size(); i++) {
            String field = FIELD + ".clients.static[" + i + "]";
            Authorization.StaticClient client = clients.get(i);
            if (client.secretRef() != null) {
                references.secret(diagnosis, namespace, field + ".secretRef", client.secretRef(), "client-secret");
            }
            for (int j = 0; j < client.redirectUris().size(); j++) {
                redirect(
                        field + ".redirectUris[" + j + "]",
                        client.redirectUris().get(j));
            }
        }
    }

    private void redirect(String field, @Nullable String uri) {
        // Private schemes have no host; they are compared as text, like all redirect URIs.
        boolean web = uri != null && uri.matches("(?i)https?:.*");
        if (uri == null || uri.contains("#") || (web && WebAddress.url(uri) == null)) {
            diagnosis.error(field, Reasons.INVALID, "must be an absolute URI without user info and fragment.");
        }
    }
}
