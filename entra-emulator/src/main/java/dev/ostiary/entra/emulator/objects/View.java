package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one request sees: each object is read at most once, so that a request never contradicts itself. For use under the lock of
 * the {@link LiveDirectory}.
 */
public final class View {

    private final TenantObjects objects;
    private final Instant now;
    private final IdentityHashMap<DirectoryObject, Optional<ObjectNode>> seen = new IdentityHashMap<>();

    View(TenantObjects objects, Instant now) {
        this.objects = objects;
        this.now = now;
    }

    /**
     * An object and how it looks.
     *
     * @param object to change
     * @param json to show; not to be changed
     */
    public record Seen(DirectoryObject object, ObjectNode json) {

        /** Text of a property; empty when it has none. */
        public String text(String property) {
            return json.path(property).asText("");
        }
    }

    /** The object with this id, of this kind. */
    public Optional<Seen> byId(Kind kind, String id) {
        DirectoryObject object = objects.anyById(id);
        return object == null || object.kind() != kind ? Optional.empty() : look(object);
    }

    /** The first object of this kind with this text in a property. */
    public Optional<Seen> by(Kind kind, String property, String value) {
        // Only what is or was a match is read, so that looking for one object does not wait for another.
        return objects.withDeleted(kind)
                .filter(object -> object.text(property).equals(value))
                .flatMap(object -> look(object).stream())
                .findFirst();
    }

    /** All of a kind, in the order in which they were made; for federated credentials, of one application. */
    public List<Seen> all(Kind kind, @Nullable String parent) {
        return objects.withDeleted(kind)
                .filter(object -> parent == null || parent.equals(object.parent()))
                .flatMap(object -> look(object).stream())
                .toList();
    }

    /** The same as a stream that is read as far as it is used. */
    public Stream<Seen> stream(Kind kind) {
        return objects.withDeleted(kind).flatMap(object -> look(object).stream());
    }

    private Optional<Seen> look(DirectoryObject object) {
        return seen.computeIfAbsent(object, first -> first.read(now)).map(json -> new Seen(object, json));
    }
}
