package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import dev.ostiary.entra.emulator.token.GraphTokens;
import dev.ostiary.entra.emulator.token.Opaque;
import dev.ostiary.entra.emulator.token.TokenMint;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Microsoft Graph v1.0 (fact sheet §4.3, [D] microsoft-graph-docs-contrib). Safe for any thread. */
public final class GraphEndpoint {

    private static final int MAX_CHECKED_GROUPS = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LiveDirectory live;
    private final GraphTokens tokens;
    private final Clock clock;
    private final Opaque opaque;
    private final String origin;
    private final Consumer<User> revoke;
    private final UnaryOperator<User> current;
    private final MembershipPages pages;
    private final DirectoryEndpoint apps;
    private final TenantResource tenant;

    /**
     * For one emulator.
     *
     * @param origin of Graph, for links
     * @param revoke ends a user's sessions
     * @param current a user as of now
     * @param policy of every tenant
     */
    public GraphEndpoint(
            LiveDirectory live,
            GraphTokens tokens,
            Clock clock,
            Opaque opaque,
            String origin,
            Consumer<User> revoke,
            UnaryOperator<User> current,
            TenantPolicy policy) {
        this.live = live;
        this.tokens = tokens;
        this.clock = clock;
        this.opaque = opaque;
        this.origin = origin;
        this.revoke = revoke;
        this.current = current;
        this.pages = new MembershipPages(origin);
        GraphContext context = new GraphContext(origin, clock, opaque, policy);
        this.apps = new DirectoryEndpoint(live, context);
        this.tenant = new TenantResource(context, current);
    }

    /** Answers a request under {@code /v1.0} or to {@code /oidc/userinfo}. */
    public Response answer(Request request) {
        try {
            GraphCaller caller = GraphCaller.of(request, live.current(), tokens);
            List<String> path = request.segments();
            if (path.getFirst().equals("oidc")) {
                return userinfo(caller);
            }
            List<String> below = path.subList(1, path.size());
            return DirectoryEndpoint.serves(below)
                    ? apps.answer(request, caller, below)
                    : switch (request.method() + " " + String.join("/", below)) {
                        case "GET organization" -> tenant.organization(request, caller);
                        case "GET users" -> tenant.users(request, caller);
                        case "GET groups" -> tenant.groups(request, caller);
                        default -> resource(request, caller, below);
                    };
        } catch (GraphException e) {
            return error(request, e);
        }
    }

    private Response resource(Request request, GraphCaller caller, List<String> path) {
        boolean me = !path.isEmpty() && path.getFirst().equals("me");
        boolean user = path.size() > 1 && path.getFirst().equals("users");
        if (path.size() == 2
                && path.getFirst().equals("groups")
                && request.method().equals("GET")) {
            return group(caller, path.get(1));
        }
        if (!me && !user) {
            throw unknown(request);
        }
        List<String> rest = path.subList(me ? 1 : 2, path.size());
        User target = current.apply(caller.target(path));
        String call = request.method() + " " + String.join("/", rest);
        return switch (call) {
            case "GET " -> profile(caller, target);
            case "POST checkMemberGroups" -> checkMemberGroups(request, caller, target);
            case "POST getMemberObjects", "POST getMemberGroups" -> memberIds(request, caller, target);
            case "POST revokeSignInSessions" -> revokeSessions(caller, target);
            case "GET memberOf" -> {
                caller.require(caller.isSelf(target) || caller.hasAny("User.Read.All", "Directory.Read.All"));
                yield tenant.memberOf(request, caller.tenant(), target);
            }
            case "GET transitiveMemberOf/microsoft.graph.directoryRole",
                    "GET memberOf/microsoft.graph.directoryRole" -> {
                caller.require(caller.isSelf(target) || caller.hasAny("User.Read.All", "Directory.Read.All"));
                yield tenant.directoryRoles(request, caller.tenant(), target);
            }
            case "GET transitiveMemberOf",
                    "GET transitiveMemberOf/microsoft.graph.group",
                    "GET transitiveMemberOf/microsoft.graph.group/$count" -> {
                caller.require((caller.isSelf(target) && caller.has("User.Read"))
                        || caller.has("User.Read.All")
                        || caller.has("GroupMember.Read.All")
                        || caller.has("Directory.Read.All"));
                yield pages.answer(request, groups(caller, target), !namesHidden(caller));
            }
            default -> throw unknown(request);
        };
    }

    private static GraphException unknown(Request request) {
        return new GraphException(
                404,
                "BadRequest",
                "The Entra emulator's Graph has no '" + request.method() + " " + request.path() + "'.");
    }

    private static boolean namesHidden(GraphCaller caller) {
        return !caller.has("GroupMember.Read.All") && !caller.has("Directory.Read.All");
    }

