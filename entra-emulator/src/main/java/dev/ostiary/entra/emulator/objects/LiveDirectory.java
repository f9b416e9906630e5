package dev.ostiary.entra.emulator.objects;

import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.Tenant;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * All tenants as of now. Readers of {@link #current} get an immutable directory; who changes objects does so under the lock, and
 * the next reader sees it. Safe for any thread.
 */
public final class LiveDirectory {

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, TenantObjects> objects = new LinkedHashMap<>();
    private final Consistency consistency = new Consistency();
    private volatile Directory current;

    /** Begins with this directory. */
    public LiveDirectory(Directory first, Clock clock) {
        this.current = first;
        for (Tenant tenant : first.tenants()) {
            TenantObjects tenantObjects = new TenantObjects(consistency, clock);
            new Seeds(tenant, tenantObjects, clock.instant()).plant();
            objects.put(tenant.id(), tenantObjects);
        }
    }

    /** The directory as of now. */
    public Directory current() {
        return current;
    }

    /** The tenant as of now. */
    public Tenant current(Tenant tenant) {
        return current.tenant(tenant.id()).orElse(tenant);
    }

    /** How far replicas lag behind. */
    public Consistency consistency() {
        return consistency;
    }

    /** Reads objects of a tenant. */
    public <T> T read(String tenantId, Function<TenantObjects, T> reader) {
        lock.lock();
        try {
            return reader.apply(of(tenantId));
        } finally {
            lock.unlock();
        }
    }

    /** Changes objects of a tenant; sign-in sees it at once, also where {@code writer} ends in an exception halfway. */
    public <T> T write(String tenantId, Function<TenantObjects, T> writer) {
        lock.lock();
        try {
            return writer.apply(of(tenantId));
        } finally {
            project(tenantId);
            lock.unlock();
        }
    }

    /** Object id of an app's service principal in a tenant. */
    public String servicePrincipalId(String tenantId, String appId) {
        return read(
                tenantId,
                tenant -> tenant.servicePrincipalOf(appId)
                        .map(DirectoryObject::id)
                        .orElseGet(() -> Seeds.servicePrincipalId(tenantId, appId)));
    }

    /** Whether the app's registration was made in this tenant over Graph, or changed there. */
    public boolean isMadeOverGraph(String tenantId, String appId) {
        return read(
                tenantId,
                tenant -> tenant.applicationOf(appId)
                        .filter(application -> !application.untouched())
                        .isPresent());
    }

    /** Whether the app is registered in this tenant, but has no service principal there. */
    public boolean lacksPrincipal(String tenantId, String appId) {
        return read(
                tenantId,
                tenant -> tenant.applicationOf(appId).isPresent()
                        && tenant.servicePrincipalOf(appId).isEmpty());
    }

    private TenantObjects of(String tenantId) {
        TenantObjects found = objects.get(tenantId);
        if (found == null) {
            throw new IllegalArgumentException("the directory has no tenant " + tenantId);
        }
        return found;
    }

    private void project(String tenantId) {
        List<Tenant> tenants = new ArrayList<>();
        for (Tenant tenant : current.tenants()) {
            tenants.add(tenant.id().equals(tenantId) ? Projection.of(tenant, of(tenantId)) : tenant);
        }
        current = new Directory(tenants);
    }
}
