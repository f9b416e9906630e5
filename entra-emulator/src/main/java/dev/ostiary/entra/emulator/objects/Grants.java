package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Consent given on a page: a delegated permission grant, and the service principal that it makes for Microsoft's own clients
 * ([D] entra-docs {@code app-objects-and-service-principals.md}: consent creates it).
 */
public final class Grants {

    private final TenantObjects objects;
    private final Clock clock;

    /** For one tenant, under the lock of its directory. */
    public Grants(TenantObjects objects, Clock clock) {
        this.objects = objects;
        this.clock = clock;
    }

    /**
     * Adds scopes to what the client may have.
     *
     * @param userOid who consented; null for everybody
     * @return whether it is on record; false where client or API are no objects of this tenant
     */
    public boolean consent(String clientId, String resourceId, @Nullable String userOid, Collection<String> scopes) {
        Optional<DirectoryObject> client = principal(clientId);
        Optional<DirectoryObject> resource = principal(resourceId);
        if (client.isEmpty() || resource.isEmpty() || objects.full()) {
            return false;
        }
        ObjectNode json = Links.grant(client.get().id(), resource.get().id(), userOid, String.join(" ", scopes));
        Optional<DirectoryObject> before =
                objects.current(Kind.GRANT, json.path("id").asText());
        if (before.isEmpty()) {
            objects.create(Kind.GRANT, null, json);
            return true;
        }
        Set<String> all = new LinkedHashSet<>(List.of(before.get().text("scope").split(" ")));
        all.addAll(scopes);
        objects.change(before.get(), json.put("scope", String.join(" ", all).strip()));
        return true;
    }

    /**
     * Consents for everybody to all that an application's {@code requiredResourceAccess} lists, app roles included.
     *
     * @return whether the application was made over Graph or changed there; false leaves the choice to the caller
     */
    public boolean consentToRequired(String clientId) {
        Optional<DirectoryObject> application = objects.applicationOf(clientId);
        if (application.isEmpty() || application.get().untouched()) {
            return false;
        }
        application.get().json().path("requiredResourceAccess").forEach(required -> {
            Optional<DirectoryObject> resource =
                    principal(required.path("resourceAppId").asText());
            if (resource.isEmpty()) {
                return;
            }
            Set<String> scopes = new LinkedHashSet<>();
            required.path("resourceAccess").forEach(access -> {
                String id = access.path("id").asText();
                if (access.path("type").asText().equals("Role")) {
                    assign(clientId, resource.get(), id);
                } else {
                    String value = permissions(resource.get(), "oauth2PermissionScopes")
                            .get(id);
                    if (value != null) {
                        scopes.add(value);
                    }
                }
            });
            if (!scopes.isEmpty()) {
                consent(clientId, resource.get().text("appId"), null, scopes);
            }
        });
        return true;
    }

    private void assign(String clientId, DirectoryObject resource, String roleId) {
        DirectoryObject client = principal(clientId).orElse(null);
        boolean known = permissions(resource, "appRoles").containsKey(roleId);
        if (client == null || !known) {
            return;
        }
        boolean there = objects.current(Kind.ASSIGNMENT)
                .anyMatch(link -> link.text("principalId").equals(client.id())
                        && link.text("resourceId").equals(resource.id())
                        && link.text("appRoleId").equals(roleId));
        if (!there) {
            objects.create(
                    Kind.ASSIGNMENT,
                    null,
                    Links.assignment(
                            UUID.randomUUID().toString(),
                            client.id(),
                            "ServicePrincipal",
                            client.text("displayName"),
                            resource,
                            roleId,
                            clock.instant()));
        }
    }

    private java.util.Map<String, String> permissions(DirectoryObject principal, String property) {
        return Registrations.valuesById(
                new Principals(objects).current(principal).path(property));
    }

    private Optional<DirectoryObject> principal(String appId) {
        Optional<DirectoryObject> there = objects.servicePrincipalOf(appId);
        if (there.isPresent()) {
            return there;
        }
        Optional<AppRegistration> microsofts = FirstPartyApps.find(appId);
        return microsofts.map(app -> objects.create(
                Kind.SERVICE_PRINCIPAL,
                null,
                Seeds.firstParty(app, UUID.randomUUID().toString(), clock.instant())));
    }
}
