package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.http.Params;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the person at the browser has done so far, taken from the page's own form only: fields of a form that another
 * site posts here do not count.
 *
 * @param user picked user, by object id or name; null for none yet
 * @param mfa whether the second factor was approved
 * @param action pressed button; null for none
 */
record Interaction(
        @Nullable String user, boolean mfa, @Nullable String action) {

    static Interaction of(Request request, Params form) {
        String origin = request.header("Origin");
        String host = request.header("Host");
        // By the host that the browser used: localhost and 127.0.0.1 both lead here.
        boolean same = origin == null || origin.equals("http://" + host) || origin.equals("https://" + host);
        boolean own = request.method().equals("POST") && same;
        return own
                ? new Interaction(form.get(Pages.USER), "1".equals(form.get(Pages.MFA)), form.get(Pages.ACTION))
                : new Interaction(null, false, null);
    }

    boolean pressed(String name) {
        return name.equals(action);
    }

    /** The enabled user with this object id or name in one of the tenants; null for none. */
    static @Nullable SignIn find(
            SignInState state, List<Tenant> tenants, String user, boolean mfa, java.time.Instant now) {
        for (Tenant tenant : tenants) {
            User found =
                    tenant.user(user).map(state::current).filter(User::enabled).orElse(null);
            if (found != null) {
                return new SignIn(tenant, found, mfa, now);
            }
        }
        return null;
    }

    /**
     * The consent that is still to be given, as a page; null when there is nothing to ask.
     *
     * @param force whether to ask although everything is granted
     */
    static @Nullable Response consentPage(
            SignInState state,
            SignIn signIn,
            AppRegistration client,
            RequestedScopes scopes,
            boolean force,
            Pages.Form form) {
        List<String> shown = new ArrayList<>();
        boolean missing = false;
        for (RequestedScopes.Api asked : scopes.apis()) {
            List<String> open = state.consents.missing(signIn.tenant(), signIn.user(), client, asked);
            missing |= !open.isEmpty();
            for (String name : open) {
                if (asked.app().scope(name).filter(scope -> scope.adminOnly()).isPresent()
                        && !mayConsentForAll(signIn.user())) {
                    throw new EntraException(EntraErrors.adminNeeded(client));
                }
            }
            List<String> names = asked.isDefault() && open.isEmpty() ? List.of(".default") : open;
            (force && !asked.isDefault() ? asked.names() : names)
                    .forEach(name -> shown.add(asked.app().displayName() + ": " + name));
        }
        missing |= !state.consents
                .missing(signIn.tenant(), signIn.user(), client, scopes.oidc())
                .isEmpty();
        if (!missing && !force) {
            return null;
        }
        if (missing && !state.consents.usersMayConsent() && !mayConsentForAll(signIn.user())) {
            throw new EntraException(EntraErrors.adminNeeded(client));
        }
        scopes.oidc().stream().sorted().forEach(shown::add);
        return Pages.consent(signIn.user(), client, shown, signIn.mfa(), form);
    }

    /** Remembers that the user accepted all that was asked. */
    static void accept(SignInState state, SignIn signIn, AppRegistration client, RequestedScopes scopes) {
        boolean may = state.consents.usersMayConsent() || mayConsentForAll(signIn.user());
        if (!may) {
            return;
        }
        List<String> oidc = state.consents.missing(signIn.tenant(), signIn.user(), client, scopes.oidc());
        if (!oidc.isEmpty()) {
            state.consents.grant(signIn.tenant(), signIn.user(), client, FirstPartyApps.GRAPH, oidc);
        }
        for (RequestedScopes.Api asked : scopes.apis()) {
            List<String> open = state.consents.missing(signIn.tenant(), signIn.user(), client, asked);
            boolean adminOnly = open.stream()
                    .anyMatch(name -> asked.app()
                            .scope(name)
                            .filter(scope -> scope.adminOnly())
                            .isPresent());
            if (!open.isEmpty() && (!adminOnly || mayConsentForAll(signIn.user()))) {
                state.consents.grant(signIn.tenant(), signIn.user(), client, asked.app(), open);
            }
        }
    }

    /** [D] entra-docs {@code grant-admin-consent.md}: who may consent to delegated permissions of any API. */
    static boolean mayConsentForAll(User user) {
        return user.isAnyOf(
                DirectoryRole.GlobalAdministrator,
                DirectoryRole.PrivilegedRoleAdministrator,
                DirectoryRole.ApplicationAdministrator,
                DirectoryRole.CloudApplicationAdministrator);
    }
}
