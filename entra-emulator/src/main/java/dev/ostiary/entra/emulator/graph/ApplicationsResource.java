package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.DirectoryObject;
import dev.ostiary.entra.emulator.objects.Kind;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import dev.ostiary.entra.emulator.objects.View.Seen;

/**
 * {@code /applications} ([D] microsoft-graph-docs-contrib {@code api-reference/v1.0/api/}: application-list, application-post-applications,
 * application-get, application-update, application-delete, application-list-owners).
 */
final class ApplicationsResource {

    private static final String CONTEXT = "applications";

    private final GraphContext context;
    private final ApplicationRules rules;
    private final CredentialActions credentials;
    private final FederatedCredentialsResource federated;

    ApplicationsResource(LiveDirectory live, GraphContext context) {
        this.context = context;
        this.rules = new ApplicationRules(live, context);
        this.credentials = new CredentialActions(context);
        this.federated = new FederatedCredentialsResource(context);
    }

    Response answer(Call call) {
        if (call.key() == null) {
            return switch (call.request().method()) {
                case "GET" -> list(call);
                case "POST" -> create(call, call.body());
                default -> throw call.notHere();
            };
        }
        if (!call.rest().isEmpty() && Call.setOf(call.rest().getFirst()).equals("federatedIdentityCredentials")) {
            return federated.answer(call);
        }
        return switch (call.verb()) {
            case "GET" -> get(call);
            case "PATCH" -> update(call);
            case "DELETE" -> delete(call);
            case "GET owners" -> owners(call);
            case "POST addPassword" -> credentials.addPassword(call);
            case "POST removePassword" -> credentials.removePassword(call);
            case "POST addKey" -> credentials.addKey(call);
            case "POST removeKey" -> credentials.removeKey(call);
            default -> throw call.notHere();
        };
    }

    private Response list(Call call) {
        call.rights().readApplications();
        return ObjectQuery.of(call.request())
                .page(
                        context.origin(),
                        CONTEXT,
                        call.view().stream(Kind.APPLICATION)
                                .map(seen -> withoutKeys(seen.json()))
                                .toList());
    }

    private Response get(Call call) {
        call.rights().readApplications();
        Seen seen = call.target(Kind.APPLICATION);
        ObjectQuery query = ObjectQuery.of(call.request());
        // [D] keycredential.md: the key itself is shown for one object only, and only when it is asked for.
        ObjectNode json = query.selects("keyCredentials") ? seen.json() : withoutKeys(seen.json());
        return query.entity(200, context.origin(), CONTEXT, json);
    }

    private Response create(Call call, ObjectNode body) {
        call.rights().register();
        if (call.objects().full()) {
            throw new GraphException(
                    403,
                    "Directory_QuotaExceeded",
                    "The directory object quota limit for the Tenant has been exceeded. Please ask your administrator to"
                            + " increase the quota limit or delete objects to reduce the used quota.");
        }
        String appId = context.opaque().guid();
        ObjectNode fresh = ObjectJson.application(
                context.opaque().guid(),
                appId,
                call.caller().tenant().domain(),
                context.clock().instant());
        ObjectNode next = rules.apply(call, fresh, body, null);
        DirectoryObject object = call.objects().create(Kind.APPLICATION, null, next);
        object.owners().add(call.caller().principalId());
        String location = context.origin() + "/v1.0/applications/" + object.id();
        return ObjectQuery.of(call.request())
                .entity(201, context.origin(), CONTEXT, withoutKeys(next))
                .with("Location", location);
    }

    private Response update(Call call) {
        Call.Key key = call.key();
        if (key != null && call.createsIfMissing() && key.property().equals("uniqueName")) {
            if (call.find(Kind.APPLICATION).isEmpty()) {
                return create(call, call.body().put("uniqueName", key.value()));
            }
        }
        Seen seen = call.target(Kind.APPLICATION);
        call.rights().manage(seen.object());
        DirectoryObject object = seen.object();
        // Writes build on what is, not on what a lagging replica shows.
        call.objects().change(object, rules.apply(call, object.json(), call.body(), object));
        return Response.empty(204);
    }

    private Response delete(Call call) {
        Seen seen = call.target(Kind.APPLICATION);
        call.rights().manage(seen.object());
        call.objects().delete(seen.object());
        return Response.empty(204);
    }

    private Response owners(Call call) {
        call.rights().readApplications();
        Seen seen = call.target(Kind.APPLICATION);
        return ObjectQuery.of(call.request())
                .page(
                        context.origin(),
                        "directoryObjects",
                        seen.object().owners().stream()
                                .map(id -> ObjectJson.object().put("id", id))
                                .toList());
    }

    static ObjectNode withoutKeys(ObjectNode json) {
        ObjectNode shown = json.deepCopy();
        shown.path("keyCredentials").forEach(credential -> {
            if (credential instanceof ObjectNode object) {
                object.putNull("key");
            }
        });
        return shown;
    }
}
