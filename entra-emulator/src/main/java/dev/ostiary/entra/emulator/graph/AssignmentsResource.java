package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.DirectoryObject;
import dev.ostiary.entra.emulator.objects.Kind;
import dev.ostiary.entra.emulator.objects.Links;
import dev.ostiary.entra.emulator.objects.Principals;
import dev.ostiary.entra.emulator.objects.View.Seen;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * {@code appRoleAssignments} and {@code appRoleAssignedTo} of a service principal ([D] microsoft-graph-docs-contrib
 * {@code api-reference/v1.0/api/}: serviceprincipal-post-approleassignments, -post-approleassignedto, -list-…, -delete-…).
 */
final class AssignmentsResource {

    private static final String CONTEXT = "appRoleAssignments";
    private static final String TYPE = "AppRoleAssignment";
    private static final String PRINCIPAL = "principalId";
    private static final String RESOURCE = "resourceId";

    private final GraphContext context;

    AssignmentsResource(GraphContext context) {
        this.context = context;
    }

    /** What a principal of whatever type is called. */
    private record Principal(String id, String type, String name) {}

    Response answer(Call call) {
        boolean assignedTo = call.rest().getFirst().equals("appRoleAssignedTo");
        Seen here = call.target(Kind.SERVICE_PRINCIPAL);
        String end = assignedTo ? RESOURCE : PRINCIPAL;
        if (call.rest().size() == 1) {
            return switch (call.request().method()) {
                case "GET" ->
                    list(call, link -> link.text(end).equals(here.object().id()));
                case "POST" -> create(call, here, end);
                default -> throw call.notHere();
            };
        }
        if (call.rest().size() == 2) {
            Seen link = call.view()
                    .byId(Kind.ASSIGNMENT, call.rest().get(1))
                    .filter(found -> found.text(end).equals(here.object().id()))
                    .orElseThrow(() -> GraphException.notFound(call.rest().get(1)));
            return switch (call.request().method()) {
                case "GET" -> {
                    call.rights().readApplications();
                    yield ObjectQuery.of(call.request()).entity(200, context.origin(), CONTEXT, link.json());
                }
                case "DELETE" -> {
                    resource(call, link.text(RESOURCE)).ifPresent(call.rights()::assign);
                    call.objects().delete(link.object());
                    yield Response.empty(204);
                }
                default -> throw call.notHere();
            };
        }
        throw call.notHere();
    }

    private Response list(Call call, Predicate<Seen> which) {
        call.rights().readApplications();
        return ObjectQuery.of(call.request())
                .page(
                        context.origin(),
                        CONTEXT,
                        call.view().stream(Kind.ASSIGNMENT)
                                .filter(which)
                                .map(Seen::json)
                                .toList());
    }

    private Response create(Call call, Seen here, String end) {
        ObjectNode body = call.body();
        String principalId = required(body, PRINCIPAL);
        String resourceId = required(body, RESOURCE);
        String roleId = required(body, "appRoleId");
        body.fieldNames().forEachRemaining(name -> {
            if (!name.equals(PRINCIPAL) && !name.equals(RESOURCE) && !name.equals("appRoleId")) {
                throw name.equals("id") || name.endsWith("DisplayName") || name.equals("createdDateTime")
                        ? GraphException.readOnly(name)
                        : GraphException.unknownProperty(name, "appRoleAssignment");
            }
        });
        if (!body.path(end).asText().equals(here.object().id())) {
            // [O] microsoft-graph-docs-contrib #1407.
            throw GraphException.badRequest("Not a valid reference update.");
        }
        DirectoryObject resource = resource(call, resourceId).orElseThrow(() -> GraphException.notFound(resourceId));
        call.rights().assign(resource);
        Principal principal = principal(call, principalId);
        boolean known = new Principals(call.objects())
                .current(resource)
                .path("appRoles")
                .valueStream()
                .anyMatch(role -> role.path("id").asText().equals(roleId)
                        && role.path("isEnabled").asBoolean(true)
                        && isFor(role, principal));
        if (!known && !roleId.equals(Links.DEFAULT_ROLE)) {
            throw GraphException.badRequest(
                    "Permission being assigned was not found on application '" + resource.text("appId") + "'.");
        }
        boolean there = call.objects()
                .current(Kind.ASSIGNMENT)
                .anyMatch(link -> link.text(PRINCIPAL).equals(principalId)
                        && link.text(RESOURCE).equals(resourceId)
                        && link.text("appRoleId").equals(roleId));
        if (there) {
            // [O] in many scripts, with this code.
            throw GraphException.badRequest("Permission being assigned already exists on the object");
        }
        ObjectNode json = Links.assignment(
                context.opaque().guid(),
                principal.id(),
                principal.type(),
                principal.name(),
                resource,
                roleId,
                context.clock().instant());
        call.objects().create(Kind.ASSIGNMENT, null, json);
        return ObjectQuery.of(call.request()).entity(201, context.origin(), CONTEXT, json);
    }

    /** [D] microsoft-graph-docs-contrib {@code resources/approle.md}: {@code User} means users and groups. */
    private static boolean isFor(JsonNode role, Principal principal) {
        String type = principal.type().equals("ServicePrincipal") ? "Application" : "User";
        return role.path("allowedMemberTypes")
                .valueStream()
                .anyMatch(one -> one.asText().equals(type));
    }

    private static Optional<DirectoryObject> resource(Call call, String id) {
        return call.view().byId(Kind.SERVICE_PRINCIPAL, id).map(Seen::object);
    }

    private static Principal principal(Call call, String id) {
        Tenant tenant = call.caller().tenant();
        Optional<User> user = tenant.users().stream()
                .filter(candidate -> candidate.oid().equals(id))
                .findFirst();
        Optional<Group> group = tenant.groups().stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst();
        return user.map(found -> new Principal(id, "User", found.name()))
                .or(() -> group.map(found -> new Principal(id, "Group", found.name())))
                .or(() -> resource(call, id)
                        .map(found -> new Principal(id, "ServicePrincipal", found.text("displayName"))))
                .orElseThrow(() -> GraphException.notFound(id));
    }

    private static String required(ObjectNode body, String name) {
        if (!body.path(name).isTextual()) {
            throw GraphException.missing(name, TYPE);
        }
        return body.path(name).asText();
    }
}
