package dev.ostiary.entra.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.tenant.CredentialHolder.Credential;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Client secrets and certificates: whether the holder has one that Entra knows, and making one that both have. A secret's value is
 * in Entra's answer once, and goes from there to the holder alone.
 */
public final class CredentialKeeper {

    /** One that ends sooner is replaced; it stays until it ends, so that running gateways go on. */
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);

    private static final Duration SECRET_LIFETIME = Duration.ofDays(180);

    private final DesiredRegistration desired;
    private final CredentialHolder holder;
    private final InstantSource clock;

    public CredentialKeeper(DesiredRegistration desired, CredentialHolder holder, InstantSource clock) {
        this.desired = desired;
        this.holder = holder;
        this.clock = clock;
    }

    /** Whether one has to be made. */
    public boolean isNeeded(ActualRegistration actual) throws IOException, InterruptedException {
        return switch (desired.credential()) {
            case DesiredRegistration.Credential.None none -> false;
            case DesiredRegistration.Credential.Federated federated -> false;
            case DesiredRegistration.Credential.Secret secret -> !knowsSecret(actual, holder.read());
            case DesiredRegistration.Credential.Certificate certificate -> !knowsCertificate(actual, holder.read());
        };
    }

    /** Makes one. May be cut off anywhere, and run again. */
    void make(GraphClient graph, String applicationId) throws GraphException, IOException, InterruptedException {
        if (desired.credential() instanceof DesiredRegistration.Credential.Certificate) {
            certificate(graph, applicationId);
        } else {
            secret(graph, applicationId);
        }
    }

    private void secret(GraphClient graph, String applicationId)
            throws GraphException, IOException, InterruptedException {
        String lost = holder.intended();
        if (lost != null) {
            for (JsonNode one : graph.get("/applications/" + applicationId).path("passwordCredentials")) {
                if (one.path("displayName").asText().equals(lost)) {
                    remove(graph, applicationId, one);
                }
            }
        }
        String name = "ostiary " + UUID.randomUUID().toString().substring(0, 8);
        holder.intend(name);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode credential = body.putObject("passwordCredential");
        credential.put("displayName", name);
        credential.put("endDateTime", clock.instant().plus(SECRET_LIFETIME).toString());
        ObjectNode made = graph.post("/applications/" + applicationId + "/addPassword", body);
        String value = made.path("secretText").asText("");
        if (value.isEmpty()) {
            throw new IOException("Entra made a client secret and did not tell its value");
        }
        try {
            holder.write(new Credential.Secret(value));
        } catch (IOException notKept) {
            throw new IOException(notKept.getMessage() + "; " + takenBack(graph, applicationId, made), notKept);
        }
    }

    /** A secret that nobody has is only a risk. What is not taken back now, the next run takes back by its name. */
    private static String takenBack(GraphClient graph, String applicationId, ObjectNode made)
            throws InterruptedException {
        try {
            remove(graph, applicationId, made);
            return "the client secret that had been made for it was removed again";
        } catch (GraphException e) {
            return "the client secret " + made.path("displayName").asText()
                    + " that had been made for it is still at the registration, with a value that nobody has; the next run"
                    + " removes it";
        }
    }

    private static void remove(GraphClient graph, String applicationId, JsonNode secret)
            throws GraphException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("keyId", secret.path("keyId").asText());
        graph.post("/applications/" + applicationId + "/removePassword", body);
    }

    private void certificate(GraphClient graph, String applicationId)
            throws GraphException, IOException, InterruptedException {
        Credential held = holder.read();
        Credential.KeyPair pair = held instanceof Credential.KeyPair kept && !endsSoon(kept) ? kept : null;
        if (pair == null) {
            // Kept first: a key that Entra knows and nobody has would be of no use.
            pair = Certificates.create(desired.displayName(), clock.instant());
            holder.write(pair);
        }
        ArrayNode keys = JsonNodeFactory.instance.arrayNode();
        graph.get("/applications/" + applicationId + "?$select=id,keyCredentials")
                .path("keyCredentials")
                .forEach(keys::add);
        String der = der(pair);
        for (JsonNode key : keys) {
            if (key.path("key").asText().equals(der)) {
                return;
            }
        }
        ObjectNode key = keys.addObject();
        key.put("displayName", "CN=" + desired.displayName());
        key.put("key", der);
        key.put("type", "AsymmetricX509Cert");
        key.put("usage", "Verify");
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("keyCredentials", keys);
        graph.patch("/applications/" + applicationId, body);
    }

    /** Entra tells of a secret its first letters (hint) only. */
    private boolean knowsSecret(ActualRegistration actual, @Nullable Credential held) {
        return held instanceof Credential.Secret secret
                && actual.application() != null
                && elements(actual.at("passwordCredentials")).stream()
                        .anyMatch(one -> !one.path("hint").asText("").isEmpty()
                                && secret.value().startsWith(one.path("hint").asText())
                                && !endsSoon(one.path("endDateTime").asText("")));
    }

    private boolean knowsCertificate(ActualRegistration actual, @Nullable Credential held) throws IOException {
        if (!(held instanceof Credential.KeyPair pair) || endsSoon(pair)) {
            return false;
        }
        String der = der(pair);
        return elements(actual.at("keyCredentials")).stream()
                .anyMatch(one -> one.path("key").asText().equals(der));
    }

    private boolean endsSoon(Credential.KeyPair pair) throws IOException {
        try {
            return endsSoon(Certificates.certificate(pair).getNotAfter().toInstant());
        } catch (GeneralSecurityException e) {
            throw new IOException(holder.where() + " holds no certificate that can be read");
        }
    }

    private boolean endsSoon(String time) {
        try {
            return !time.isEmpty() && endsSoon(Instant.parse(time));
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private boolean endsSoon(Instant end) {
        return end.isBefore(clock.instant().plus(RENEW_BEFORE));
    }

    private String der(Credential.KeyPair pair) throws IOException {
        try {
            return Base64.getEncoder()
                    .encodeToString(Certificates.certificate(pair).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(holder.where() + " holds no certificate that can be read");
        }
    }

    private static List<JsonNode> elements(JsonNode array) {
        List<JsonNode> list = new java.util.ArrayList<>();
        array.forEach(list::add);
        return list;
    }
}
