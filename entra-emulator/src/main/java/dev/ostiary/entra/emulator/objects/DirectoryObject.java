package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One object: as it is, and as a replica that lags behind shows it. Guarded by the lock of its {@link LiveDirectory}.
 */
public final class DirectoryObject {

    private final Kind kind;
    private final String id;
    private final @Nullable String parent;
    private final Set<String> owners = new LinkedHashSet<>();
    private final @Nullable Object origin;
    private ObjectNode json;
    private @Nullable ObjectNode before;
    private boolean touched;
    private boolean deleted;
    private int lateReads;
    private Instant replicatedAt = Instant.MIN;

    DirectoryObject(Kind kind, String id, @Nullable String parent, ObjectNode json, @Nullable Object origin) {
        this.kind = kind;
        this.id = id;
        this.parent = parent;
        this.json = json;
        this.origin = origin;
    }

    /** What it is. */
    public Kind kind() {
        return kind;
    }

    /** Object id. */
    public String id() {
        return id;
    }

    /** Object id of the application that a federated credential belongs to; null for other kinds. */
    public @Nullable String parent() {
        return parent;
    }

    /** As it is. Not to be changed. */
    public ObjectNode json() {
        return json;
    }

    /** Object ids of the users and service principals that own it. */
    public Set<String> owners() {
        return owners;
    }

    /** Text of a property; empty when it has none. */
    public String text(String property) {
        return json.path(property).asText("");
    }

    /** What of the first directory it was made of. */
    @Nullable
    Object origin() {
        return origin;
    }

    /** Whether it is as the first directory had it. */
    boolean untouched() {
        return origin != null && !touched;
    }

    boolean deleted() {
        return deleted;
    }

    void change(ObjectNode next, Consistency consistency, Instant now) {
        before = json;
        json = next;
        touched = true;
        late(consistency.staleReads(), consistency, now);
    }

    void delete(Consistency consistency, Instant now) {
        before = json;
        deleted = true;
        touched = true;
        late(consistency.staleReads(), consistency, now);
    }

    /** New objects are not there at all for a while. */
    void created(Consistency consistency, Instant now) {
        before = null;
        late(consistency.hiddenReads(), consistency, now);
    }

    private void late(int reads, Consistency consistency, Instant now) {
        lateReads = reads;
        replicatedAt = consistency.lag().isZero() ? Instant.MIN : now.plus(consistency.lag());
    }

    /** One read by a replica; counts down. */
    Optional<ObjectNode> read(Instant now) {
        boolean late = now.isBefore(replicatedAt);
        if (lateReads > 0) {
            lateReads--;
            late = true;
        }
        if (late) {
            return Optional.ofNullable(before);
        }
        return deleted ? Optional.empty() : Optional.of(json);
    }

    /** Whether a deleted object no longer shows anywhere. */
    boolean gone(Instant now) {
        return deleted && lateReads == 0 && !now.isBefore(replicatedAt);
    }
}
