package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.Kind;
import dev.ostiary.entra.emulator.objects.Links;
import dev.ostiary.entra.emulator.objects.View.Seen;
import java.util.Set;

/**
 * {@code /oauth2PermissionGrants} ([D] microsoft-graph-docs-contrib {@code api-reference/v1.0/api/}: oauth2permissiongrant-list,
 * -post, -get, -update, -delete).
 */
final class GrantsResource {

    private static final String CONTEXT = "oauth2PermissionGrants";
    private static final String TYPE = "OAuth2PermissionGrant";
    private static final Set<String> KNOWN =
            Set.of("clientId", "consentType", "id", "principalId", "resourceId", "scope", "startTime", "expiryTime");
    private static final int MAX_SCOPE = 3_850;

    private final GraphContext context;

    GrantsResource(GraphContext context) {
        this.context = context;
    }

    Response answer(Call call) {
        if (call.key() == null) {
            return switch (call.request().method()) {
                case "GET" -> {
                    call.rights().readGrants();
                    yield ObjectQuery.of(call.request())
                            .page(
                                    context.origin(),
                                    CONTEXT,
                                    call.view().stream(Kind.GRANT)
                                            .map(Seen::json)
                                            .toList());
                }
                case "POST" -> create(call);
                default -> throw call.notHere();
            };
        }
        return switch (call.verb()) {
            case "GET" -> {
                call.rights().readGrants();
                yield ObjectQuery.of(call.request())
                        .entity(
                                200,
                                context.origin(),
                                CONTEXT,
                                call.target(Kind.GRANT).json());
            }
            case "PATCH" -> update(call);
            case "DELETE" -> {
                call.rights().grant();
                call.objects().delete(call.target(Kind.GRANT).object());
                yield Response.empty(204);
            }
            default -> throw call.notHere();
        };
    }

    private Response create(Call call) {
        call.rights().grant();
        ObjectNode body = known(call.body());
        String clientId = required(body, "clientId");
        String resourceId = required(body, "resourceId");
        String consentType = required(body, "consentType");
        boolean everybody = consentType.equals("AllPrincipals");
        if (!everybody && !consentType.equals("Principal")) {
            throw GraphException.invalidValue("consentType", TYPE);
        }
        String principalId =
                body.path("principalId").isTextual() ? body.path("principalId").asText() : null;
        if (everybody == (principalId != null)) {
            throw GraphException.invalidValue("principalId", TYPE);
        }
        if (principalId != null && call.caller().tenant().user(principalId).isEmpty()) {
            throw GraphException.notFound(principalId);
        }
        for (String id : new String[] {clientId, resourceId}) {
            if (call.view().byId(Kind.SERVICE_PRINCIPAL, id).isEmpty()) {
                throw GraphException.notFound(id);
            }
        }
        ObjectNode json = Links.grant(clientId, resourceId, principalId, scope(body));
        if (call.objects().current(Kind.GRANT, json.path("id").asText()).isPresent()) {
            // [O] terraform-provider-azuread #690.
            throw GraphException.conflict("Permission entry already exists.");
        }
        call.objects().create(Kind.GRANT, null, json);
        return ObjectQuery.of(call.request())
                .entity(201, context.origin(), CONTEXT, json)
                .with(
                        "Location",
                        context.origin() + "/v1.0/" + CONTEXT + "/"
                                + json.path("id").asText());
    }

    private Response update(Call call) {
        call.rights().grant();
        Seen seen = call.target(Kind.GRANT);
        ObjectNode body = known(call.body());
        ObjectNode next = seen.object().json().deepCopy();
        body.properties().forEach(entry -> {
            if (!entry.getKey().equals("scope") && !entry.getValue().equals(next.get(entry.getKey()))) {
                // [O] azure-docs #105249.
                throw GraphException.badRequest("Property cannot be updated: " + entry.getKey());
            }
        });
        if (body.has("scope")) {
            next.put("scope", scope(body));
        }
        call.objects().change(seen.object(), next);
        return Response.empty(204);
    }

    private static ObjectNode known(ObjectNode body) {
        body.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
                throw GraphException.unknownProperty(name, "oAuth2PermissionGrant");
            }
        });
        return body;
    }

    private static String scope(ObjectNode body) {
        if (!body.path("scope").isTextual() || body.path("scope").asText().length() > MAX_SCOPE) {
            throw GraphException.invalidValue("scope", TYPE);
        }
        return body.path("scope").asText();
    }

    private static String required(ObjectNode body, String name) {
        if (!body.path(name).isTextual()) {
            throw GraphException.missing(name, TYPE);
        }
        return body.path(name).asText();
    }
}
