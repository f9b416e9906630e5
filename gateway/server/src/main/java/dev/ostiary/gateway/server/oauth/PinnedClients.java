package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies of well-known clients' documents, for when the originals cannot be read. Immutable. */
final class PinnedClients {

    private static final String RESOURCE = "client-documents.json";

    private final Map<String, Client> clients;

    private PinnedClients(Map<String, Client> clients) {
        this.clients = Map.copyOf(clients);
    }

    /** The copies that ship with this release. */
    static PinnedClients shipped() {
        try (InputStream in = PinnedClients.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing");
            }
            Map<String, Client> clients = new HashMap<>();
            for (JsonNode document : JsonMapper.builder().build().readTree(in)) {
                String id = document.required("client_id").asText();
                List<String> redirectUris = new ArrayList<>();
                document.required("redirect_uris").forEach(uri -> redirectUris.add(uri.asText()));
                clients.put(
                        id,
                        new Client(
                                id,
                                Client.Kind.DOCUMENT,
                                document.required("client_name").asText(),
                                redirectUris,
                                Client.Authentication.NONE,
                                null));
            }
            return new PinnedClients(clients);
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", e);
        }
    }

    /** None. */
    static PinnedClients none() {
        return new PinnedClients(Map.of());
    }

    @Nullable
    Client find(String id) {
        return clients.get(id);
    }
}
