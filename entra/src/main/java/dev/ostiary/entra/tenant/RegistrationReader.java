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
        ObjectNode application =
                clientId == null ? made(desired) : only("/applications", "appId eq '" + clientId + "'");
        return application == null ? ActualRegistration.none(apis) : around(application, apis);
    }

    /** By its alternate key; by its tag, where it was made without one. */
    private @Nullable ObjectNode made(DesiredRegistration desired) throws GraphException, InterruptedException {
        ObjectNode named = graph.find(path(desired));
        return named == null ? only("/applications", tagged(desired)) : named;
    }

    /** The path of the registration by its alternate key. */
    static String path(DesiredRegistration desired) {
        return "/applications(uniqueName='" + desired.uniqueName() + "')";
    }

    private static String tagged(DesiredRegistration desired) {
        return "tags/any(t:t eq '" + desired.tag().replace("'", "''") + "')";
    }

    /** An application with what belongs to it. */
    ActualRegistration around(ObjectNode application, Map<String, Api> apis)
            throws GraphException, InterruptedException {
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
        return graph.list("/applications?$filter=" + encoded(tagged(desired))).stream()
                .map(one -> one.path("appId").asText())
                .filter(appId -> !appId.equals(own))
                .sorted()
                .toList();
    }

    /**
     * The registration that was made for this public URL, deleted less than 30 days ago and not for good; null: there is none.
     * Its alternate key and its tag both have to fit.
     */
    public @Nullable ObjectNode deleted(DesiredRegistration desired) throws GraphException, InterruptedException {
        for (ObjectNode one : graph.list(
                "/directory/deletedItems/microsoft.graph.application?$select=id,appId,displayName,uniqueName,tags")) {
            boolean tagged =
                    one.path("tags").valueStream().anyMatch(tag -> tag.asText().equals(desired.tag()));
            if (tagged && one.path("uniqueName").asText().equals(desired.uniqueName())) {
                return one;
            }
        }
        return null;
    }

    /** The path of a deleted application by its object id. */
    public static String deletedItem(String id) {
        return "/directory/deletedItems/" + id;
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
