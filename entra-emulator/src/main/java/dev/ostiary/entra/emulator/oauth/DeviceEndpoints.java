package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.http.Params;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The device authorization endpoint and its page (fact sheet §5.7, [D] v2-oauth2-device-code.md). */
public final class DeviceEndpoints {

    private static final String CODE = "user_code";
    private static final String ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final int CODE_LENGTH = 9;

    private final Realm realm;
    private final SignInState state;
    private final ErrorResponses errors;
    private final ScopeRules scopeRules;

    /** For one emulator. */
    public DeviceEndpoints(Realm realm, SignInState state, ErrorResponses errors) {
        this.realm = realm;
        this.state = state;
        this.errors = errors;
        this.scopeRules = new ScopeRules(realm);
    }

    /** {@code POST /{tenant}/oauth2/v2.0/devicecode}. */
    public Response start(Request request, String tenant) {
        try {
            if (!request.method().equals("POST")) {
                throw new EntraException(EntraErrors.methodNotAllowed(request.method()));
            }
            Params form = request.isForm() ? request.form() : Params.parse(null);
            if (form.malformed()) {
                throw new EntraException(EntraErrors.malformed());
            }
            Authority authority = Authority.of(realm.directory(), tenant);
            String clientId = form.get("client_id");
            String scope = form.get("scope");
            if (clientId == null || scope == null) {
                throw new EntraException(EntraErrors.missing(clientId == null ? "client_id" : "scope"));
            }
            AppRegistration client = realm.client(authority, clientId);
            scopeRules.resolve(tenants(authority).getFirst(), client, scope, null);
            String deviceCode = "1." + realm.opaque().text(150);
            String userCode = userCode();
            Instant expiry = realm.now().plus(DeviceCode.LIFETIME);
            state.deviceCodes.put(deviceCode, DeviceCode.fresh(authority, client.appId(), scope, userCode, expiry));
            String page = realm.issuers().loginOrigin() + "/devicelogin";
            Map<String, Object> body = new LinkedHashMap<>();
            body.put(CODE, userCode);
            body.put("device_code", deviceCode);
            body.put("verification_uri", page);
            body.put("expires_in", DeviceCode.LIFETIME.toSeconds());
            body.put("interval", DeviceCode.INTERVAL.toSeconds());
            body.put(
                    "message",
                    "To sign in, use a web browser to open the page " + page + " and enter the code " + userCode
                            + " to authenticate.");
            return ErrorResponses.identified(Response.json(200, body), errors.trace(request), request);
        } catch (EntraException e) {
            return errors.json(request, e.error());
        }
    }

    /** {@code /devicelogin}: the code, then the user, then the consent. */
    public Response page(Request request) {
        Params form = request.method().equals("POST") && request.isForm() ? request.form() : Params.parse(null);
        String typed = form.get(CODE, "").strip().toUpperCase(Locale.ROOT);
        DeviceCode code = state.deviceCodes
                .first(found -> found.userCode().equals(typed))
                .filter(found -> realm.now().isBefore(found.expiresAt()) && found.signIn() == null && !found.declined())
                .orElse(null);
        if (code == null || form.malformed()) {
            return askForCode(typed);
        }
        try {
            return proceed(request, form, code);
        } catch (EntraException e) {
            return Pages.error(e.error(), errors.trace(request));
        }
    }

    private Response proceed(Request request, Params form, DeviceCode code) {
        Interaction interaction = Interaction.of(request, form);
        AppRegistration client = realm.client(code.authority(), code.clientId());
        Pages.Form next = new Pages.Form("/devicelogin", Map.of(CODE, code.userCode()));
        if (interaction.pressed("cancel") || interaction.pressed("decline")) {
            update(code, code.refused());
            return Pages.page(200, "Sign-in cancelled", "<p>You may now close this window.</p>");
        }
        List<Tenant> tenants = tenants(code.authority());
        String user = interaction.user();
        SignIn signIn = user == null ? null : Interaction.find(state, tenants, user, interaction.mfa(), realm.now());
        if (signIn == null) {
            return Pages.pickUser(tenants, client, user, next);
        }
        if (signIn.user().mfaRequired() && !signIn.mfa()) {
            return Pages.secondFactor(signIn.user(), next);
        }
        RequestedScopes scopes = scopeRules.resolve(signIn.tenant(), client, code.scope(), null);
        if (interaction.pressed("accept")) {
            Interaction.accept(state, signIn, client, scopes);
        }
        Response consent = Interaction.consentPage(state, signIn, client, scopes, false, next);
        if (consent != null) {
            return consent;
        }
        update(code, code.approvedBy(signIn));
        return Pages.page(
                200,
                "You have signed in to " + client.displayName() + " on your device",
                "<p>You may now close this window.</p>");
    }

    private void update(DeviceCode before, DeviceCode after) {
        state.deviceCodes.replaceFirst(before, after);
    }

    private static Response askForCode(String typed) {
        String wrong =
                typed.isEmpty() ? "" : "<p role=\"alert\">That code didn't work. Check the code and try again.</p>";
        return Pages.page(
                200,
                "Enter code to allow access",
                wrong + new Pages.Form("/devicelogin", Map.of()).open()
                        + "<label for=\"code\">Code shown on your device</label>"
                        + "<input type=\"text\" id=\"code\" name=\"" + CODE
                        + "\" autocomplete=\"off\" maxlength=\"20\" required>"
                        + "<button class=\"main\" type=\"submit\">Next</button></form>");
    }

    private List<Tenant> tenants(Authority authority) {
        Tenant tenant = authority.tenant();
        return tenant == null
                ? realm.directory().tenants()
                : List.of(realm.live().current(tenant));
    }

    private String userCode() {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < CODE_LENGTH; i++) {
            code.append(ALPHABET.charAt(realm.opaque().between(0, ALPHABET.length() - 1)));
        }
        return code.toString();
    }
}
