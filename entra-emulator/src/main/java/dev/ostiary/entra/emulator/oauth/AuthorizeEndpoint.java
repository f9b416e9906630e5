package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.http.Params;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The v2 authorization endpoint (fact sheet §2.1, [D] v2-oauth2-auth-code-flow.md and v2-protocols-oidc.md): code flow
 * only. Safe for any thread.
 */
public final class AuthorizeEndpoint {

    private static final Set<String> PROMPTS = Set.of("login", "none", "consent", "select_account", "create");
    private static final Set<String> MODES = Set.of("query", "fragment", "form_post");

    private final Realm realm;
    private final SignInState state;
    private final ErrorResponses errors;
    private final Sessions sessions;
    private final ScopeRules scopeRules;

    /** For one emulator. */
    public AuthorizeEndpoint(Realm realm, SignInState state, ErrorResponses errors) {
        this.realm = realm;
        this.state = state;
        this.errors = errors;
        this.sessions = new Sessions(realm, state);
        this.scopeRules = new ScopeRules(realm);
    }

    /** Answers a request to the tenant's authorization endpoint: a page or a redirect. */
    public Response answer(Request request, String tenant) {
        Params params = request.method().equals("POST") && request.isForm() ? request.form() : request.query();
        Authority authority;
        AppRegistration client;
        String redirect;
        Platform platform;
        try {
            if (params.malformed()) {
                throw new EntraException(EntraErrors.malformed());
            }
            authority = Authority.of(realm.directory(), tenant);
            client = realm.client(authority, required(params, "client_id"));
            redirect = redirect(client, params.get("redirect_uri"));
            String matched = redirect;
            platform = RedirectUriRules.match(client, redirect)
                    .orElseThrow(() -> new EntraException(ClientErrors.redirectMismatch(matched, client.appId())));
        } catch (EntraException e) {
            return Pages.error(e.error(), errors.trace(request));
        }
        ReplyAddress reply = ReplyAddress.of(redirect, mode(params), params.get("state"));
        try {
            return proceed(new Attempt(request, params, authority, client, platform, reply));
        } catch (EntraException e) {
            if (e.error().aadsts() == 90094) {
                return Pages.error(e.error(), errors.trace(request));
            }
            return errors.redirect(request, reply, e.error());
        }
    }

    private record Attempt(
            Request request,
            Params params,
            Authority authority,
            AppRegistration client,
            Platform platform,
            ReplyAddress reply) {

        String prompt() {
            return params.get("prompt", "");
        }

        /** A form that repeats the request, without the fields of earlier pages. */
        Pages.Form form() {
            Map<String, String> hidden = new LinkedHashMap<>();
            params.all().forEach((name, value) -> {
                if (!name.startsWith("_")) {
                    hidden.put(name, value);
                }
            });
            return new Pages.Form("/" + authority.segment() + "/oauth2/v2.0/authorize", hidden);
        }
    }

    private Response proceed(Attempt attempt) {
        Params params = attempt.params();
        checkResponseType(params);
        String scope = required(params, "scope");
        checkChallenge(attempt);
        if (realm.isDocument(params.get("client_id")) && params.get("code_challenge") == null) {
            // "Authorization code with PKCE" is what the preview's page names, without an error for anything else.
            throw new EntraException(EntraErrors.missing("code_challenge"));
        }
        if (!attempt.prompt().isEmpty() && !PROMPTS.contains(attempt.prompt())) {
            throw new EntraException(EntraErrors.invalid("prompt"));
        }
        ClaimsRequest claims = ClaimsRequest.parse(params.get("claims"));
        List<Tenant> tenants = tenants(attempt.authority());
        // Before any page, as Entra does: a wrong scope or resource never reaches sign-in.
        scopeRules.resolve(tenants.getFirst(), attempt.client(), scope, params.get("resource"));
        Interaction interaction = Interaction.of(attempt.request(), params);
        if (interaction.pressed("cancel")) {
            return attempt.reply().cancelled();
        }
        SignIn signIn = signIn(attempt, interaction, tenants);
        if (signIn == null) {
            boolean unknown = interaction.user() != null;
            return Pages.pickUser(tenants, attempt.client(), unknown ? interaction.user() : null, attempt.form());
        }
        boolean stepUp = signIn.user().mfaRequired() || !claims.contexts().isEmpty();
        if (stepUp && !signIn.mfa()) {
            if (attempt.prompt().equals("none")) {
                throw new EntraException(
                        GrantErrors.multiFactor(attempt.client().appId()));
            }
            return Pages.secondFactor(signIn.user(), attempt.form());
        }
        RequestedScopes scopes = scopeRules.resolve(signIn.tenant(), attempt.client(), scope, params.get("resource"));
        Response consent = consent(attempt, interaction, signIn, scopes);
        if (consent != null) {
            return sessions.remember(attempt.request(), signIn, consent);
        }
        return sessions.remember(attempt.request(), signIn, code(attempt, signIn, scope, claims));
    }

    /** Tokens from this endpoint come in the fragment unless asked for otherwise, and so does their refusal. */
    private static @Nullable String mode(Params params) {
        String mode = params.get("response_mode");
        return mode == null && params.get("response_type", "code").contains("token") ? "fragment" : mode;
    }

