package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.Authorization;
import dev.ostiary.crds.Entra;
import dev.ostiary.crds.McpGatewaySpec;
import dev.ostiary.crds.Toggle;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.AuthorizationSettings.EntraTokens;
import dev.ostiary.gateway.config.AuthorizationSettings.PrincipalClaim;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.StoreSettings;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.authorization}. */
final class AuthorizationReader {

    private static final String FIELD = "spec.authorization";
    private static final Pattern SCOPE = Pattern.compile("[A-Za-z0-9._-]{1,120}");

    private final References references;
    private final Host host;
    private final Diagnosis diagnosis;
    private final NavigableSet<SecretKey> secrets;

    /**
     * @param secrets where the secret keys go that the settings name
     */
    AuthorizationReader(References references, Host host, Diagnosis diagnosis, NavigableSet<SecretKey> secrets) {
        this.references = references;
        this.host = host;
        this.diagnosis = diagnosis;
        this.secrets = secrets;
    }

    /**
     * The settings.
     *
     * @param entra null when there is none, which has been said
     */
    AuthorizationSettings read(McpGatewaySpec spec, @Nullable EntraSettings entra) {
        Authorization authorization = spec.authorization();
        EntraTokens entraTokens = authorization.entraTokens() == null ? null : entraTokens(authorization.entraTokens());
        FacadeSettings facade = facade(spec);
        if (facade != null) {
            requireWorkingFacade(spec, entra);
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
                facade,
                entraTokens,
                switch (authorization.principalClaim()) {
                    case OID -> PrincipalClaim.OID;
                    case SUB -> PrincipalClaim.SUB;
                });
    }

    /** Null when it is off; then what is said about it is checked all the same, so that a mistake is not kept for later. */
    private @Nullable FacadeSettings facade(McpGatewaySpec spec) {
        if (spec.authorization().facade() == Toggle.DISABLED) {
            new FacadeReader(references, diagnosis, new TreeSet<>())
                    .read(spec.authorization(), new StoreSettings.Memory());
            return null;
        }
        return new FacadeReader(references, diagnosis, secrets)
                .read(spec.authorization(), new StoreReader(references, host, diagnosis).read(spec, secrets));
    }

    private void requireWorkingFacade(McpGatewaySpec spec, @Nullable EntraSettings entra) {
        if (!host.can(Host.Ability.FACADE)) {
            diagnosis.error(
                    FIELD + ".facade",
                    Reasons.NOT_SUPPORTED,
                    "this release has no facade yet; set it to Disabled and list the accepted clients in " + FIELD
                            + ".entraTokens.");
        } else if (entra != null
                && entra.credential() instanceof EntraCredential.None
                && (spec.entra() == null || spec.entra().credential().type() == Entra.Credential.Type.NONE)) {
            diagnosis.error(
                    "spec.entra.credential",
                    Reasons.CREDENTIAL_MISSING,
                    "is None, and the facade signs users in as the registration, which has to prove itself; set"
                            + " spec.entra.credential.type to WorkloadIdentity, ManagedIdentity, Certificate or ClientSecret"
                            + (host instanceof Host.OneMachine ? ", or give a file with --credential." : "."));
        }
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
}
