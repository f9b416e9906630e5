package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.oauth.RequestedScopes.Api;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Resolves `scope` and `resource` (fact sheet §2.3 and §2.8, [D] scopes-oidc.md and secure-mcp-server page of 2026-09). */
final class ScopeRules {

    private static final Pattern TOKEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");
    private static final int MAX_SCOPES = 100;
    private static final String DEFAULT = ".default";

    private final Realm realm;

    ScopeRules(Realm realm) {
        this.realm = realm;
    }

    /**
     * Resolves a scope parameter.
     *
     * @param resource the `resource` parameter; null for none
     * @throws EntraException when anything in it is wrong
     */
    RequestedScopes resolve(Tenant tenant, AppRegistration client, String scope, @Nullable String resource) {
        Set<String> oidc = new LinkedHashSet<>();
        Map<String, Draft> drafts = new LinkedHashMap<>();
        String[] tokens = scope.strip().split("\\s+");
        if (tokens.length > MAX_SCOPES) {
            throw new EntraException(EntraErrors.invalidScope(tokens.length + " scopes"));
        }
        for (String token : tokens) {
            if (!TOKEN.matcher(token).matches()) {
                throw new EntraException(EntraErrors.invalidScope(token));
            }
            if (RequestedScopes.OIDC.contains(token)) {
                oidc.add(token);
            } else {
                add(tenant, token, drafts);
            }
        }
        checkResource(drafts, resource);
        List<Api> apis = new ArrayList<>();
        for (Draft draft : drafts.values()) {
            apis.add(complete(client, draft));
        }
        return new RequestedScopes(oidc, apis);
    }

    private void add(Tenant tenant, String token, Map<String, Draft> drafts) {
        int slash = token.lastIndexOf('/');
        String prefix = slash < 0 ? "" : token.substring(0, slash);
        String name = token.substring(slash + 1);
        if (slash == 0 || name.isEmpty()) {
            throw new EntraException(EntraErrors.invalidScope(token));
        }
        AppRegistration api = slash < 0
                ? FirstPartyApps.GRAPH
                : realm.resource(tenant, prefix)
                        .orElseThrow(
                                () -> new EntraException(EntraErrors.resourceNotFound(prefix, tenant.displayName())));
        drafts.computeIfAbsent(api.appId(), id -> new Draft(api, prefix, new LinkedHashSet<>()))
                .names()
                .add(name);
    }

    private void checkResource(Map<String, Draft> drafts, @Nullable String resource) {
        if (resource == null || realm.resourceMode() == ResourceMode.IGNORE) {
            return;
        }
        if (realm.resourceMode() == ResourceMode.LEGACY_901002) {
            throw new EntraException(EntraErrors.resourceNotSupported());
        }
        boolean matches = drafts.size() == 1
                && drafts.values().iterator().next().app().identifierUris().contains(resource);
        if (!matches) {
            throw new EntraException(EntraErrors.resourceMismatch());
        }
    }

    private static Api complete(AppRegistration client, Draft draft) {
        AppRegistration api = draft.app();
        boolean isDefault = draft.names().contains(DEFAULT);
        if (isDefault && draft.names().size() > 1) {
            throw new EntraException(EntraErrors.invalidScope(draft.prefix() + "/" + DEFAULT));
        }
        if (!isDefault) {
            for (String name : draft.names()) {
                if (api.scope(name).isEmpty()) {
                    throw new EntraException(EntraErrors.scopeNotFound(client, name, api));
                }
            }
        }
        if (!api.enabled()) {
            throw new EntraException(EntraErrors.resourceDisabled(draft.prefix()));
        }
        boolean named = !draft.prefix().equals(api.appId()) && !draft.prefix().equals("api://" + api.appId());
        if (client.appId().equals(api.appId()) && named) {
            throw new EntraException(EntraErrors.tokenForItself(client));
        }
        return new Api(api, draft.prefix(), isDefault ? List.of() : List.copyOf(draft.names()), isDefault);
    }

    private record Draft(AppRegistration app, String prefix, Set<String> names) {}
}
