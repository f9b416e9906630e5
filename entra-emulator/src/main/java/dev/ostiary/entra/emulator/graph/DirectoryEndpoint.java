package dev.ostiary.entra.emulator.graph;

import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import java.util.List;
import java.util.Set;

/**
 * The part of Graph that registers apps: applications, also deleted ones, service principals, permission grants and role assignments. Every request
 * is answered under the lock of the directory, so that it sees and makes one consistent change or none.
 */
final class DirectoryEndpoint {

    private static final Set<String> SETS =
            Set.of("applications", "servicePrincipals", "oauth2PermissionGrants", "directory");

    private final LiveDirectory live;
    private final TenantPolicy policy;
    private final ApplicationsResource applications;
    private final ServicePrincipalsResource principals;
    private final GrantsResource grants;
    private final DeletedItemsResource deleted;

    DirectoryEndpoint(LiveDirectory live, GraphContext context) {
        this.live = live;
        this.policy = context.policy();
        this.applications = new ApplicationsResource(live, context);
        AssignmentsResource assignments = new AssignmentsResource(context);
        this.principals = new ServicePrincipalsResource(live, context, assignments);
        this.grants = new GrantsResource(context);
        this.deleted = new DeletedItemsResource(context);
    }

    /** Whether a path is served here. */
    static boolean serves(List<String> path) {
        return !path.isEmpty() && SETS.contains(Call.setOf(path.getFirst()));
    }

    Response answer(Request request, GraphCaller caller, List<String> path) {
        boolean reads = request.method().equals("GET");
        Rights rights = new Rights(caller, policy);
        String tenant = caller.tenant().id();
        return reads
                ? live.read(tenant, objects -> dispatch(Call.of(request, caller, rights, path, objects)))
                : live.write(tenant, objects -> dispatch(Call.of(request, caller, rights, path, objects)));
    }

    private Response dispatch(Call call) {
        return switch (call.set()) {
            case "applications" -> applications.answer(call);
            case "servicePrincipals" -> principals.answer(call);
            case "oauth2PermissionGrants" -> grants.answer(call);
            case "directory" -> deleted.answer(call);
            default -> throw call.notHere();
        };
    }
}
