package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one tenant. At most {@link #MAX_OBJECTS}. Guarded by the lock of its {@link LiveDirectory}.
 */
public final class TenantObjects {

    /** More objects than this are refused, as a tenant's quota does. */
    public static final int MAX_OBJECTS = 20_000;

    private final Map<String, DirectoryObject> byId = new LinkedHashMap<>();
    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final Map<String, DeletedApplication> deleted = new LinkedHashMap<>();
    private final List<Object> kept = new ArrayList<>();
    private final Consistency consistency;
    private final Clock clock;

    TenantObjects(Consistency consistency, Clock clock) {
        this.consistency = consistency;
        this.clock = clock;
    }

    /** What one request sees. */
    public View view() {
        return new View(this, clock.instant());
    }

    /** Whether there is room for one more. */
    public boolean full() {
        byId.values().removeIf(object -> object.gone(clock.instant()));
        return byId.size() + deletedApplications().size() >= MAX_OBJECTS;
    }

    /** Adds an object, which replicas do not show at once. */
    public DirectoryObject create(Kind kind, @Nullable String parent, ObjectNode json) {
        byId.values().removeIf(object -> object.gone(clock.instant()));
        DirectoryObject made = seed(kind, parent, json, null);
        made.created(consistency, clock.instant());
        return made;
    }

    DirectoryObject seed(Kind kind, @Nullable String parent, ObjectNode json, @Nullable Object origin) {
        String id = json.path("id").asText();
        DirectoryObject object = new DirectoryObject(kind, id, parent, json, origin);
        byId.put(id, object);
        return object;
    }

    /** Puts another content in place. */
    public void change(DirectoryObject object, ObjectNode next) {
        object.change(next, consistency, clock.instant());
        forgetSecrets(object);
    }

    /**
     * Deletes an object with all that cannot be without it: an application with its federated credentials and service principal,
     * a service principal with its grants and assignments.
     */
    public void delete(DirectoryObject object) {
        if (object.deleted()) {
            return;
        }
        object.delete(consistency, clock.instant());
        forgetSecrets(object);
        switch (object.kind()) {
            case APPLICATION -> {
                deleted.put(object.id(), DeletedApplication.of(object, clock.instant()));
                current(Kind.FEDERATED_CREDENTIAL)
                        .filter(credential -> object.id().equals(credential.parent()))
                        .toList()
                        .forEach(this::delete);
                servicePrincipalOf(object.text("appId")).ifPresent(this::delete);
            }
            case SERVICE_PRINCIPAL ->
                Stream.of(Kind.GRANT, Kind.ASSIGNMENT)
                        .flatMap(this::current)
                        .filter(link -> List.of(
                                        link.text("clientId"), link.text("resourceId"), link.text("principalId"))
                                .contains(object.id()))
                        .toList()
                        .forEach(this::delete);
            case GRANT, ASSIGNMENT, FEDERATED_CREDENTIAL -> {
                // Nothing hangs on these.
            }
        }
    }

    /** Applications that were deleted less than 30 days ago and not for good, oldest first. */
    public List<DeletedApplication> deletedApplications() {
        deleted.values().removeIf(one -> one.isGone(clock.instant()));
        return List.copyOf(deleted.values());
    }

    /** Deletes a deleted application for good. */
    public void purge(DeletedApplication application) {
        deleted.remove(application.id());
    }

    /** All of a kind as they are, whatever replicas show. */
    public Stream<DirectoryObject> current(Kind kind) {
        return byId.values().stream().filter(object -> object.kind() == kind && !object.deleted());
    }

    /** An object as it is. */
    public Optional<DirectoryObject> current(Kind kind, String id) {
        DirectoryObject object = byId.get(id);
        return object == null || object.kind() != kind || object.deleted() ? Optional.empty() : Optional.of(object);
    }

    /** The application with this client id. */
    public Optional<DirectoryObject> applicationOf(String appId) {
        return current(Kind.APPLICATION)
                .filter(object -> object.text("appId").equals(appId))
                .findFirst();
    }

    /** The service principal of this client id. */
    public Optional<DirectoryObject> servicePrincipalOf(String appId) {
        return current(Kind.SERVICE_PRINCIPAL)
                .filter(object -> object.text("appId").equals(appId))
                .findFirst();
    }

    /** Keeps the value of a client secret, which no answer shows again. */
    public void keepSecret(String keyId, String value) {
        secrets.put(keyId, value);
    }

    /** Forgets the values of secrets that no application has any more. */
    private void forgetSecrets(DirectoryObject changed) {
        if (changed.kind() == Kind.APPLICATION) {
            Set<String> used = current(Kind.APPLICATION)
                    .flatMap(application ->
                            application.json().path("passwordCredentials").valueStream())
                    .map(credential -> credential.path("keyId").asText())
                    .collect(Collectors.toSet());
            secrets.keySet().retainAll(used);
        }
    }

    Optional<String> secret(String keyId) {
        return Optional.ofNullable(secrets.get(keyId));
    }

    /** Remembers a part of the first directory that Graph has no object for, such as a role that no app defines. */
    void keep(Object part) {
        kept.add(part);
    }

    <T> Stream<T> kept(Class<T> type) {
        return kept.stream().filter(type::isInstance).map(type::cast);
    }

    @Nullable
    DirectoryObject anyById(String id) {
        return byId.get(id);
    }

    Stream<DirectoryObject> withDeleted(Kind kind) {
        return byId.values().stream().filter(object -> object.kind() == kind);
    }
}
