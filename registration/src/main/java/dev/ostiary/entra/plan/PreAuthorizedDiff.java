package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Client;
import dev.ostiary.gateway.config.EntraField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Clients that get the scopes without a consent page. A write after the scopes' own, since Entra wants to find them. */
final class PreAuthorizedDiff {

    private static final String PATH = "api.preAuthorizedApplications";

    private final Comparison comparison;
    private final DesiredRegistration desired;
    private final ActualRegistration actual;

    PreAuthorizedDiff(Comparison comparison) {
        this.comparison = comparison;
        this.desired = comparison.desired();
        this.actual = comparison.actual();
    }

    /** @param scopes ids of the desired scopes, by value */
    void add(Map<String, String> scopes) {
        List<String> clients =
                desired.preAuthorized().stream().map(Client::appId).toList();
        if (clients.isEmpty()) {
            return;
        }
        ArrayNode after = JsonNodeFactory.instance.arrayNode();
        List<String> found = new ArrayList<>();
        List<String> more = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (JsonNode there : actual.at(PATH)) {
            String client = there.path("appId").asText();
            if (!clients.contains(client)) {
                more.add(client);
                if (!comparison.prunes()) {
                    after.add(there);
                }
                continue;
            }
            found.add(client);
            List<String> ids = new ArrayList<>();
            there.path("delegatedPermissionIds").forEach(id -> ids.add(id.asText()));
            List<String> missing = scopes.entrySet().stream()
                    .filter(scope -> !ids.contains(scope.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            if (!missing.isEmpty()) {
                wrong.add(new Client(client).name() + " without " + String.join(", ", missing));
                scopes.values().stream().filter(id -> !ids.contains(id)).forEach(ids::add);
            }
            ObjectNode kept = there.deepCopy();
            kept.set("delegatedPermissionIds", Diff.array(ids));
            after.add(kept);
        }
        for (Client client : desired.preAuthorized()) {
            if (!found.contains(client.appId())) {
                ObjectNode entry = after.addObject();
                entry.put("appId", client.appId());
                entry.set("delegatedPermissionIds", Diff.array(List.copyOf(scopes.values())));
            }
        }
        boolean remove = comparison.prunes() && !more.isEmpty();
        if (found.size() < clients.size() || !wrong.isEmpty() || remove) {
            comparison.change(new Change(
                    EntraField.PRE_AUTHORIZED,
                    PATH,
                    String.join("; ", remove ? more : wrong),
                    String.join(
                            ", ",
                            desired.preAuthorized().stream().map(Client::name).toList()),
                    "these clients show no consent page for an MCP server; otherwise AADSTS65001, or AADSTS65002 for"
                            + " Microsoft's own",
                    List.of(Diff.update(PATH, after))));
        }
        if (!more.isEmpty() && !remove) {
            comparison.surplus(
                    EntraField.PRE_AUTHORIZED,
                    PATH,
                    String.join(", ", more),
                    "the gateway refuses tokens of clients that spec.authorization.entraTokens.clients does not list",
                    List.of());
        }
    }
}
