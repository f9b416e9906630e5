package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import java.nio.charset.StandardCharsets;

/**
 * The authorization server's metadata (RFC 8414 §2, RFC 9207 §3, RFC 9728 §4). Without {@code scopes_supported}: clients take
 * that list for what they should ask for, and with {@code offline_access} in it would force consent at every sign-in. Says
 * nothing that is switched off. Immutable.
 */
final class ServerMetadata {

    /** How long clients may keep it. */
    static final int MAX_AGE_SECONDS = 300;

    private final byte[] json;
    private final String etag;

    ServerMetadata(FacadeUrls urls, Snapshot snapshot, FacadeSettings settings) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("issuer", urls.issuer());
        node.put("authorization_endpoint", urls.at(FacadeUrls.AUTHORIZE_PATH));
        node.put("token_endpoint", urls.at(FacadeUrls.TOKEN_PATH));
        if (settings.dynamicRegistration()) {
            node.put("registration_endpoint", urls.at(FacadeUrls.REGISTER_PATH));
        }
        node.put("revocation_endpoint", urls.at(FacadeUrls.REVOKE_PATH));
        node.put("jwks_uri", urls.at(FacadeUrls.JWKS_PATH));
        node.putArray("response_types_supported").add("code");
        node.putArray("response_modes_supported").add("query");
        node.putArray("grant_types_supported").add("authorization_code").add("refresh_token");
        node.putArray("code_challenge_methods_supported").add("S256");
        methods(node, "token_endpoint");
        methods(node, "revocation_endpoint");
        if (settings.metadataDocuments().enabled()) {
            node.put("client_id_metadata_document_supported", true);
        }
        node.put("authorization_response_iss_parameter_supported", true);
        ArrayNode resources = node.putArray("protected_resources");
        for (Route route : snapshot.routes()) {
            resources.add(snapshot.resourceUrl(route).toString());
        }
        String text = node.toString();
        this.json = text.getBytes(StandardCharsets.UTF_8);
        this.etag = "\"" + Secrets.digest(text) + "\"";
    }

    private static void methods(ObjectNode node, String endpoint) {
        node.putArray(endpoint + "_auth_methods_supported")
                .add("none")
                .add("client_secret_post")
                .add("client_secret_basic")
                .add("private_key_jwt");
        node.putArray(endpoint + "_auth_signing_alg_values_supported")
                .add("ES256")
                .add("RS256");
    }

    byte[] json() {
        return json.clone();
    }

    /** Strong (RFC 9110 §8.8.3). */
    String etag() {
        return etag;
    }
}
