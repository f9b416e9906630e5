package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import java.util.List;
import java.util.Set;

/**
 * What a `scope` parameter asks for, resolved against a tenant.
 *
 * @param oidc OpenID Connect scopes among it
 * @param apis the rest by API, in the order of the request
 */
record RequestedScopes(Set<String> oidc, List<Api> apis) {

    static final Set<String> OIDC = Set.of("openid", "profile", "email", "offline_access");

    RequestedScopes {
        oidc = Set.copyOf(oidc);
        apis = List.copyOf(apis);
    }

    boolean openid() {
        return oidc.contains("openid");
    }

    boolean offline() {
        return oidc.contains("offline_access");
    }

    /**
     * Scopes of one API.
     *
     * @param app the API
     * @param prefix how the request named it; empty for unprefixed Graph scopes
     * @param names short names
     * @param isDefault whether `.default` was asked for; then there are no names
     */
    record Api(AppRegistration app, String prefix, List<String> names, boolean isDefault) {
        Api {
            names = List.copyOf(names);
        }
    }
}
