package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The protected-resource metadata (RFC 9728 §2) of every route of one configuration, by path. Immutable.
 *
 * <p>A closed route keeps its metadata: which resource it is and who signs users in does not change while it is closed, and
 * clients that found none would conclude that the server needs no sign-in, or would try to guess the authorization server
 * (the rules before 2025-06-18). Only a gateway without Entra settings has none, because nobody could be named.
 */
public final class ProtectedResourceMetadata {

    /** How long clients may keep a document, in seconds. */
    public static final int MAX_AGE_SECONDS = 300;

    private final Map<String, byte[]> documents;

    private ProtectedResourceMetadata(Map<String, byte[]> documents) {
        this.documents = Map.copyOf(documents);
    }

    /** The documents of a snapshot; none when it has no Entra settings. */
    public static ProtectedResourceMetadata of(Snapshot snapshot) {
        Map<String, byte[]> documents = new HashMap<>();
        EntraSettings entra = snapshot.entra();
        if (entra != null) {
            for (Route route : snapshot.routes()) {
                byte[] document = document(ProtectedResource.of(snapshot, entra, route));
                documents.put(ProtectedResource.WELL_KNOWN + "/" + route.name(), document);
                if (snapshot.routes().size() == 1) {
                    documents.put(ProtectedResource.WELL_KNOWN, document);
                }
            }
        }
        return new ProtectedResourceMetadata(documents);
    }

    /** Whether a path is one of metadata, whether or not there is a document. */
    public static boolean owns(String path) {
        return path.equals(ProtectedResource.WELL_KNOWN) || path.startsWith(ProtectedResource.WELL_KNOWN + "/");
    }

    /** The JSON document at a path, UTF-8; null when there is none. */
    public byte @Nullable [] document(String path) {
        byte[] document = documents.get(path);
        return document == null ? null : document.clone();
    }

    private static byte[] document(ProtectedResource resource) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("resource", resource.resource());
        // Exactly one: clients take the first and ignore the rest.
        json.putArray("authorization_servers").add(resource.authorizationServer());
        json.putArray("scopes_supported").add(resource.scope());
        json.putArray("bearer_methods_supported").add("header");
        json.put("resource_name", resource.displayName());
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
