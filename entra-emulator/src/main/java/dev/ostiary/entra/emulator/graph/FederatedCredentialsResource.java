package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.DirectoryObject;
import dev.ostiary.entra.emulator.objects.Kind;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import dev.ostiary.entra.emulator.objects.View.Seen;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /applications/{id}/federatedIdentityCredentials} ([D] microsoft-graph-docs-contrib
 * {@code api-reference/v1.0/resources/federatedidentitycredential.md} and the pages of its methods; limits also fact sheet §5.4).
 */
final class FederatedCredentialsResource {

    private static final int MAX = 20;
    private static final int MAX_TEXT = 600;
    private static final String TYPE = "FederatedIdentityCredential";
    private static final Set<String> KNOWN = Set.of("id", "name", "issuer", "subject", "audiences", "description");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{2,119}");

    private static final Pattern BY_NAME = Pattern.compile("federatedIdentityCredentials\\(name='([^']*)'\\)");

    private final GraphContext context;

    FederatedCredentialsResource(GraphContext context) {
        this.context = context;
    }

    Response answer(Call call) {
        Seen application = call.target(Kind.APPLICATION);
        Matcher named = BY_NAME.matcher(call.rest().getFirst());
        if (named.matches()) {
            return one(call, application, named.group(1));
        }
        if (call.rest().size() == 1) {
            return switch (call.request().method()) {
                case "GET" -> {
                    call.rights().readApplications();
                    yield ObjectQuery.of(call.request())
                            .page(
                                    context.origin(),
                                    set(application),
                                    call
                                            .view()
                                            .all(
                                                    Kind.FEDERATED_CREDENTIAL,
                                                    application.object().id())
                                            .stream()
                                            .map(Seen::json)
                                            .toList());
                }
                case "POST" -> create(call, application.object(), call.body());
                default -> throw call.notHere();
            };
        }
        if (call.rest().size() != 2) {
            throw call.notHere();
        }
        return one(call, application, call.rest().get(1));
    }

    private Response one(Call call, Seen application, String key) {
        Optional<Seen> found = call
                .view()
                .all(Kind.FEDERATED_CREDENTIAL, application.object().id())
                .stream()
                .filter(seen ->
                        seen.object().id().equals(key) || seen.text("name").equals(key))
                .findFirst();
        String prefer = call.request().header("Prefer");
        boolean upsert = prefer != null && prefer.contains("create-if-missing");
        if (found.isEmpty() && upsert && call.request().method().equals("PATCH")) {
            return create(call, application.object(), call.body().put("name", key));
        }
        Seen credential = found.orElseThrow(() -> GraphException.notFound(key));
        return switch (call.request().method()) {
            case "GET" -> {
                call.rights().readApplications();
                yield ObjectQuery.of(call.request()).entity(200, context.origin(), set(application), credential.json());
            }
            case "PATCH" -> update(call, application.object(), credential.object());
            case "DELETE" -> {
                call.rights().manage(application.object());
                call.objects().delete(credential.object());
                yield Response.empty(204);
            }
            default -> throw call.notHere();
        };
    }

    private Response create(Call call, DirectoryObject application, ObjectNode sent) {
        call.rights().manage(application);
        ObjectNode body = known(sent);
        if (body.has("id")) {
            throw GraphException.readOnly("id");
        }
        for (String name : new String[] {"name", "issuer", "subject", "audiences"}) {
            if (!body.has(name)) {
                throw GraphException.missing(name, TYPE);
            }
        }
        ObjectNode json = ObjectJson.object()
                .put("id", context.opaque().guid())
                .putNull("name")
                .putNull("issuer")
                .putNull("subject")
                .putNull("description");
        json.setAll(body);
        check(call, application, json, null);
        boolean named = call.objects()
                .current(Kind.FEDERATED_CREDENTIAL)
                .anyMatch(other -> application.id().equals(other.parent())
                        && other.text("name").equals(json.path("name").asText()));
        if (named) {
            throw GraphException.conflict(
                    TYPE + " with name " + json.path("name").asText() + " already exists.");
        }
        long count = call.objects()
                .current(Kind.FEDERATED_CREDENTIAL)
                .filter(other -> application.id().equals(other.parent()))
                .count();
        if (count >= MAX) {
            throw new GraphException(
                    400,
                    "Request_BadRequest",
                    "The maximum of " + MAX + " federated identity credentials of the application is reached.");
        }
        call.objects().create(Kind.FEDERATED_CREDENTIAL, application.id(), json);
        return ObjectQuery.of(call.request())
                .entity(
                        201,
                        context.origin(),
                        "applications('" + application.id() + "')/federatedIdentityCredentials",
                        json);
    }

    private static Response update(Call call, DirectoryObject application, DirectoryObject credential) {
        call.rights().manage(application);
        ObjectNode body = known(call.body());
        ObjectNode next = credential.json().deepCopy();
        body.properties().forEach(entry -> {
            String name = entry.getKey();
            boolean fixed = name.equals("id") || name.equals("name");
            if (fixed && !entry.getValue().equals(next.get(name))) {
                throw GraphException.readOnly(name);
            }
            next.set(name, entry.getValue());
        });
        check(call, application, next, credential);
        call.objects().change(credential, next);
        return Response.empty(204);
    }

    private static void check(Call call, DirectoryObject application, ObjectNode json, @Nullable DirectoryObject self) {
        String name = json.path("name").asText();
        if (!NAME.matcher(name).matches()) {
            throw invalid("Name", name, "The name must be 3 to 120 letters, digits, dashes or underscores.");
        }
        String issuer = text(json, "issuer");
        String subject = text(json, "subject");
        if (!issuer.startsWith("https://") && !issuer.startsWith("http://localhost")) {
            throw invalid("Issuer", issuer, "The issuer must be an https URL.");
        }
        JsonNode audiences = json.path("audiences");
        boolean one = audiences.isArray()
                && audiences.size() == 1
                && audiences.get(0).isTextual()
                && audiences.get(0).asText().length() <= MAX_TEXT;
        if (!one) {
            throw invalid("Audiences", audiences.toString(), "Exactly one audience is needed.");
        }
        boolean same = call.objects()
                .current(Kind.FEDERATED_CREDENTIAL)
                .anyMatch(other -> other != self
                        && application.id().equals(other.parent())
                        && other.text("issuer").equals(issuer)
                        && other.text("subject").equals(subject));
        if (same) {
            // [O] azure-workload-identity #434.
            throw invalid(
                    "Subject",
                    subject,
                    "The combination of issuer and subject must be unique for the application. Issuer " + issuer
                            + " and Subject: " + subject + " already exist.");
        }
    }

    private static String text(ObjectNode json, String name) {
        String text = json.path(name).asText();
        if (!json.path(name).isTextual() || text.isEmpty() || text.length() > MAX_TEXT) {
            throw invalid(name, text, "A text of 1 to " + MAX_TEXT + " characters is needed.");
        }
        return text;
    }

    private static GraphException invalid(String property, String value, String message) {
        return new GraphException(
                400,
                "InvalidFederatedIdentityCredentialValue",
                message + " paramName: " + TYPE + "." + property + ", paramValue: " + value
                        + ", objectType: Microsoft.Online.DirectoryServices.Application");
    }

    private static ObjectNode known(ObjectNode body) {
        body.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
                throw GraphException.unknownProperty(name, "federatedIdentityCredential");
            }
        });
        return body;
    }

    private static String set(Seen application) {
        return "applications('" + application.object().id() + "')/federatedIdentityCredentials";
    }
}
