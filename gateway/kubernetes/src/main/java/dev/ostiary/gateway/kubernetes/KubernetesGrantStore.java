package dev.ostiary.gateway.kubernetes;

import dev.ostiary.crds.McpGrant;
import dev.ostiary.crds.McpGrantSpec;
import dev.ostiary.gateway.server.store.Denials;
import dev.ostiary.gateway.server.store.DenyEntry;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.Input;
import dev.ostiary.gateway.server.store.RecordKey;
import dev.ostiary.gateway.server.store.RecordType;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import dev.ostiary.gateway.server.store.StoredRecord;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Grants as {@code McpGrant} objects beside their gateway, for clusters that have nothing else. The API server decides who wins:
 * a name is created once, a version is replaced or removed once. Every operation takes one call, {@link #take}, a listing of
 * many and a denial some more; each call ends in bounded time.
 *
 * <p>Callers are virtual threads, never an event loop.
 */
public final class KubernetesGrantStore implements GrantStore {

    /** As often as somebody else may be quicker before the store gives up on an operation. */
    private static final int ATTEMPTS = 8;

    private final GrantCalls calls;
    private final GrantObjects objects;
    private final DenialFeed feed;
    private final ExpirySweep sweep;
    private final InstantSource clock;

    KubernetesGrantStore(GrantCalls calls, GrantObjects objects, InstantSource clock, ExpirySweep sweep) {
        this.calls = calls;
        this.objects = objects;
        this.clock = clock;
        this.sweep = sweep;
        this.feed = new DenialFeed(calls, objects, clock);
        sweep.start();
    }

    @Override
    public @Nullable StoredRecord get(RecordKey key) throws StoreUnavailableException {
        McpGrant found = live(key);
        return found == null ? null : record(found);
    }

    @Override
    public @Nullable String create(RecordKey key, @Nullable String owner, String value, Instant expires)
            throws StoreUnavailableException {
        if (owner != null) {
            Input.requireId("an owner", owner);
        }
        Input.requireValue(value);
        McpGrant object = objects.of(key, owner, value, Input.millis(expires));
        sweep.requireRoom();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            McpGrant created = calls.create(object);
            if (created != null) {
                sweep.created();
                return version(created);
            }
            McpGrant there = calls.get(objects.nameOf(key));
            if (there != null && !over(there)) {
                return null;
            }
            if (there != null) {
                // It is as good as gone; whoever removes it first, the name is free then.
                calls.delete(there);
            }
        }
        throw contended();
    }

    @Override
    public @Nullable String replace(RecordKey key, String version, String value, Instant expires)
            throws StoreUnavailableException {
        Input.requireValue(value);
        Version read = Version.parse(version);
        if (read == null || clock.millis() >= read.expiresAt()) {
            calls.requireOpen();
            return null;
        }
        McpGrant replaced = calls.replace(objects.nameOf(key), read.resourceVersion(), value, Input.millis(expires));
        return replaced == null ? null : version(replaced);
    }

    @Override
    public @Nullable StoredRecord take(RecordKey key) throws StoreUnavailableException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            McpGrant found = live(key);
            if (found == null) {
                return null;
            }
            if (calls.delete(found)) {
                return record(found);
            }
        }
        throw contended();
    }

    @Override
    public void delete(RecordKey key) throws StoreUnavailableException {
        calls.delete(objects.nameOf(key));
    }

    @Override
    public List<String> list(RecordType type, String owner) throws StoreUnavailableException {
        Input.requireId("an owner", owner);
        List<String> ids = new ArrayList<>();
        calls.each(objects.labels(type.name(), owner), object -> {
            McpGrantSpec spec = object.getSpec();
            if (!over(object) && owner.equals(spec.owner()) && ids.size() < MAX_LISTED) {
                ids.add(spec.id());
            }
            return ids.size() < MAX_LISTED;
        });
        return ids;
    }

    @Override
    public void deny(DenyEntry entry) throws StoreUnavailableException {
        Input.requireId("a grant's id", entry.grantId());
        feed.add(entry.grantId(), Input.millis(entry.expires()));
    }

    @Override
    public Denials denials(@Nullable String cursor) throws StoreUnavailableException {
        return feed.since(cursor);
    }

    @Override
    public void close() {
        sweep.close();
        calls.close();
    }

    private @Nullable McpGrant live(RecordKey key) throws StoreUnavailableException {
        McpGrant found = calls.get(objects.nameOf(key));
        return found == null || over(found) || !objects.is(found, key) ? null : found;
    }

    private boolean over(McpGrant object) {
        McpGrantSpec spec = object.getSpec();
        return spec == null || clock.millis() >= spec.expiresAt();
    }

    private static StoredRecord record(McpGrant object) {
        String value = object.getSpec().value();
        return new StoredRecord(value == null ? "" : value, version(object));
    }

    private static String version(McpGrant object) {
        return new Version(
                        object.getMetadata().getResourceVersion(),
                        object.getSpec().expiresAt())
                .text();
    }

    private static StoreUnavailableException contended() {
        return new StoreUnavailableException("the record changes faster than it can be written", null);
    }

    /** Which write of a record, and until when it counts: what has expired is not replaced. */
    private record Version(String resourceVersion, long expiresAt) {

        String text() {
            return resourceVersion + "." + expiresAt;
        }

        static @Nullable Version parse(String text) {
            int dot = text.indexOf('.');
            if (dot <= 0) {
                return null;
            }
            try {
                return new Version(text.substring(0, dot), Long.parseLong(text, dot + 1, text.length(), 10));
            } catch (NumberFormatException foreign) {
                return null;
            }
        }
    }

    /** In words, without what the API server quotes. */
    static StoreUnavailableException unavailable(KubernetesClientException e) {
        return new StoreUnavailableException(
                e.getCode() > 0
                        ? "the API server answered " + e.getCode() + " for an McpGrant"
                        : "the API server does not answer",
                e.getCode() > 0 ? null : e);
    }
}
