package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.DirectoryObject;
import dev.ostiary.entra.emulator.objects.Kind;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import dev.ostiary.entra.emulator.objects.Principals;
import dev.ostiary.entra.emulator.objects.View.Seen;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /servicePrincipals} ([D] microsoft-graph-docs-contrib {@code api-reference/v1.0/api/}: serviceprincipal-list,
 * serviceprincipal-post-serviceprincipals, serviceprincipal-get, serviceprincipal-update, serviceprincipal-delete).
 */
final class ServicePrincipalsResource {

    private static final String CONTEXT = "servicePrincipals";
    private static final String TYPE = "ServicePrincipal";

    private final LiveDirectory live;
    private final GraphContext context;
    private final AssignmentsResource assignments;

    ServicePrincipalsResource(LiveDirectory live, GraphContext context, AssignmentsResource assignments) {
        this.live = live;
        this.context = context;
        this.assignments = assignments;
    }

    Response answer(Call call) {
        if (call.key() == null) {
            return switch (call.request().method()) {
                case "GET" -> list(call);
                case "POST" -> create(call, call.body());
                default -> throw call.notHere();
            };
        }
        String first = call.rest().isEmpty() ? "" : call.rest().getFirst();
        if (first.equals("appRoleAssignments") || first.equals("appRoleAssignedTo")) {
            return assignments.answer(call);
        }
        return switch (call.verb()) {
            case "GET" -> get(call);
            case "PATCH" -> update(call);
            case "DELETE" -> delete(call);
            case "GET oauth2PermissionGrants" -> grantsOf(call);
            case "GET owners" -> owners(call);
            default -> throw call.notHere();
        };
    }

    private Response list(Call call) {
        call.rights().readApplications();
        Principals principals = new Principals(call.objects());
        return ObjectQuery.of(call.request())
                .page(
                        context.origin(),
                        CONTEXT,
                        call.view().stream(Kind.SERVICE_PRINCIPAL)
                                .map(seen -> principals.show(seen.json()))
                                .toList());
    }

    private Response get(Call call) {
        call.rights().readApplications();
        Seen seen = call.target(Kind.SERVICE_PRINCIPAL);
        return ObjectQuery.of(call.request())
                .entity(200, context.origin(), CONTEXT, new Principals(call.objects()).show(seen.json()));
    }

    private Response create(Call call, ObjectNode body) {
        call.rights().register();
        String appId = body.path("appId").asText();
        if (appId.isEmpty()) {
            throw GraphException.missing("appId", TYPE);
        }
        Optional<Seen> application = call.view().by(Kind.APPLICATION, "appId", appId);
        AppRegistration elsewhere = elsewhere(call, appId);
        if (application.isEmpty() && elsewhere == null) {
            // [O] openshift-azure #1534 and others: also seen for an application that was made a moment ago.
            throw new GraphException(
                    400,
                    "Request_BadRequest",
                    "The appId '" + appId + "' of the service principal does not reference a valid application object.",
                    new GraphException.Detail("NoBackingApplicationObject", "appId"));
        }
        application.ifPresent(seen -> {
            if (call.caller().user() != null || !call.caller().has("Application.ReadWrite.All")) {
                call.rights().manage(seen.object());
            }
        });
        if (call.objects().servicePrincipalOf(appId).isPresent()) {
            throw GraphException.conflict(
                    "The service principal cannot be created, updated, or restored because the service"
                            + " principal name " + appId + " is already in use.");
        }
        String owner = application.isPresent() ? call.caller().tenant().id() : "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
        ObjectNode json = ObjectJson.servicePrincipal(
                context.opaque().guid(), appId, owner, context.clock().instant());
        if (elsewhere != null) {
            json.put("displayName", elsewhere.displayName()).put("appDisplayName", elsewhere.displayName());
        }
        body.remove("appId");
        ObjectNode next = merge(json, body);
        DirectoryObject object = call.objects().create(Kind.SERVICE_PRINCIPAL, null, next);
        object.owners().add(call.caller().principalId());
        return ObjectQuery.of(call.request())
                .entity(201, context.origin(), CONTEXT, new Principals(call.objects()).show(next))
                .with("Location", context.origin() + "/v1.0/servicePrincipals/" + object.id());
    }

    /** One of Microsoft's apps, or one of another tenant for many tenants. */
    private @Nullable AppRegistration elsewhere(Call call, String appId) {
        if (call.objects().applicationOf(appId).isPresent()) {
            return null;
        }
        return FirstPartyApps.find(appId)
                .or(() -> live.current().app(call.caller().tenant(), appId))
                .orElse(null);
    }

    private Response update(Call call) {
        Call.Key key = call.key();
        if (key != null && call.createsIfMissing() && key.property().equals("appId")) {
            if (call.find(Kind.SERVICE_PRINCIPAL).isEmpty()) {
                return create(call, call.body().put("appId", key.value()));
            }
        }
        Seen seen = call.target(Kind.SERVICE_PRINCIPAL);
        call.rights().manage(seen.object());
        call.objects().change(seen.object(), merge(seen.object().json(), call.body()));
        return Response.empty(204);
    }

    private static ObjectNode merge(ObjectNode before, ObjectNode body) {
        body.fieldNames().forEachRemaining(name -> {
            if (!PrincipalProperties.known(name)) {
                throw GraphException.unknownProperty(name, "servicePrincipal");
            }
        });
        ObjectNode next = before.deepCopy();
        body.properties().forEach(entry -> {
            PrincipalProperties.check(entry.getKey(), entry.getValue());
            next.set(entry.getKey(), entry.getValue());
        });
        return next;
    }

    private Response delete(Call call) {
        Seen seen = call.target(Kind.SERVICE_PRINCIPAL);
        call.rights().manage(seen.object());
        call.objects().delete(seen.object());
        return Response.empty(204);
    }

    private Response grantsOf(Call call) {
        call.rights().readGrants();
        String id = call.target(Kind.SERVICE_PRINCIPAL).object().id();
        return ObjectQuery.of(call.request())
                .page(
                        context.origin(),
                        "oauth2PermissionGrants",
                        call.view().stream(Kind.GRANT)
                                .filter(seen -> seen.text("clientId").equals(id))
                                .map(Seen::json)
                                .toList());
    }

    private Response owners(Call call) {
        call.rights().readApplications();
        Seen seen = call.target(Kind.SERVICE_PRINCIPAL);
        return ObjectQuery.of(call.request())
                .page(
                        context.origin(),
                        "directoryObjects",
                        seen.object().owners().stream()
                                .map(id -> ObjectJson.object().put("id", id))
                                .toList());
    }
}
