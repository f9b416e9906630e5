package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.server.identity.ValidToken.Version;

/**
 * The rules for the claims of an Entra access token that hold on every route: version and its issuer, tenant, time; who it
 * is, {@link PrincipalClaims} and {@link GroupClaims} say (Microsoft, "Access tokens in the Microsoft identity platform", "Validate tokens"). Immutable.
 */
final class EntraClaims {

    static final String FOR_GRAPH = "this is a token for Microsoft Graph; request one for this server";

    /**
     * How far Entra's clock may be ahead of ours, in seconds, before a token counts as not yet valid. Entra allows up to
     * five minutes; a minute covers every clock that is synchronised at all. {@code exp} gets no leeway: tokens live for an
     * hour, and a stream must end when its token does.
     */
    static final long CLOCK_SKEW_SECONDS = 60;

    // The year 9999: later instants are mistakes, and some of them overflow.
    private static final long LAST_SECOND = 253_402_300_799L;

    private final EntraSettings entra;
    private final PrincipalClaims principals;

    EntraClaims(EntraSettings entra) {
        this.entra = entra;
        this.principals = new PrincipalClaims(entra);
    }

    /** What these claims say, at this moment. The signature is the caller's concern. */
    ValidToken accept(ObjectNode claims, long nowMillis) throws TokenRefused {
        Version version = version(claims);
        String tenantId = Guid.claim(claims, "tid");
        if (!tenantId.equals(entra.tenantId())) {
            throw new TokenRefused("WrongTenant", "the token is from another tenant");
        }
        String issuer = version == Version.V2 ? entra.issuer() : entra.v1Issuer();
        if (!issuer.equals(SignedToken.text(claims, "iss"))) {
            throw new TokenRefused("WrongIssuer");
        }
        String audience = SignedToken.text(claims, "aud");
        if (audience == null || audience.isEmpty()) {
            // An array would be legal (RFC 7519 §4.1.3), but Entra never writes one.
            throw new TokenRefused("MalformedClaims");
        }
        long expires = time(claims, nowMillis);
        GroupClaims groups = GroupClaims.read(claims);
        Principal principal = principals.read(claims, version, groups.objectIds(), expires);
        return new ValidToken(principal, version, audience, groups.knowledge(), expires);
    }

    private static Version version(ObjectNode claims) throws TokenRefused {
        return switch (SignedToken.text(claims, "ver")) {
            case "1.0" -> Version.V1;
            case "2.0" -> Version.V2;
            case null, default -> throw new TokenRefused("VersionNotAccepted");
        };
    }

    private static long time(ObjectNode claims, long nowMillis) throws TokenRefused {
        long expires = second(claims, "exp");
        long notBefore = second(claims, "nbf");
        long issued = second(claims, "iat");
        if (expires * 1000 <= nowMillis) {
            throw expired();
        }
        long latest = nowMillis / 1000 + CLOCK_SKEW_SECONDS;
        if (notBefore > latest || issued > latest) {
            throw new TokenRefused("NotYetValid", "the access token is not valid yet; compare the clocks");
        }
        return expires * 1000;
    }

    static TokenRefused expired() {
        return new TokenRefused("Expired", "the access token has expired");
    }

    private static long second(ObjectNode claims, String name) throws TokenRefused {
        JsonNode value = claims.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new TokenRefused("MalformedClaims");
        }
        long second = value.longValue();
        if (second < 0 || second > LAST_SECOND) {
            throw new TokenRefused("MalformedClaims");
        }
        return second;
    }
}