    private static List<Group> groups(GraphCaller caller, User target) {
        return caller.tenant().transitiveGroups(target);
    }

    private Response profile(GraphCaller caller, User target) {
        caller.require((caller.isSelf(target) && caller.has("User.Read"))
                || caller.has("User.Read.All")
                || caller.has("User.ReadBasic.All")
                || caller.has("Directory.Read.All"));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("@odata.context", origin + "/v1.0/$metadata#users/$entity");
        body.put("displayName", target.name());
        body.put("mail", target.email());
        body.put("userPrincipalName", target.upn());
        body.put("id", target.oid());
        return Response.json(200, body);
    }

    private Response group(GraphCaller caller, String id) {
        caller.require(!namesHidden(caller));
        Group group = caller.tenant().groups().stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst()
                .orElseThrow(() -> GraphException.notFound(id));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("@odata.context", origin + "/v1.0/$metadata#groups/$entity");
        TenantResource.group(group).properties().forEach(entry -> body.put(entry.getKey(), entry.getValue()));
        return Response.json(200, body);
    }

    private Response checkMemberGroups(Request request, GraphCaller caller, User target) {
        boolean reader = caller.user() == null
                ? caller.has("User.Read.All")
                : caller.has("User.ReadBasic.All") || (caller.isSelf(target) && caller.has("User.Read"));
        caller.require(caller.has("Directory.Read.All") || (reader && caller.has("GroupMember.Read.All")));
        JsonNode ids = body(request).path("groupIds");
        if (!ids.isArray() || ids.isEmpty()) {
            throw GraphException.badRequest("The request body needs 'groupIds', a collection of group ids.");
        }
        if (ids.size() > MAX_CHECKED_GROUPS) {
            throw GraphException.badRequest("'groupIds' has " + ids.size() + " ids; the maximum is 20.");
        }
        Set<String> member = groups(caller, target).stream().map(Group::id).collect(Collectors.toSet());
        List<String> found = new ArrayList<>();
        ids.forEach(id -> {
            if (member.contains(id.asText()) && !found.contains(id.asText())) {
                found.add(id.asText());
            }
        });
        return strings(found);
    }

    private Response memberIds(Request request, GraphCaller caller, User target) {
        caller.require((caller.isSelf(target) && caller.has("User.Read"))
                || caller.has("User.Read.All")
                || caller.has("Directory.Read.All"));
        if (!body(request).path("securityEnabledOnly").isBoolean()) {
            throw GraphException.badRequest("The request body needs 'securityEnabledOnly', true or false.");
        }
        return strings(groups(caller, target).stream().map(Group::id).toList());
    }

    private Response revokeSessions(GraphCaller caller, User target) {
        caller.require(caller.has("User.RevokeSessions.All"));
        revoke.accept(target);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("@odata.context", origin + "/v1.0/$metadata#Edm.Boolean");
        body.put("value", true);
        return Response.json(200, body);
    }

    private Response userinfo(GraphCaller caller) {
        User user = caller.user();
        if (user == null || !caller.has("openid")) {
            throw GraphException.denied();
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(
                "sub",
                TokenMint.pairwiseSubject(caller.clientId(), caller.tenant().id(), user.oid()));
        if (caller.has("profile")) {
            body.put("name", user.name());
        }
        if (caller.has("email") && user.email() != null) {
            body.put("email", user.email());
        }
        return Response.json(200, body);
    }

    private Response strings(List<String> values) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("@odata.context", origin + "/v1.0/$metadata#Collection(Edm.String)");
        body.put("value", values);
        return Response.json(200, body);
    }

    private static JsonNode body(Request request) {
        try {
            return JSON.readTree(request.body());
        } catch (IOException e) {
            throw GraphException.badRequest("Unable to read JSON request payload.");
        }
    }

    private Response error(Request request, GraphException error) {
        String requestId = opaque.guid();
        String sent = request.header("client-request-id");
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put(
                "date",
                clock.instant().truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ""));
        inner.put("request-id", requestId);
        inner.put("client-request-id", sent == null ? requestId : sent);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("code", error.code());
        body.put("message", error.getMessage());
        GraphException.Detail detail = error.detail();
        if (detail != null) {
            body.put(
                    "details",
                    List.of(Map.of(
                            "code",
                            detail.code(),
                            "message",
                            String.valueOf(error.getMessage()),
                            "target",
                            detail.target())));
        }
        body.put("innerError", inner);
        Response response = Response.json(error.status(), Map.of("error", body)).with("request-id", requestId);
        return error.status() == 401
                ? response.with(
                        "WWW-Authenticate",
                        "Bearer realm=\"\", authorization_uri=\"" + origin
                                + "/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"")
                : response;
    }
}
