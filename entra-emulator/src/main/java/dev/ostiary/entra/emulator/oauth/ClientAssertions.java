package dev.ostiary.entra.emulator.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.FederatedCredential;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.token.Pem;
import dev.ostiary.entra.emulator.token.SigningKey;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks client assertions: signed with a registered certificate (fact sheet §5.3, [D] certificate-credentials.md) or
 * issued by a federated issuer (§5.4).
 */
final class ClientAssertions {

    private static final Set<String> ALGORITHMS = Set.of("RS256", "RS384", "RS512", "PS256");
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final Pattern GUID = Pattern.compile("[0-9a-fA-F-]{36}");

    private final Realm realm;
    private final FederatedIssuers issuers;

    ClientAssertions(Realm realm) {
        this.realm = realm;
        this.issuers = new FederatedIssuers(realm.trustedKeySets());
    }

    /** Passes when the assertion proves the client in this tenant, else throws. */
    void check(Tenant tenant, AppRegistration app, String assertion) {
        SignedJWT jwt;
        JWTClaimsSet claims;
        try {
            jwt = SignedJWT.parse(assertion);
            claims = jwt.getJWTClaimsSet();
        } catch (ParseException e) {
            throw new EntraException(ClientErrors.assertionMalformed());
        }
        String issuer = required(claims.getIssuer(), "iss");
        String subject = required(claims.getSubject(), "sub");
        if (GUID.matcher(issuer).matches()) {
            if (!issuer.equals(app.appId()) || !subject.equals(app.appId())) {
                throw new EntraException(ClientErrors.assertionClient());
            }
            certificate(tenant, app, jwt, claims);
        } else {
            federated(tenant, app, jwt, claims, issuer, subject);
        }
    }

    private void certificate(Tenant tenant, AppRegistration app, SignedJWT jwt, JWTClaimsSet claims) {
        JWSHeader header = jwt.getHeader();
        String algorithm = header.getAlgorithm().getName();
        if (!ALGORITHMS.contains(algorithm)) {
            throw new EntraException(ClientErrors.assertionAlgorithm(algorithm));
        }
        if (sha1(header) == null && header.getX509CertSHA256Thumbprint() == null && header.getKeyID() == null) {
            throw new EntraException(ClientErrors.assertionWithoutKey());
        }
        X509Certificate certificate = app.certs().stream()
                .map(Pem::firstCertificate)
                .filter(candidate -> named(header, candidate))
                .findFirst()
                .orElseThrow(() -> new EntraException(ClientErrors.assertionSignature("The key was not found.")));
        if (!(certificate.getPublicKey() instanceof RSAPublicKey key) || !verifies(jwt, key)) {
            throw new EntraException(ClientErrors.assertionSignature(
                    "Key was found, but use of the key to verify the signature failed."));
        }
        if (certificate.getNotAfter().toInstant().isBefore(realm.now())) {
            throw new EntraException(ClientErrors.assertionSignature("The key used is expired."));
        }
        checkTime(claims);
        String base = realm.issuers().loginOrigin() + "/";
        boolean addressed = claims.getAudience().stream()
                .anyMatch(audience -> List.of(tenant.id(), tenant.domain()).stream()
                        .anyMatch(name -> audience.equals(base + name + "/oauth2/v2.0/token")
                                || audience.equals(base + name + "/v2.0")
                                || audience.equals(base + name + "/oauth2/token")));
        if (!addressed) {
            throw new EntraException(ClientErrors.assertionAudience());
        }
    }

