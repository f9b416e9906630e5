package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.http.Params;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The v2 token endpoint (fact sheet §2.2, [D] v2-oauth2-auth-code-flow.md). Safe for any thread. */
public final class TokenEndpoint {

    private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
    private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private final Realm realm;
    private final ErrorResponses errors;
    private final CodeGrants codes;
    private final AppGrants apps;
    private final OnBehalfOf onBehalfOf;

    /** For one emulator. */
    public TokenEndpoint(Realm realm, SignInState state, ErrorResponses errors) {
        this.realm = realm;
        this.errors = errors;
        ClientAuthentication clients = new ClientAuthentication(realm);
        TokenIssuer issuer = new TokenIssuer(realm, state);
        this.codes = new CodeGrants(realm, state, clients, issuer);
        this.apps = new AppGrants(realm, clients, issuer);
        this.onBehalfOf = new OnBehalfOf(realm, state, clients, issuer);
    }

    /** Answers a request to the tenant's token endpoint. */
    public Response answer(Request request, String tenant) {
        if (request.method().equals("OPTIONS")) {
            return crossOrigin(
                    Response.empty(200)
                            .with("Access-Control-Allow-Methods", "POST, OPTIONS")
                            .with("Access-Control-Allow-Headers", "*"),
                    request.header("Origin"));
        }
        try {
            Issued issued = issue(request, tenant);
            Response response =
                    ErrorResponses.identified(Response.json(200, issued.body()), errors.trace(request), request);
            return issued.crossOrigin() ? crossOrigin(response, request.header("Origin")) : response;
        } catch (EntraException e) {
            return errors.json(request, e.error());
        }
    }

    /**
     * A success.
     *
     * @param body members of the answer
     * @param crossOrigin whether pages of other origins may read it
     */
    record Issued(Map<String, Object> body, boolean crossOrigin) {}

    /**
     * What every grant needs of a request.
     *
     * @param authority tenant of the URL
     * @param form body
     * @param presented who the client says it is
     * @param origin {@code Origin} header; null for none
     */
    record TokenRequest(
            Authority authority,
            Params form,
            ClientAuthentication.Presented presented,
            @Nullable String origin) {

        String required(String name) {
            String value = form.get(name);
            if (value == null) {
                throw new EntraException(EntraErrors.missing(name));
            }
            return value;
        }

        boolean clientInfo() {
            return "1".equals(form.get("client_info"));
        }
    }

    private Issued issue(Request request, String tenant) {
        if (!request.method().equals("POST")) {
            throw new EntraException(EntraErrors.methodNotAllowed(request.method()));
        }
        Authority authority = Authority.of(realm.directory(), tenant);
        // A body of another type has no parameters, so what is missing is named.
        Params form = request.isForm() ? request.form() : Params.parse(null);
        if (form.malformed()) {
            throw new EntraException(EntraErrors.malformed());
        }
        String grantType = form.get("grant_type");
        if (grantType == null) {
            throw new EntraException(EntraErrors.missing("grant_type"));
        }
        TokenRequest token = new TokenRequest(
                authority, form, ClientAuthentication.presented(request, form), request.header("Origin"));
        return switch (grantType) {
            case "authorization_code" -> codes.redeem(token);
            case "refresh_token" -> codes.refresh(token);
            case "client_credentials" -> apps.clientCredentials(token);
            case JWT_BEARER -> onBehalfOf.exchange(token);
            case DEVICE_CODE, "device_code" -> codes.poll(token);
            default -> throw new EntraException(EntraErrors.unsupportedGrant(grantType));
        };
    }

    private static Response crossOrigin(Response response, @Nullable String origin) {
        return origin == null
                ? response
                : response.with("Access-Control-Allow-Origin", origin).with("Vary", "Origin");
    }
}
