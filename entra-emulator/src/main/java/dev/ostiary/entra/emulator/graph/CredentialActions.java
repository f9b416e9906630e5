package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.DirectoryObject;
import dev.ostiary.entra.emulator.objects.Kind;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * Client secrets and certificates ([D] microsoft-graph-docs-contrib {@code api-reference/v1.0/api/}: application-addpassword,
 * application-removepassword, application-addkey, application-removekey).
 */
final class CredentialActions {

    private static final String PASSWORDS = "passwordCredentials";
    private static final int SECRET_LENGTH = 40;
    private static final int DEFAULT_YEARS = 2;
    private static final int MAX_CREDENTIALS = 100;

    private final GraphContext context;
    private final KeyProofs proofs;

    CredentialActions(GraphContext context) {
        this.context = context;
        this.proofs = new KeyProofs(context.clock());
    }

    Response addPassword(Call call) {
        DirectoryObject application = call.target(Kind.APPLICATION).object();
        call.rights().manage(application);
        JsonNode asked = call.body().path("passwordCredential");
        if (!context.policy().secretsAllowed()) {
            // Codes of both policies [O] OfficeDev/microsoft-365-agents-toolkit, aadErrorCode.
            throw new GraphException(
                    400,
                    "CredentialTypeNotAllowedAsPerAppPolicy",
                    "Credential type not allowed as per assigned policy.");
        }
        Instant now = context.clock().instant();
        Instant start = time(asked, "startDateTime", now);
        Instant end = time(
                asked,
                "endDateTime",
                start.atOffset(ZoneOffset.UTC).plusYears(DEFAULT_YEARS).toInstant());
        if (!end.isAfter(start)) {
            throw GraphException.badRequest("Password credential end date is invalid.");
        }
        java.time.Duration longest = context.policy().maxSecretLifetime();
        if (longest != null && end.isAfter(start.plus(longest))) {
            throw new GraphException(
                    400,
                    "CredentialInvalidLifetimeAsPerAppPolicy",
                    "Credential lifetime exceeds the max value allowed as per assigned policy");
        }
        ObjectNode next = application.json().deepCopy();
        ArrayNode passwords = next.withArray(PASSWORDS);
        if (passwords.size() >= MAX_CREDENTIALS) {
            throw ApplicationRules.tooLarge();
        }
        String keyId = context.opaque().guid();
        String secret = context.opaque().text(30).substring(0, SECRET_LENGTH - 1) + "~";
        ObjectNode credential = passwords.addObject().putNull("customKeyIdentifier");
        credential.put(
                "displayName",
                asked.path("displayName").isTextual()
                        ? asked.path("displayName").asText()
                        : null);
        credential
                .put("endDateTime", ObjectJson.time(end))
                .put("hint", secret.substring(0, 3))
                .put("keyId", keyId)
                .putNull("secretText")
                .put("startDateTime", ObjectJson.time(start));
        call.objects().keepSecret(keyId, secret);
        call.objects().change(application, next);
        ObjectNode answer = credential.deepCopy().put("secretText", secret);
        return ObjectQuery.of(call.request())
                .entity(200, context.origin(), "microsoft.graph.passwordCredential", answer)
                .with("Cache-Control", "no-store");
    }

    Response removePassword(Call call) {
        DirectoryObject application = call.target(Kind.APPLICATION).object();
        call.rights().manage(application);
        return remove(call, application, PASSWORDS, "No password credential found with keyId.");
    }

    Response addKey(Call call) {
        DirectoryObject application = call.target(Kind.APPLICATION).object();
        rollsOwn(call, application);
        ObjectNode body = call.body();
        proofs.check(application, body.path("proof").asText());
        if (!(body.path("keyCredential") instanceof ObjectNode asked)) {
            throw GraphException.missing("keyCredential", "Application");
        }
        ObjectNode next = application.json().deepCopy();
        ArrayNode keys = next.withArray("keyCredentials");
        if (keys.size() >= MAX_CREDENTIALS) {
            throw ApplicationRules.tooLarge();
        }
        ObjectNode credential = KeyCredentials.complete(asked, context);
        keys.add(credential);
        call.objects().change(application, next);
        return ObjectQuery.of(call.request())
                .entity(
                        200,
                        context.origin(),
                        "microsoft.graph.keyCredential",
                        credential.deepCopy().putNull("key"));
    }

    Response removeKey(Call call) {
        DirectoryObject application = call.target(Kind.APPLICATION).object();
        rollsOwn(call, application);
        proofs.check(application, call.body().path("proof").asText());
        return remove(call, application, "keyCredentials", "No credentials found to be removed.");
    }

    /** [D] application-addkey.md: an app needs no permission to roll its own keys. */
    private static void rollsOwn(Call call, DirectoryObject application) {
        boolean own = call.caller().user() == null && call.caller().clientId().equals(application.text("appId"));
        if (!own) {
            call.rights().manage(application);
        }
    }

    private static Response remove(Call call, DirectoryObject application, String property, String absent) {
        String keyId = call.body().path("keyId").asText();
        ObjectNode next = application.json().deepCopy();
        ArrayNode left = ObjectJson.array(java.util.List.of());
        next.path(property).forEach(credential -> {
            if (!credential.path("keyId").asText().equals(keyId)) {
                left.add(credential);
            }
        });
        if (left.size() == next.path(property).size()) {
            throw GraphException.badRequest(absent);
        }
        next.set(property, left);
        call.objects().change(application, next);
        return Response.empty(204);
    }

    private static Instant time(JsonNode asked, String name, Instant otherwise) {
        Instant read = read(asked.path(name));
        if (read == null && asked.hasNonNull(name)) {
            throw GraphException.invalidValue(name, "PasswordCredential");
        }
        return read == null ? otherwise : read;
    }

    static @Nullable Instant read(JsonNode text) {
        try {
            return text.isTextual()
                    ? java.time.OffsetDateTime.parse(text.asText()).toInstant()
                    : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
