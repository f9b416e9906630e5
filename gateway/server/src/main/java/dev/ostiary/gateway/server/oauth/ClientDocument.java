package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import dev.ostiary.gateway.server.entra.JsonObjects;
import dev.ostiary.gateway.server.oauth.DocumentSource.DocumentException;
import java.net.URI;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads client ID metadata documents (draft-ietf-oauth-client-id-metadata-document §4). What a client says about grants,
 * responses and secrets that we do not have is not held against it; what it says about itself must be true. Immutable.
 */
final class ClientDocument {

    /** Longest document, in bytes. */
    static final int MAX_BYTES = 5 * 1024;

    private static final int MAX_KEYS_BYTES = 16 * 1024;
    private static final int MAX_KEYS = 16;
    private static final int MAX_REDIRECT_URIS = 50;
    private static final int MAX_DEPTH = 8;

    private final DocumentSource source;
    private final JsonObjects documents = new JsonObjects(MAX_DEPTH, MAX_BYTES);
    private final JsonObjects keySets = new JsonObjects(MAX_DEPTH, MAX_KEYS_BYTES);

    /** @param source for keys that a document only points to */
    ClientDocument(DocumentSource source) {
        this.source = source;
    }

    /**
     * The client.
     *
     * @param id the URL of the document
     * @throws DocumentException when the document does not describe this client, or its keys cannot be had
     */
    Client read(URI id, byte[] bytes) throws DocumentException {
        ObjectNode document = bytes.length > MAX_BYTES ? null : documents.object(bytes);
        if (document == null) {
            throw bad(id, "is not one JSON object");
        }
        if (!id.toString().equals(document.path("client_id").textValue())) {
            throw bad(id, "describes another client");
        }
        if (document.has("client_secret")) {
            throw bad(id, "publishes a secret");
        }
        List<String> redirectUris = new ArrayList<>();
        for (JsonNode uri : document.path("redirect_uris")) {
            if (uri.isTextual() && RedirectUris.parse(uri.textValue()) != null) {
                redirectUris.add(uri.textValue());
            }
        }
        if (redirectUris.isEmpty() || redirectUris.size() > MAX_REDIRECT_URIS) {
            throw bad(id, "has no redirect URI that could be used, or too many");
        }
        String keys = keys(id, document);
        return new Client(
                id.toString(),
                Client.Kind.DOCUMENT,
                ClientNames.clean(document.path("client_name").textValue()),
                redirectUris,
                keys == null ? Client.Authentication.NONE : Client.Authentication.PRIVATE_KEY_JWT,
                keys);
    }

    /** The keys of a client that authenticates with them; null for every other, secrets having no place in public. */
    private @Nullable String keys(URI id, ObjectNode document) throws DocumentException {
        if (!"private_key_jwt"
                .equals(document.path("token_endpoint_auth_method").textValue())) {
            return null;
        }
        JsonNode inline = document.get("jwks");
        if (inline instanceof ObjectNode object) {
            return checked(id, object);
        }
        String uri = document.path("jwks_uri").textValue();
        URI url = uri == null ? null : DocumentUrl.parse(uri);
        if (url == null) {
            throw bad(id, "does not say where its keys are");
        }
        ObjectNode fetched = keySets.object(source.read(url, MAX_KEYS_BYTES).bytes());
        if (fetched == null) {
            throw bad(id, "has keys that are not one JSON object");
        }
        return checked(id, fetched);
    }

    private static String checked(URI id, ObjectNode keys) throws DocumentException {
        try {
            List<JWK> parsed = JWKSet.parse(keys.toString()).getKeys();
            boolean publicAlone = parsed.stream().noneMatch(key -> key.isPrivate() || key instanceof OctetSequenceKey);
            if (parsed.isEmpty() || parsed.size() > MAX_KEYS || !publicAlone) {
                throw bad(id, "has no public keys, too many, or others among them");
            }
            return keys.toString();
        } catch (ParseException malformed) {
            throw bad(id, "has keys that are not a JWK set");
        }
    }

    private static DocumentException bad(URI id, String what) {
        return new DocumentException(true, "the document at " + id.getHost() + " " + what, null);
    }
}
