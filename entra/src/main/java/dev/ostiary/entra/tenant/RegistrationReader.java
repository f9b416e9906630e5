package dev.ostiary.entra.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.ActualRegistration.Api;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Permission;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a registration and what belongs to it. Writes nothing, and needs {@code Application.Read.All} at most. */
public final class RegistrationReader {

    private final GraphClient graph;

    public RegistrationReader(GraphClient graph) {
        this.graph = graph;
    }

    /** The registration of this client id, or the one that {@code apply} made for this public URL. */
    public ActualRegistration read(DesiredRegistration desired) throws GraphException, InterruptedException {
        Map<String, Api> apis = apis(desired);
        String clientId = desired.clientId();
        ObjectNode application = only(
                "/applications",
                clientId == null ? "tags/any(t:t eq '" + desired.tag() + "')" : "appId eq '" + clientId + "'");
        if (application == null) {
            return ActualRegistration.none(apis);
        }
        String id = application.path("id").asText();
        if (!application.path("keyCredentials").isEmpty()) {
            // Entra gives the public keys of certificates only where they are asked for.
            application.set(
                    "keyCredentials",
                    graph.get("/applications/" + id + "?$select=id,keyCredentials")
                            .path("keyCredentials"));
        }
        ObjectNode principal = only(
                "/servicePrincipals", "appId eq '" + application.path("appId").asText() + "'");
        List<ObjectNode> federated = graph.list("/applications/" + id + "/federatedIdentityCredentials");
        if (principal == null) {
            return new ActualRegistration(application, null, federated, List.of(), List.of(), apis);
        }
        String principalId = principal.path("id").asText();
        return new ActualRegistration(
                application,
                principal,
                federated,
                graph.list("/servicePrincipals/" + principalId + "/oauth2PermissionGrants"),
                graph.list("/servicePrincipals/" + principalId + "/appRoleAssignments"),
                apis);
    }

    /**
     * Client ids of further registrations that bear this gateway's tag: where the answer to a creation was lost, and Graph did not
     * show it yet, the next run could not know of it. {@code apply} takes the oldest, and so never makes a third.
     */
    public List<String> others(DesiredRegistration desired, ActualRegistration actual)
            throws GraphException, InterruptedException {
        ObjectNode application = actual.application();
        String own = application == null ? "" : application.path("appId").asText();
        return graph.list("/applications?$filter=" + encoded("tags/any(t:t eq '" + desired.tag() + "')")).stream()
                .map(one -> one.path("appId").asText())
                .filter(appId -> !appId.equals(own))
                .sorted()
                .toList();
    }

    private Map<String, Api> apis(DesiredRegistration desired) throws GraphException, InterruptedException {
        Map<String, Api> apis = new TreeMap<>();
        TreeSet<String> names = new TreeSet<>();
        desired.permissions().stream().map(Permission::api).forEach(names::add);
        for (String name : names) {
            String filter = name.matches("[0-9a-fA-F-]{36}")
                    ? "appId eq '" + name + "'"
                    : "servicePrincipalNames/any(n:n eq '" + name.replace("'", "''") + "')";
            ObjectNode found = only("/servicePrincipals", filter);
            if (found != null) {
                apis.put(
                        name,
                        new Api(
                                found.path("appId").asText(),
                                found.path("id").asText(),
                                found.path("displayName").asText(),
                                permissions(found.path("oauth2PermissionScopes")),
                                permissions(found.path("appRoles"))));
            }
        }
        return apis;
    }

    private static Map<String, String> permissions(JsonNode all) {
        Map<String, String> permissions = new TreeMap<>();
        for (JsonNode one : all) {
            String value = one.path("value").asText("");
            if (!value.isEmpty()) {
                permissions.put(value, one.path("id").asText());
            }
        }
        return permissions;
    }

    private @Nullable ObjectNode only(String set, String filter) throws GraphException, InterruptedException {
        List<ObjectNode> found = graph.list(set + "?$filter=" + encoded(filter));
        // The oldest, should a creation whose answer was lost have been repeated before Graph knew the first.
        return found.stream()
                .min(Comparator.comparing(one -> one.path("createdDateTime").asText("")))
                .orElse(null);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
