package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.Scope;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.http.Params;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sign-out (fact sheet §6.4), an administrator's consent (§5.6) and the instance discovery that MSAL begins with (§1.2).
 */
public final class TenantPages {

    private final Realm realm;
    private final SignInState state;
    private final ErrorResponses errors;
    private final Sessions sessions;

    /** For one emulator. */
    public TenantPages(Realm realm, SignInState state, ErrorResponses errors) {
        this.realm = realm;
        this.state = state;
        this.errors = errors;
        this.sessions = new Sessions(realm, state);
    }

    /** {@code GET|POST /{tenant}/oauth2/v2.0/logout}: ends the browser's session. */
    public Response logout(Request request) {
        Params params = request.method().equals("POST") && request.isForm() ? request.form() : request.query();
        String target = params.get("post_logout_redirect_uri", "");
        boolean registered = !target.isEmpty()
                && realm.directory().tenants().stream()
                        .flatMap(tenant -> tenant.apps().stream())
                        .anyMatch(app -> RedirectUriRules.match(app, target).isPresent());
        Response response = registered
                ? Response.redirect(target)
                : Pages.page(200, "You signed out of your account", "<p>It's a good idea to close all windows.</p>");
        return sessions.forget(request, response);
    }

    /** {@code GET|POST /{tenant}/adminconsent}: a page that consents for everybody to every API of the tenant. */
    public Response adminConsent(Request request, String segment) {
        Params params = request.method().equals("POST") && request.isForm() ? request.form() : request.query();
        try {
            if (params.malformed()) {
                throw new EntraException(EntraErrors.malformed());
            }
            Authority authority = Authority.of(realm.directory(), segment);
            Tenant tenant = authority.tenant();
            if (tenant == null) {
                throw new EntraException(EntraErrors.tenantNotFound(segment));
            }
            AppRegistration client = realm.client(authority, params.get("client_id", ""));
            String redirect = params.get("redirect_uri", "");
            if (RedirectUriRules.match(client, redirect).isEmpty()) {
                throw new EntraException(ClientErrors.redirectMismatch(redirect, client.appId()));
            }
            ReplyAddress reply = ReplyAddress.of(redirect, null, params.get("state"));
            Interaction interaction = Interaction.of(request, params);
            Response first = administrator(request, params, segment, tenant, client, interaction);
            if (first != null && !interaction.pressed("cancel")) {
                return first;
            }
            if (interaction.pressed("accept")) {
                grantAll(tenant, client);
                return reply.success(Map.of("tenant", tenant.id(), "admin_consent", "True"));
            }
            if (interaction.pressed("cancel")) {
                return errors.redirect(
                        request, reply, EntraError.of(65004, "permission_denied", "The admin canceled the request."));
            }
            Map<String, String> hidden = hidden(params);
            if (interaction.user() != null) {
                hidden.put(Pages.USER, interaction.user());
            }
            return Pages.page(
                    200,
                    "Permissions requested: accept for your organization",
                    "<p><strong>" + Pages.escape(client.displayName())
                            + "</strong> would like to use every API of this tenant for all of its users.</p>"
                            + new Pages.Form("/" + segment + "/adminconsent", hidden).open()
                            + Pages.action("accept", "Accept", true)
                            + Pages.action("cancel", "Cancel", false)
                            + "</form>");
        } catch (EntraException e) {
            return Pages.error(e.error(), errors.trace(request));
        }
    }

    private static Map<String, String> hidden(Params params) {
        Map<String, String> hidden = new LinkedHashMap<>();
        params.all().forEach((name, value) -> {
            if (!name.startsWith("_")) {
                hidden.put(name, value);
            }
        });
        return hidden;
    }

    /**
     * The page for a user who may not do this, or nobody yet; null for one who may. Tenants whose users have no directory roles do
     * not ask, as before there were any.
     */
    private @Nullable Response administrator(
            Request request,
            Params params,
            String segment,
            Tenant tenant,
            AppRegistration client,
            Interaction interaction) {
        if (tenant.users().stream().allMatch(user -> user.roles().isEmpty())) {
            return null;
        }
        String picked = interaction.user();
        SignIn signIn = picked == null
                ? null
                : Interaction.find(state, List.of(tenant), picked, interaction.mfa(), realm.now());
        if (signIn == null) {
            Pages.Form form = new Pages.Form("/" + segment + "/adminconsent", hidden(params));
            return Pages.pickUser(List.of(tenant), client, picked, form);
        }
        return Interaction.mayConsentForAll(signIn.user())
                ? null
                : Pages.error(EntraErrors.adminNeeded(client), errors.trace(request));
    }

    private void grantAll(Tenant tenant, AppRegistration client) {
        if (state.consents.grantRequired(tenant, client)) {
            return;
        }
        Stream.concat(tenant.apps().stream(), Stream.of(FirstPartyApps.GRAPH))
                .forEach(api -> state.consents.grant(
                        tenant,
                        null,
                        client,
                        api,
                        api.oauth2PermissionScopes().stream().map(Scope::value).toList()));
    }

    /** {@code GET /common/discovery/instance}: this host is a valid one, others are not. */
    public Response instance(Request request) {
        String endpoint = request.query().get("authorization_endpoint", "");
        String origin = realm.issuers().loginOrigin();
        if (!endpoint.startsWith(origin + "/")) {
            return errors.json(request, EntraError.of(50049, "invalid_instance", "Unknown or invalid instance."));
        }
        String host = origin.substring(origin.indexOf("://") + 3);
        String[] path = endpoint.substring(origin.length() + 1).split("/", 2);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("tenant_discovery_endpoint", origin + "/" + path[0] + "/v2.0/.well-known/openid-configuration");
        body.put("api-version", "1.1");
        body.put(
                "metadata",
                List.of(Map.of("preferred_network", host, "preferred_cache", host, "aliases", List.of(host))));
        return Response.json(200, body);
    }
}