    private static void checkResponseType(Params params) {
        String type = required(params, "response_type");
        if (!type.equals("code")) {
            throw new EntraException(EntraError.of(
                    700054,
                    "unsupported_response_type",
                    "response_type '" + type + "' is not enabled for the application."));
        }
        String mode = params.get("response_mode");
        if (mode != null && !MODES.contains(mode)) {
            throw new EntraException(EntraError.of(
                    70007,
                    "unsupported_response_mode",
                    "'" + mode + "' is not a supported value of 'response_mode' when requesting a token."));
        }
    }

    private static void checkChallenge(Attempt attempt) {
        String challenge = attempt.params().get("code_challenge");
        String method = attempt.params().get("code_challenge_method");
        if (challenge == null) {
            if (method != null) {
                throw new EntraException(EntraErrors.missing("code_challenge"));
            }
            return;
        }
        boolean s256 = "S256".equals(method);
        if (method != null && !s256 && !method.equals("plain")) {
            throw new EntraException(EntraErrors.invalid("code_challenge_method"));
        }
        boolean fits = s256 ? challenge.length() == 43 : challenge.length() >= 43 && challenge.length() <= 128;
        if (!fits) {
            throw new EntraException(GrantErrors.challengeSize());
        }
    }

    private List<Tenant> tenants(Authority authority) {
        Tenant tenant = authority.tenant();
        return tenant == null ? realm.directory().tenants() : List.of(tenant);
    }

    private @Nullable SignIn signIn(Attempt attempt, Interaction interaction, List<Tenant> tenants) {
        String hint = attempt.params().get("login_hint");
        List<SignIn> known = sessions.current(attempt.request()).stream()
                .filter(signIn -> tenants.stream()
                        .anyMatch(tenant -> tenant.id().equals(signIn.tenant().id())))
                .filter(signIn -> hint == null
                        || isUser(signIn, Interaction.find(state, tenants, hint, signIn.mfa(), signIn.at())))
                .toList();
        String picked = interaction.user();
        if (picked != null) {
            return Interaction.find(state, tenants, picked, interaction.mfa(), realm.now());
        }
        String prompt = attempt.prompt();
        if (prompt.equals("none")) {
            if (known.size() != 1) {
                throw new EntraException(EntraError.of(
                        50058, "login_required", "A silent sign-in request was sent but no user is signed in."));
            }
            return known.getFirst();
        }
        if (prompt.equals("login") || prompt.equals("select_account") || prompt.equals("create")) {
            return null;
        }
        if (known.size() == 1) {
            return known.getFirst();
        }
        return hint != null && realm.autoLogin() ? Interaction.find(state, tenants, hint, false, realm.now()) : null;
    }

    private static boolean isUser(SignIn signIn, @Nullable SignIn hinted) {
        return hinted != null
                && hinted.tenant().id().equals(signIn.tenant().id())
                && hinted.user().oid().equals(signIn.user().oid());
    }

    private @Nullable Response consent(
            Attempt attempt, Interaction interaction, SignIn signIn, RequestedScopes scopes) {
        if (interaction.pressed("decline")) {
            throw new EntraException(
                    EntraError.of(65004, "access_denied", "User declined to consent to access the app."));
        }
        if (interaction.pressed("accept")) {
            Interaction.accept(state, signIn, attempt.client(), scopes);
        }
        boolean force = attempt.prompt().equals("consent") && !interaction.pressed("accept");
        Response page = Interaction.consentPage(state, signIn, attempt.client(), scopes, force, attempt.form());
        if (page != null && attempt.prompt().equals("none")) {
            throw new EntraException(EntraErrors.notConsented(attempt.client()).withError("consent_required"));
        }
        return page;
    }

    private Response code(Attempt attempt, SignIn signIn, String scope, ClaimsRequest claims) {
        Params params = attempt.params();
        String value = "1." + realm.opaque().text(300);
        Grant grant = new Grant(signIn, attempt.client().appId(), attempt.platform(), scope, claims);
        state.codes.put(
                value,
                new IssuedCode(
                        grant,
                        params.get("redirect_uri"),
                        params.get("code_challenge"),
                        "S256".equals(params.get("code_challenge_method")),
                        params.get("nonce"),
                        realm.now(),
                        false));
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("code", value);
        if ("1".equals(params.get("client_info"))) {
            answer.put("client_info", TokenIssuer.clientInfo(signIn.tenant(), signIn.user()));
        }
        answer.put("session_state", realm.opaque().guid());
        return attempt.reply().success(answer);
    }

    private static String redirect(AppRegistration client, @Nullable String requested) {
        if (requested != null) {
            return requested;
        }
        AppRegistration.RedirectUris uris = client.redirectUris();
        for (List<String> platform : List.of(uris.web(), uris.spa(), uris.publicClient())) {
            if (!platform.isEmpty()) {
                return platform.getFirst();
            }
        }
        throw new EntraException(ClientErrors.noReplyAddress());
    }

    private static String required(Params params, String name) {
        String value = params.get(name);
        if (value == null) {
            throw new EntraException(EntraErrors.missing(name));
        }
        return value;
    }
}
