package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The registration as Graph tells it. Objects stay as they came, so that members this release does not know survive an update.
 *
 * @param application null: there is none
 * @param servicePrincipal the enterprise application; null: there is none
 * @param federated federated credentials
 * @param delegatedGrants {@code oauth2PermissionGrants} of the service principal
 * @param roleAssignments app roles of others that the service principal has
 * @param apis what was found of the APIs that permissions name, by that name
 */
public record ActualRegistration(
        @Nullable ObjectNode application,
        @Nullable ObjectNode servicePrincipal,
        List<ObjectNode> federated,
        List<ObjectNode> delegatedGrants,
        List<ObjectNode> roleAssignments,
        Map<String, Api> apis) {

    public ActualRegistration {
        federated = List.copyOf(federated);
        delegatedGrants = List.copyOf(delegatedGrants);
        roleAssignments = List.copyOf(roleAssignments);
        apis = Map.copyOf(apis);
    }

    /** There is none. */
    public static ActualRegistration none(Map<String, Api> apis) {
        return new ActualRegistration(null, null, List.of(), List.of(), List.of(), apis);
    }

    /**
     * An API in the tenant.
     *
     * @param appId its application id
     * @param objectId of its service principal; empty: not known, where a plan is made without a tenant
     * @param name for people
     * @param scopes delegated permissions, short name → id
     * @param roles application permissions, likewise
     */
    public record Api(
            String appId, String objectId, String name, Map<String, String> scopes, Map<String, String> roles) {
        public Api {
            scopes = new TreeMap<>(scopes);
            roles = new TreeMap<>(roles);
        }

        /** The id of a permission; null: the API has none of this name. */
        public @Nullable String permission(boolean application, String value) {
            return (application ? roles : scopes).get(value);
        }
    }

    /** The application, or an empty object. */
    ObjectNode app() {
        return application == null ? JsonNodeFactory.instance.objectNode() : application;
    }

    /** A member of the application by its path, such as {@code web.redirectUris}; missing where it is not. */
    public JsonNode at(String path) {
        return app().at("/" + path.replace('.', '/'));
    }

    /** A list of texts. */
    public List<String> texts(String path) {
        return elements(at(path)).map(JsonNode::asText).toList();
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
