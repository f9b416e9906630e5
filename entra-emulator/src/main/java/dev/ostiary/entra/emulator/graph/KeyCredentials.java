package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;

/** Certificates as credentials ([D] microsoft-graph-docs-contrib {@code api-reference/v1.0/resources/keycredential.md}). */
final class KeyCredentials {

    private KeyCredentials() {}

    /** A new credential with all its properties, its times and thumbprint taken from the certificate. */
    static ObjectNode complete(ObjectNode asked, GraphContext context) {
        if (!asked.path("type").asText().equals("AsymmetricX509Cert")) {
            throw GraphException.invalidValue("type", "KeyCredential");
        }
        if (!asked.path("usage").asText().equals("Verify")) {
            throw GraphException.invalidValue("usage", "KeyCredential");
        }
        X509Certificate certificate = certificate(asked.path("key"));
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        Instant start = CredentialActions.read(asked.path("startDateTime"));
        Instant end = CredentialActions.read(asked.path("endDateTime"));
        // [O] terraform-provider-azuread: outside of the certificate's own times.
        if (start != null && start.plusSeconds(1).isBefore(from)) {
            throw new GraphException(400, "KeyCredentialsInvalidStartDate", "Key credential start date is invalid.");
        }
        if (end != null && end.isAfter(until.plusSeconds(1))) {
            throw new GraphException(400, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.");
        }
        String custom = asked.path("customKeyIdentifier").isTextual()
                ? asked.path("customKeyIdentifier").asText()
                : thumbprint(certificate);
        String keyId = asked.path("keyId").isTextual()
                ? asked.path("keyId").asText()
                : context.opaque().guid();
        ObjectNode credential = ObjectJson.object().put("customKeyIdentifier", custom);
        credential.put(
                "displayName",
                asked.path("displayName").isTextual()
                        ? asked.path("displayName").asText()
                        : certificate.getSubjectX500Principal().getName());
        return credential
                .put("endDateTime", ObjectJson.time(end == null ? until : end))
                .put("key", asked.path("key").asText())
                .put("keyId", keyId)
                .put("startDateTime", ObjectJson.time(start == null ? from : start))
                .put("type", "AsymmetricX509Cert")
                .put("usage", "Verify");
    }

    static X509Certificate certificate(JsonNode key) {
        try {
            byte[] der = Base64.getDecoder().decode(key.asText().replaceAll("\\s", ""));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw GraphException.invalidValue("key", "KeyCredential");
        }
    }

    /** SHA-1 in hex, as portals show it. */
    private static String thumbprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded());
            return HexFormat.of().withUpperCase().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate cannot be digested", e);
        }
    }
}
