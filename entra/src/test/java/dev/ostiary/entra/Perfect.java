package dev.ostiary.entra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.output.OfflineApis;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.ActualRegistration.Api;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.plan.Step;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.KnownApps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A registration that is as desired, to be broken: what the steps of a plan lead to. */
public final class Perfect {

    static final String APP_ID = "6e74172b-0000-4000-8000-e66a39bb12e3";

    private final ObjectNode application;
    private final ObjectNode principal = JsonNodeFactory.instance.objectNode();
    private final List<ObjectNode> federated = new ArrayList<>();
    private final List<ObjectNode> grants = new ArrayList<>();
    private final List<ObjectNode> assignments = new ArrayList<>();
    private final Map<String, Api> apis;

    private Perfect(DesiredRegistration desired) {
        Map<String, Api> known = OfflineApis.of(desired);
        Api graph = java.util.Objects.requireNonNull(known.get(KnownApps.GRAPH));
        this.apis = Map.of(
                KnownApps.GRAPH,
                new Api(graph.appId(), "graph-principal", graph.name(), graph.scopes(), graph.roles()));
        this.application = Diff.creation(desired);
        application.put("id", "object").put("appId", APP_ID);
        principal.put("id", "principal").put("accountEnabled", true);
        ArrayNode secrets = application.putArray("passwordCredentials");
        secrets.addObject().put("endDateTime", "2027-06-01T00:00:00Z");
        ArrayNode keys = application.putArray("keyCredentials");
        keys.addObject().put("endDateTime", "2027-06-01T00:00:00Z");
        if (desired.credential() instanceof DesiredRegistration.Credential.Federated) {
            secrets.removeAll();
        }
        for (Step step : Diff.of(desired, actual(), Diff.Options.DEFAULT).steps()) {
            switch (step) {
                case Step.UpdateApplication(ObjectNode body) -> merge(application, body);
                case Step.AddFederated(ObjectNode body) -> federated.add(body.put("id", "federated"));
                case Step.Consent(String grant, String api, String scopes) ->
                    grants.add(JsonNodeFactory.instance
                            .objectNode()
                            .put("id", "grant")
                            .put("consentType", "AllPrincipals")
                            .put("resourceId", api)
                            .put("scope", scopes));
                case Step.Assign(String api, String role) ->
                    assignments.add(JsonNodeFactory.instance
                            .objectNode()
                            .put("resourceId", api)
                            .put("appRoleId", role));
                default -> throw new IllegalStateException("not expected: " + step);
            }
        }
    }

    /** As desired. */
    public static Perfect of(DesiredRegistration desired) {
        return new Perfect(desired);
    }

    ObjectNode application() {
        return application;
    }

    ObjectNode principal() {
        return principal;
    }

    List<ObjectNode> federated() {
        return federated;
    }

    List<ObjectNode> grants() {
        return grants;
    }

    List<ObjectNode> assignments() {
        return assignments;
    }

    /** As it is now. */
    public ActualRegistration actual() {
        return new ActualRegistration(
                application, principal.isEmpty() ? null : principal, federated, grants, assignments, apis);
    }

    private static void merge(ObjectNode into, ObjectNode more) {
        for (Map.Entry<String, JsonNode> member : more.properties()) {
            if (into.get(member.getKey()) instanceof ObjectNode there
                    && member.getValue() instanceof ObjectNode object) {
                merge(there, object);
            } else {
                into.set(member.getKey(), member.getValue().deepCopy());
            }
        }
    }
}
