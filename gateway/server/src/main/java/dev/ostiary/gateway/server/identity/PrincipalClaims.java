package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.server.identity.ValidToken.Version;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who a token is about, and what policies may know of them. Immutable. */
final class PrincipalClaims {

    private static final int MAX_SUBJECT_CHARS = 256;
    private static final int MAX_TOKEN_ID_CHARS = 128;

    private final EntraSettings entra;

    PrincipalClaims(EntraSettings entra) {
        this.entra = entra;
    }

    /**
     * The principal of claims that are known to be this tenant's.
     *
     * @param groups object ids, lower case, sorted
     */
    Principal read(ObjectNode claims, Version version, List<String> groups, long expiresMillis) throws TokenRefused {
        String objectId = Guid.claim(claims, "oid");
        String subject = SignedToken.text(claims, "sub");
        if (subject == null || subject.isEmpty() || subject.length() > MAX_SUBJECT_CHARS) {
            throw new TokenRefused("MalformedClaims");
        }
        // An id_token of the same registration has neither: it must never pass for an access token.
        String clientId = Guid.claim(claims, version == Version.V2 ? "azp" : "appid");
        String scopeText = scopeText(claims);
        List<String> scopes = CanonicalPrincipal.split(scopeText);
        if (scopes.contains("")) {
            throw new TokenRefused("MalformedClaims");
        }
        String clientAuthentication = clientAuthentication(claims, version);
        boolean application = application(claims, scopes.isEmpty(), objectId, subject, clientAuthentication);
        List<String> roles = StringSet.claim(claims, "roles");

        return new CanonicalPrincipal(
                        entra.tenantId(),
                        objectId,
                        subject,
                        clientId,
                        application,
                        scopeText,
                        roles,
                        groups,
                        extras(claims),
                        Instant.ofEpochMilli(expiresMillis),
                        tokenId(claims),
                        null)
                .principal();
    }

    /** The configured claims that the token has. */
    private ObjectNode extras(ObjectNode claims) {
        ObjectNode extras = JsonNodeFactory.instance.objectNode();
        for (String name : entra.claims()) {
            JsonNode value = claims.get(name);
            if (value != null && !value.isNull()) {
                extras.set(name, value);
            }
        }
        return extras;
    }

    private static @Nullable String tokenId(ObjectNode claims) {
        String uti = SignedToken.text(claims, "uti");
        return uti == null || uti.length() > MAX_TOKEN_ID_CHARS ? null : uti;
    }

    /** {@code scp}; empty for applications, for which Entra leaves it out or writes a slash. */
    private static String scopeText(ObjectNode claims) throws TokenRefused {
        JsonNode scp = claims.path("scp");
        if (scp.isMissingNode() || "/".equals(scp.textValue())) {
            return "";
        }
        if (!scp.isTextual()) {
            throw new TokenRefused("MalformedClaims");
        }
        return scp.textValue();
    }

    /** {@code azpacr}, {@code appidacr}: how the client authenticated; empty when the token does not say. */
    private static String clientAuthentication(ObjectNode claims, Version version) throws TokenRefused {
        JsonNode value = claims.path(version == Version.V2 ? "azpacr" : "appidacr");
        if (value.isMissingNode()) {
            return "";
        }
        String text = value.textValue();
        if (text == null || !Set.of("0", "1", "2").contains(text)) {
            throw new TokenRefused("MalformedClaims");
        }
        return text;
    }

    /** Whether the token is an application's own. A token that says it is neither, or both, is refused. */
    private static boolean application(
            ObjectNode claims, boolean noScopes, String objectId, String subject, String clientAuthentication)
            throws TokenRefused {
        String type = SignedToken.text(claims, "idtyp");
        boolean saysApp = "app".equals(type);
        if (!noScopes) {
            if (saysApp) {
                throw new TokenRefused("MalformedClaims");
            }
            return false;
        }
        // Without the optional claim idtyp, an application is its own subject.
        boolean isApp = saysApp || (type == null && objectId.equals(subject.toLowerCase(Locale.ROOT)));
        if (isApp && !clientAuthentication.equals("1") && !clientAuthentication.equals("2")) {
            throw new TokenRefused("NotAnAccessToken");
        }
        return isApp;
    }
}
