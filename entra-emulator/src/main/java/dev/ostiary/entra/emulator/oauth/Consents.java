package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.Scope;
import dev.ostiary.entra.emulator.directory.Consent;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.objects.Grants;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who consented to what: the directory's grants, pre-authorisations, and those given since the start (at most 10,000).
 * Safe for any thread.
 */
final class Consents {

    private final BoundedStore<Set<String>> given = new BoundedStore<>(10_000);
    private final LiveDirectory live;
    private final Clock clock;
    private final boolean usersMayConsent;

    /** @param usersMayConsent whether users may consent for themselves */
    Consents(LiveDirectory live, Clock clock, boolean usersMayConsent) {
        this.live = live;
        this.clock = clock;
        this.usersMayConsent = usersMayConsent;
    }

    /** Whether users may consent for themselves. */
    boolean usersMayConsent() {
        return usersMayConsent;
    }

    /** Short names of the scopes that the client may have at the API for this user. */
    Set<String> granted(Tenant tenant, User user, AppRegistration client, AppRegistration api) {
        Set<String> granted = new LinkedHashSet<>();
        boolean own = client.appId().equals(api.appId());
        Set<String> inDirectory = inDirectory(live.current(tenant), user, client, api);
        for (Scope scope : api.oauth2PermissionScopes()) {
            if (own
                    || api.preAuthorizes(client.appId(), scope.value())
                    || inDirectory.contains(scope.value())
                    || inDirectory.contains("*")) {
                granted.add(scope.value());
            }
        }
        granted.addAll(given.get(key(tenant, user, client, api)).orElse(Set.of()));
        granted.addAll(given.get(key(tenant, null, client, api)).orElse(Set.of()));
        return granted;
    }

    private static Set<String> inDirectory(Tenant tenant, User user, AppRegistration client, AppRegistration api) {
        Set<String> scopes = new HashSet<>();
        for (Consent consent : tenant.consents()) {
            boolean forUser = consent.userOid() == null || consent.userOid().equals(user.oid());
            boolean forClient = consent.clientId().equals(client.appId());
            if (forUser && forClient && consent.resourceId().equals(api.appId())) {
                scopes.addAll(consent.scopes());
            }
        }
        return scopes;
    }

    /** Scopes of the request that nobody consented to yet; for `.default` with nothing granted, all that users may. */
    List<String> missing(Tenant tenant, User user, AppRegistration client, RequestedScopes.Api asked) {
        Set<String> granted = granted(tenant, user, client, asked.app());
        if (asked.isDefault()) {
            return granted.isEmpty() ? staticList(asked.app()) : List.of();
        }
        return asked.names().stream().filter(name -> !granted.contains(name)).toList();
    }

    /**
     * OpenID Connect scopes that nobody consented to yet: they are permissions of Microsoft Graph, and asked for like others ([D]
     * scopes-oidc.md). Registrations that the first directory brought and nobody changed need none.
     */
    List<String> missing(Tenant tenant, User user, AppRegistration client, Set<String> oidc) {
        if (oidc.isEmpty() || !live.isMadeOverGraph(tenant.id(), client.appId())) {
            return List.of();
        }
        Set<String> granted = granted(tenant, user, client, FirstPartyApps.GRAPH);
        return oidc.stream().filter(name -> !granted.contains(name)).sorted().toList();
    }

    private static List<String> staticList(AppRegistration api) {
        List<String> forUsers = api.oauth2PermissionScopes().stream()
                .filter(scope -> !scope.adminOnly())
                .map(Scope::value)
                .toList();
        return forUsers.isEmpty()
                ? api.oauth2PermissionScopes().stream().map(Scope::value).toList()
                : forUsers;
    }

    /** Short names that a token for the request carries. */
    List<String> effective(Tenant tenant, User user, AppRegistration client, RequestedScopes.Api asked) {
        Set<String> granted = granted(tenant, user, client, asked.app());
        return asked.isDefault()
                ? List.copyOf(granted)
                : asked.names().stream().filter(granted::contains).toList();
    }

    /** Remembers a consent, in the directory where client and API are objects of it; {@code user} is null for an administrator's. */
    void grant(Tenant tenant, @Nullable User user, AppRegistration client, AppRegistration api, List<String> scopes) {
        String oid = user == null ? null : user.oid();
        boolean kept = live.write(
                tenant.id(), objects -> new Grants(objects, clock).consent(client.appId(), api.appId(), oid, scopes));
        if (kept) {
            return;
        }
        String key = key(tenant, user, client, api);
        Set<String> all = new LinkedHashSet<>(given.get(key).orElse(Set.of()));
        all.addAll(scopes);
        given.put(key, Set.copyOf(all));
    }

    /** Remembers an administrator's consent to all that the client's registration lists; false where it has no such list. */
    boolean grantRequired(Tenant tenant, AppRegistration client) {
        return live.write(tenant.id(), objects -> new Grants(objects, clock).consentToRequired(client.appId()));
    }

    private static String key(Tenant tenant, @Nullable User user, AppRegistration client, AppRegistration api) {
        return tenant.id() + "|" + (user == null ? "*" : user.oid()) + "|" + client.appId() + "|" + api.appId();
    }
}
