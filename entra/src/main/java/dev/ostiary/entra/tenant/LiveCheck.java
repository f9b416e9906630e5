package dev.ostiary.entra.tenant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.entra.graph.Aadsts;
import dev.ostiary.entra.graph.AccessToken;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.graph.LoginException;
import dev.ostiary.entra.graph.Pause;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Permission;
import dev.ostiary.entra.tenant.CredentialHolder.Credential;
import dev.ostiary.gateway.config.EntraField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What only trying tells: the discovery document, the clock, the credential, and the permission to look groups up. */
public final class LiveCheck {

    /** What tokens may be off by on both sides. */
    private static final Duration MOST_SKEW = Duration.ofMinutes(2);

    private static final Duration ASSERTION_LIFETIME = Duration.ofMinutes(5);

    private final Exchange exchange;
    private final InstantSource clock;
    private final Pause pause;

    public LiveCheck(Exchange exchange, InstantSource clock, Pause pause) {
        this.exchange = exchange;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * All findings.
     *
     * @param credential the gateway's; null: it is not at hand, as with federated ones, and is not tried
     */
    public List<RegistrationFinding> of(DesiredRegistration desired, @Nullable Credential credential)
            throws InterruptedException {
        List<RegistrationFinding> findings = new ArrayList<>();
        if (!discovery(desired, findings) || desired.clientId() == null) {
            return findings;
        }
        if (credential == null) {
            if (!(desired.credential() instanceof DesiredRegistration.Credential.None)) {
                findings.add(new RegistrationFinding(
                        Severity.UNKNOWN,
                        EntraField.CREDENTIAL,
                        "spec.entra.credential",
                        "not at hand",
                        "the gateway's credential",
                        "it was not tried; the condition EntraReady of a running gateway says whether it works",
                        ""));
            }
            return findings;
        }
        AccessToken token = token(desired, credential, findings);
        if (token != null && needsGraph(desired)) {
            groups(desired, token, findings);
        }
        return findings;
    }

    private boolean discovery(DesiredRegistration desired, List<RegistrationFinding> findings)
            throws InterruptedException {
        String issuer = desired.authority() + "/" + desired.tenantId() + "/v2.0";
        Exchange.Answer answer;
        try {
            answer = exchange.get(URI.create(issuer + "/.well-known/openid-configuration"));
        } catch (IOException e) {
            findings.add(error(
                    EntraField.AUTHORITY,
                    "cannot be reached: " + e.getClass().getSimpleName(),
                    desired.authority().toString(),
                    "the gateway needs Entra to sign users in and for the keys of tokens",
                    ""));
            return false;
        }
        Instant date = answer.date();
        if (date != null && Duration.between(date, clock.instant()).abs().compareTo(MOST_SKEW) > 0) {
            long seconds = Duration.between(date, clock.instant()).toSeconds();
            findings.add(error(
                    EntraField.CLOCK,
                    "this machine is " + Math.abs(seconds) + " s " + (seconds > 0 ? "ahead" : "behind"),
                    "the right time, within " + MOST_SKEW.toSeconds() + " s",
                    "client assertions and tokens are outside their time",
                    "AADSTS700024"));
        }
        String told = answer.body().path("issuer").asText("");
        if (!told.equals(issuer)) {
            findings.add(error(
                    EntraField.TENANT_ID,
                    told.isEmpty() ? "no discovery document (" + answer.status() + ")" : "issuer " + told,
                    "issuer " + issuer,
                    "tokens of another issuer are refused",
                    answer.isSuccess() ? "" : "AADSTS90002"));
            return false;
        }
        return true;
    }

    private @Nullable AccessToken token(
            DesiredRegistration desired, Credential credential, List<RegistrationFinding> findings)
            throws InterruptedException {
        URI endpoint = URI.create(desired.authority() + "/" + desired.tenantId() + "/oauth2/v2.0/token");
        Map<String, String> form = new TreeMap<>();
        form.put("grant_type", "client_credentials");
        form.put("client_id", String.valueOf(desired.clientId()));
        form.put("scope", desired.graph() + "/.default");
        try {
            switch (credential) {
                case Credential.Secret(String value) -> form.put("client_secret", value);
                case Credential.KeyPair pair -> {
                    form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
                    form.put("client_assertion", assertion(pair, String.valueOf(desired.clientId()), endpoint));
                }
            }
            ObjectNode body = exchange.form(endpoint, form).body();
            String token = body.path("access_token").asText("");
            if (!token.isEmpty()) {
                return AccessToken.of(token, "Entra's answer");
            }
            findings.add(refused(body.path("error_description").asText("")));
        } catch (IOException e) {
            findings.add(error(
                    EntraField.AUTHORITY,
                    "cannot be reached",
                    endpoint.toString(),
                    "the credential was not tried",
                    ""));
        } catch (GeneralSecurityException | JOSEException e) {
            findings.add(error(
                    EntraField.CREDENTIAL,
                    "a certificate and key that do not belong together or cannot be read",
                    "an RSA certificate and its key, PEM",
                    "the gateway cannot prove itself",
                    "AADSTS700027"));
        } catch (LoginException e) {
            findings.add(error(EntraField.CREDENTIAL, "no token", "a token", "the credential was not tried", ""));
        }
        return null;
    }

    private static RegistrationFinding refused(String description) {
        String code = Aadsts.of(description);
        EntraField field = EntraField.of(Aadsts.number(description));
        return error(
                field == null ? EntraField.CREDENTIAL : field,
                "Entra refused the gateway's credential",
                "one that Entra accepts",
                "nobody can sign in through the gateway, and groups cannot be looked up",
                code);
    }

    private String assertion(Credential.KeyPair pair, String clientId, URI audience)
            throws GeneralSecurityException, JOSEException {
        byte[] der = CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pair.certificate().getBytes(StandardCharsets.US_ASCII)))
                .getEncoded();
        String key = pair.privateKey().replaceAll("-----[A-Z ]+-----|\\s", "");
        Instant now = clock.instant();
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.PS256)
                        .type(JOSEObjectType.JWT)
                        .x509CertSHA256Thumbprint(Base64URL.encode(
                                MessageDigest.getInstance("SHA-256").digest(der)))
                        .build(),
                new JWTClaimsSet.Builder()
                        .audience(audience.toString())
                        .issuer(clientId)
                        .subject(clientId)
                        .jwtID(UUID.randomUUID().toString())
                        .notBeforeTime(Date.from(now))
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(ASSERTION_LIFETIME)))
                        .build());
        jwt.sign(new RSASSASigner(KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key)))));
        return jwt.serialize();
    }

    private static boolean needsGraph(DesiredRegistration desired) {
        return desired.permissions().stream().anyMatch(one -> one.ofGraph() && one.application());
    }

    /** One group is enough to see whether memberships may be read. */
    private void groups(DesiredRegistration desired, AccessToken token, List<RegistrationFinding> findings)
            throws InterruptedException {
        try {
            new GraphClient(exchange, desired.graph(), token, pause, line -> {}).get("/groups?$top=1&$select=id");
        } catch (GraphException e) {
            boolean forbidden = e.isForbidden();
            findings.add(new RegistrationFinding(
                    forbidden ? Severity.ERROR : Severity.UNKNOWN,
                    EntraField.GRAPH_PERMISSIONS,
                    "requiredResourceAccess",
                    forbidden ? "Graph refuses to list groups" : String.valueOf(e.getMessage()),
                    desired.permissions().stream()
                            .filter(one -> one.ofGraph() && one.application())
                            .map(Permission::value)
                            .toList()
                            .toString(),
                    "users in more than 200 groups are refused where policies read groups",
                    ""));
        }
    }

    private static RegistrationFinding error(
            EntraField field, String there, String needed, String breaks, String code) {
        return new RegistrationFinding(Severity.ERROR, field, field.path(), there, needed, breaks, code);
    }
}
