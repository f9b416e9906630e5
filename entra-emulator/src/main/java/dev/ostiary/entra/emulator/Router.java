package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.graph.GraphEndpoint;
import dev.ostiary.entra.emulator.graph.GraphWrites;
import dev.ostiary.entra.emulator.http.Listener;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.oauth.AuthorizeEndpoint;
import dev.ostiary.entra.emulator.oauth.DeviceEndpoints;
import dev.ostiary.entra.emulator.oauth.EntraErrors;
import dev.ostiary.entra.emulator.oauth.ErrorResponses;
import dev.ostiary.entra.emulator.oauth.Pages;
import dev.ostiary.entra.emulator.oauth.TenantPages;
import dev.ostiary.entra.emulator.oauth.TokenEndpoint;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the endpoint of a request, after the faults of its area.
 *
 * @param tenants shown on the start page
 */
record Router(
        List<Tenant> tenants,
        DiscoveryDocuments discovery,
        AuthorizeEndpoint authorize,
        TokenEndpoint token,
        DeviceEndpoints devices,
        TenantPages tenantPages,
        GraphEndpoint graph,
        GraphWrites writes,
        AdminEndpoint admin,
        ErrorResponses errors,
        Faults faults)
        implements Listener.Endpoint {

    @Override
    public @Nullable Response answer(Request request) throws InterruptedException {
        List<String> path = request.segments();
        String first = path.isEmpty() ? "" : path.getFirst();
        return switch (first) {
            case "" -> start();
            case "_emulator" -> admin.answer(request);
            case "v1.0" -> graph(request);
            case "devicelogin" -> devices.page(request);
            default -> tenant(request, first, "/" + String.join("/", path.subList(1, path.size())));
        };
    }

    private @Nullable Response graph(Request request) throws InterruptedException {
        if (!GraphWrites.isWrite(request)) {
            return faulty(Area.GRAPH, request, () -> graph.answer(request));
        }
        Response[] given = new Response[1];
        Response sent = faulty(
                Area.GRAPH_WRITES, request, () -> faulty(Area.GRAPH, request, () -> given[0] = graph.answer(request)));
        Response known = given[0] == null ? sent : given[0];
        writes.add(request, known == null ? 0 : known.status());
        return sent;
    }

    private @Nullable Response tenant(Request request, String tenant, String tail) throws InterruptedException {
        return switch (tail) {
            case "/v2.0/.well-known/openid-configuration" ->
                document(Area.DISCOVERY, request, tenant, authority -> discovery.v2(authority, appId(request)));
            case "/.well-known/openid-configuration" ->
                document(Area.DISCOVERY, request, tenant, authority -> discovery.v1(authority, appId(request)));
            case "/discovery/v2.0/keys" ->
                document(Area.KEYS, request, tenant, authority -> discovery.keySet(authority, true, appId(request)));
            case "/discovery/keys" ->
                document(Area.KEYS, request, tenant, authority -> discovery.keySet(authority, false, appId(request)));
            case "/oauth2/v2.0/authorize" -> faulty(Area.AUTHORIZE, request, () -> authorize.answer(request, tenant));
            case "/oauth2/v2.0/token" -> faulty(Area.TOKEN, request, () -> token.answer(request, tenant));
            case "/oauth2/v2.0/devicecode" -> devices.start(request, tenant);
            case "/oauth2/v2.0/logout" -> tenantPages.logout(request);
            case "/adminconsent" -> tenantPages.adminConsent(request, tenant);
            case "/userinfo" ->
                tenant.equals("oidc") ? faulty(Area.GRAPH, request, () -> graph.answer(request)) : nothing();
            case "/discovery/instance" -> tenantPages.instance(request);
            default -> nothing();
        };
    }

    private static @Nullable String appId(Request request) {
        return request.query().get("appid");
    }

    private static Response nothing() {
        return Response.text(404, "There is nothing at this path of the Entra ID emulator.\n");
    }

    private Response start() {
        StringBuilder body = new StringBuilder("<p>This host answers as login host and as Microsoft Graph.</p><dl>");
        for (Tenant tenant : tenants) {
            body.append("<dt>")
                    .append(Pages.escape(tenant.displayName()))
                    .append("</dt><dd><a href=\"/")
                    .append(Pages.escape(tenant.id()))
                    .append("/v2.0/.well-known/openid-configuration\">")
                    .append(Pages.escape(tenant.id()))
                    .append("</a>, ")
                    .append(tenant.users().size())
                    .append(" users</dd>");
        }
        return Pages.page(200, "Entra ID emulator", body.append("</dl>").toString());
    }

    @Override
    public Response tooLarge(Request request) {
        return errors.json(request, EntraErrors.malformed());
    }

    private @Nullable Response document(Area area, Request request, String tenant, Function<String, Object> content)
            throws InterruptedException {
        return faulty(area, request, () -> {
            if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
                return Response.empty(405).with("Allow", "GET");
            }
            return discovery
                    .authority(tenant)
                    .map(authority -> Response.json(200, content.apply(authority)))
                    .orElseGet(() -> errors.json(
                            request, EntraErrors.tenantNotFound(tenant).withError("invalid_tenant")))
                    .with("Access-Control-Allow-Origin", "*")
                    .with("Access-Control-Allow-Methods", "GET, OPTIONS");
        });
    }

    private @Nullable Response faulty(Area area, Request request, Handler handler) throws InterruptedException {
        Fault fault = faults.next(area);
        return switch (fault) {
            case null -> handler.answer();
            case Fault.Status status -> {
                Response failed = failed(area, status.code());
                yield status.retryAfterSeconds() > 0
                        ? failed.with("Retry-After", Integer.toString(status.retryAfterSeconds()))
                        : failed;
            }
            case Fault.DoneButStatus done -> {
                handler.answer();
                yield failed(area, done.code());
            }
            case Fault.Slow slow -> {
                Thread.sleep(slow.delay());
                yield handler.answer();
            }
            case Fault.Hang hang -> {
                hang.released().await();
                yield null;
            }
            case Fault.Cut cut -> {
                handler.answer();
                yield null;
            }
            case Fault.Garbage ignored -> Response.text(200, "{\"keys\":[{\"kty\"");
            case Fault.Aadsts wanted ->
                area == Area.GRAPH || area == Area.GRAPH_WRITES
                        ? claimsChallenge(wanted)
                        : errors.json(request, EntraErrors.injected(wanted.aadsts(), wanted.claims()));
        };
    }

    /** Graph's own errors are JSON ([D] microsoft-graph-docs-contrib {@code concepts/errors.md}, {@code throttling.md}). */
    private static Response failed(Area area, int status) {
        boolean ofGraph = area == Area.GRAPH || area == Area.GRAPH_WRITES;
        if (!ofGraph) {
            return Response.text(status, "A fault that was asked for.\n");
        }
        String code = switch (status) {
            case 429 -> "TooManyRequests";
            case 502 -> "BadGateway";
            case 503 -> "ServiceUnavailable";
            case 504 -> "GatewayTimeout";
            default -> "generalException";
        };
        return Response.json(status, Map.of("error", Map.of("code", code, "message", "A fault that was asked for.")));
    }

    /** Continuous access evaluation at Graph (fact sheet §6.1, [D] app-resilience-continuous-access-evaluation.md). */
    private static Response claimsChallenge(Fault.Aadsts wanted) {
        String claims = wanted.claims() == null ? "{}" : wanted.claims();
        String encoded = Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        return Response.text(401, "A fault that was asked for.\n")
                .with(
                        "WWW-Authenticate",
                        "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\","
                                + " error=\"insufficient_claims\", claims=\"" + encoded + "\"");
    }

    @FunctionalInterface
    private interface Handler {
        @Nullable
        Response answer() throws InterruptedException;
    }
}