    private void federated(
            Tenant tenant, AppRegistration app, SignedJWT jwt, JWTClaimsSet claims, String issuer, String subject) {
        if (app.federatedCredentials().isEmpty()) {
            throw new EntraException(ClientErrors.federatedNone(app));
        }
        List<FederatedCredential> sameIssuer = app.federatedCredentials().stream()
                .filter(credential -> credential.issuer().equals(issuer))
                .toList();
        if (sameIssuer.isEmpty()) {
            throw new EntraException(ClientErrors.federatedIssuer(issuer));
        }
        List<FederatedCredential> sameSubject = sameIssuer.stream()
                .filter(credential -> credential.subject().equals(subject))
                .toList();
        if (sameSubject.isEmpty()) {
            throw new EntraException(ClientErrors.federatedSubject(subject));
        }
        if (sameSubject.stream().noneMatch(credential -> claims.getAudience().equals(List.of(credential.audience())))) {
            throw new EntraException(ClientErrors.federatedAudience(String.join(",", claims.getAudience())));
        }
        if (!jwt.getHeader().getAlgorithm().getName().equals("RS256")) {
            throw new EntraException(ClientErrors.assertionAlgorithm(
                    jwt.getHeader().getAlgorithm().getName()));
        }
        RSAPublicKey key = issuer.equals(realm.issuers().v2(tenant.id()))
                ? ownKey(jwt, claims)
                : foreignKey(issuer, jwt.getHeader().getKeyID());
        if (key == null) {
            throw new EntraException(ClientErrors.assertionSignature("The key was not found."));
        }
        if (!verifies(jwt, key)) {
            throw new EntraException(ClientErrors.assertionSignature(
                    "Key was found, but use of the key to verify the signature failed."));
        }
        checkTime(claims);
    }

    private @Nullable RSAPublicKey ownKey(SignedJWT jwt, JWTClaimsSet claims) {
        if (claims.getClaim("scp") != null) {
            throw new EntraException(ClientErrors.federatedTokenType());
        }
        String kid = jwt.getHeader().getKeyID();
        SigningKey key = kid == null ? null : realm.keys().find(kid);
        return key == null ? null : key.publicKey();
    }

    private @Nullable RSAPublicKey foreignKey(String issuer, @Nullable String kid) {
        JWKSet keys = issuers.keys(issuer);
        if (keys == null) {
            throw new EntraException(ClientErrors.federatedUnreachable());
        }
        for (JWK key : keys.getKeys()) {
            if (key.getKeyType().equals(KeyType.RSA) && (kid == null || kid.equals(key.getKeyID()))) {
                try {
                    return key.toRSAKey().toRSAPublicKey();
                } catch (JOSEException e) {
                    return null;
                }
            }
        }
        return null;
    }

    private void checkTime(JWTClaimsSet claims) {
        Instant now = realm.now();
        Date from = claims.getNotBeforeTime();
        Date until = claims.getExpirationTime();
        boolean early = from != null && from.toInstant().isAfter(now.plus(SKEW));
        if (until == null || !until.toInstant().isAfter(now.minus(SKEW)) || early) {
            throw new EntraException(ClientErrors.assertionTime(
                    now,
                    from == null ? "(none)" : from.toInstant().toString(),
                    until == null ? "(none)" : until.toInstant().toString()));
        }
    }

    static boolean verifies(SignedJWT jwt, RSAPublicKey key) {
        try {
            return jwt.verify(new RSASSAVerifier(key));
        } catch (JOSEException e) {
            return false;
        }
    }

    @SuppressWarnings("deprecation") // SHA-1 thumbprints are what Entra's clients have sent for years
    private static @Nullable Base64URL sha1(JWSHeader header) {
        return header.getX509CertThumbprint();
    }

    private static boolean named(JWSHeader header, X509Certificate certificate) {
        Base64URL sha1 = sha1(header);
        Base64URL sha256 = header.getX509CertSHA256Thumbprint();
        if (sha256 != null) {
            return sha256.equals(thumbprint(certificate, "SHA-256"));
        }
        if (sha1 != null) {
            return sha1.equals(thumbprint(certificate, "SHA-1"));
        }
        return thumbprint(certificate, "SHA-1").toString().equals(header.getKeyID());
    }

    private static Base64URL thumbprint(X509Certificate certificate, String algorithm) {
        try {
            return Base64URL.encode(MessageDigest.getInstance(algorithm).digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a registered certificate cannot be digested", e);
        }
    }

    private static String required(@Nullable String value, String name) {
        if (value == null || value.isEmpty()) {
            throw new EntraException(ClientErrors.assertionField(name));
        }
        return value;
    }
}
