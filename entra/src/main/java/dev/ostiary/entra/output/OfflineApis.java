package dev.ostiary.entra.output;

import dev.ostiary.entra.plan.ActualRegistration.Api;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Permission;
import dev.ostiary.entra.registration.KnownApps;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is known of APIs without asking a tenant: Microsoft Graph's permissions, whose ids are the same everywhere. */
public final class OfflineApis {

    private OfflineApis() {}

    /** Permissions that such a file cannot name, one sentence each. */
    static List<String> leftOut(DesiredRegistration desired) {
        return desired.permissions().stream()
                .filter(permission -> !permission.ofGraph()
                        || KnownApps.graphPermission(permission.application(), permission.value()) == null)
                .map(permission -> "Left out, since its id is known to the tenant alone; add it under API permissions: "
                        + permission.value() + " of " + permission.api() + " (" + permission.why() + ")")
                .toList();
    }

    /** By the names that permissions have for them; other APIs are left out. */
    public static Map<String, Api> of(DesiredRegistration desired) {
        Map<String, String> scopes = new TreeMap<>();
        Map<String, String> roles = new TreeMap<>();
        for (Permission permission : desired.permissions()) {
            String id = permission.ofGraph()
                    ? KnownApps.graphPermission(permission.application(), permission.value())
                    : null;
            if (id != null) {
                (permission.application() ? roles : scopes).put(permission.value(), id);
            }
        }
        return Map.of(KnownApps.GRAPH, new Api(KnownApps.GRAPH, "", "Microsoft Graph", scopes, roles));
    }
}
