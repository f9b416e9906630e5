package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Reads of the tenant itself, its users and groups, and directory roles ([D] microsoft-graph-docs-contrib
 * {@code api-reference/v1.0/api/}: organization-list, user-list, group-list, user-list-transitivememberof).
 */
final class TenantResource {

    private final GraphContext context;
    private final UnaryOperator<User> current;

    TenantResource(GraphContext context, UnaryOperator<User> current) {
        this.context = context;
        this.current = current;
    }

    Response organization(Request request, GraphCaller caller) {
        new Rights(caller, context.policy()).readOrganization();
        Tenant tenant = caller.tenant();
        ObjectNode json = ObjectJson.object()
                .put("id", tenant.id())
                .putNull("deletedDateTime")
                .put("displayName", tenant.displayName())
                .put("tenantType", "AAD");
        json.putArray("verifiedDomains")
                .addObject()
                .put("capabilities", "Email, OfficeCommunicationsOnline")
                .put("isDefault", true)
                .put("isInitial", tenant.domain().endsWith(".onmicrosoft.com"))
                .put("name", tenant.domain())
                .put("type", "Managed");
        return ObjectQuery.of(request).page(context.origin(), "organization", List.of(json));
    }

    Response users(Request request, GraphCaller caller) {
        new Rights(caller, context.policy()).readUsers();
        List<ObjectNode> users = caller.tenant().users().stream()
                .map(current)
                .map(user -> ObjectJson.object()
                        .put("displayName", user.name())
                        .put("mail", user.email())
                        .put("userPrincipalName", user.upn())
                        .put("id", user.oid()))
                .toList();
        return ObjectQuery.of(request).page(context.origin(), "users", users);
    }

    Response groups(Request request, GraphCaller caller) {
        new Rights(caller, context.policy()).readGroups();
        List<ObjectNode> groups =
                caller.tenant().groups().stream().map(TenantResource::group).toList();
        return ObjectQuery.of(request).page(context.origin(), "groups", groups);
    }

    static ObjectNode group(Group group) {
        ObjectNode json = ObjectJson.object().put("id", group.id()).putNull("deletedDateTime");
        json.put("displayName", group.name());
        json.putArray("groupTypes");
        return json.put("mailEnabled", false).put("securityEnabled", true);
    }

    /** Directory roles of a user, whose ids are made of the tenant's and the template's. */
    Response directoryRoles(Request request, Tenant tenant, User user) {
        List<ObjectNode> roles =
                user.roles().stream().map(role -> role(tenant, role)).toList();
        return ObjectQuery.of(request).page(context.origin(), "directoryRoles", roles);
    }

    /** Groups and directory roles that a user is directly in. */
    Response memberOf(Request request, Tenant tenant, User user) {
        Stream<ObjectNode> groups = tenant.groups().stream()
                .filter(group -> user.groups().contains(group.id()))
                .map(group -> typed("group", group(group)));
        Stream<ObjectNode> roles = user.roles().stream().map(role -> typed("directoryRole", role(tenant, role)));
        return ObjectQuery.of(request)
                .page(
                        context.origin(),
                        "directoryObjects",
                        Stream.concat(groups, roles).toList());
    }

    private static ObjectNode typed(String type, ObjectNode json) {
        ObjectNode typed = ObjectJson.object().put("@odata.type", "#microsoft.graph." + type);
        typed.setAll(json);
        return typed;
    }

    private static ObjectNode role(Tenant tenant, DirectoryRole role) {
        return ObjectJson.object()
                .put("id", ObjectJson.derivedId(tenant.id(), role.templateId()))
                .putNull("deletedDateTime")
                .put("description", role.displayName())
                .put("displayName", role.displayName())
                .put("roleTemplateId", role.templateId());
    }
}
