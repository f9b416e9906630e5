package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.FacadeSettings.StaticClient;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds clients where they can be: in the {@code McpGateway}, at the URL that is their id, or in the id itself. A client on the
 * deny list, or of a kind that is switched off, is found nowhere. Thread-safe.
 */
final class ClientDirectory implements Clients {

    /** Longest client id to look at. */
    static final int MAX_ID_LENGTH = 2048;

    private final Map<String, StaticClient> known = new HashMap<>();
    private final Set<String> denied;
    private final FacadeSettings settings;
    private final Credentials credentials;
    private final ClientDocuments documents;
    private final SealedClients sealed;

    ClientDirectory(FacadeSettings settings, Credentials credentials, ClientDocuments documents, SealedClients sealed) {
        for (StaticClient client : settings.staticClients()) {
            known.put(client.clientId(), client);
        }
        this.denied = new HashSet<>(settings.deny());
        this.settings = settings;
        this.credentials = credentials;
        this.documents = documents;
        this.sealed = sealed;
    }

    /** Whether this client is not wanted, whatever it may be. */
    boolean turnsAway(String id) {
        if (denied.contains(id) || denied.contains("sha256:" + HexFormat.of().formatHex(Secrets.sha256(id)))) {
            return true;
        }
        if (known.containsKey(id)) {
            return false;
        }
        return isDocumentUrl(id) ? !documentAllowed(id) : !settings.dynamicRegistration();
    }

    @Override
    public Client find(String id) throws OAuthException {
        if (id.length() > MAX_ID_LENGTH) {
            throw unknown("the client is not known here");
        }
        if (turnsAway(id)) {
            throw unknown("the client is not accepted here");
        }
        StaticClient configured = known.get(id);
        if (configured != null) {
            return new Client(
                    id,
                    Client.Kind.STATIC,
                    configured.displayName(),
                    configured.redirectUris(),
                    configured.credential() == null ? Client.Authentication.NONE : Client.Authentication.SECRET,
                    null);
        }
        if (isDocumentUrl(id)) {
            return documents.find(id);
        }
        Client registered = sealed.open(id);
        if (registered == null) {
            throw unknown("the client is not known here, register again");
        }
        return registered;
    }

    @Override
    public boolean isSecretOf(Client client, @Nullable String secret) {
        if (secret == null || client.authentication() != Client.Authentication.SECRET) {
            return false;
        }
        if (client.kind() == Client.Kind.REGISTERED) {
            return sealed.isSecretOf(client.id(), secret);
        }
        StaticClient configured = known.get(client.id());
        String key = configured == null ? null : configured.credential();
        String expected = key == null ? null : credentials.get(key);
        return expected != null && !expected.isEmpty() && Secrets.same(expected, secret);
    }

    private boolean documentAllowed(String id) {
        FacadeSettings.MetadataDocuments rules = settings.metadataDocuments();
        if (!rules.enabled() || names(rules.deny(), id)) {
            return false;
        }
        return rules.allow().isEmpty() || names(rules.allow(), id);
    }

    private static boolean names(Iterable<String> entries, String id) {
        String host = DocumentUrl.hostOf(id);
        for (String entry : entries) {
            if (entry.equals(id) || entry.equalsIgnoreCase(host)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDocumentUrl(String id) {
        return id.regionMatches(true, 0, "https:", 0, 6);
    }

    private static OAuthException unknown(String description) {
        return new OAuthException(401, "invalid_client", description);
    }
}
