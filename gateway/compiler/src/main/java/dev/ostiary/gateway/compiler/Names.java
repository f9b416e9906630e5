package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.UUID;

/** Identity and age of resources, the same on every host. */
final class Names {

    /** Who was there first: older objects, then by namespace and name. Objects that know no age come last. */
    static final Comparator<HasMetadata> SENIORITY =
            Comparator.<HasMetadata, Instant>comparing(Names::created).thenComparing(Names::of);

    private Names() {}

    static ResourceName of(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return new ResourceName(
                namespace != null ? namespace : "default", object.getMetadata().getName());
    }

    /** The object's UID; where there is no API server to give one, always the same one for the same name. */
    static String uid(HasMetadata object) {
        String uid = object.getMetadata().getUid();
        if (uid != null && !uid.isEmpty()) {
            return uid;
        }
        String identity = object.getKind() + "/" + of(object);
        return UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static Instant created(HasMetadata object) {
        String timestamp = object.getMetadata().getCreationTimestamp();
        if (timestamp == null) {
            return Instant.MAX;
        }
        try {
            return Instant.parse(timestamp);
        } catch (DateTimeParseException e) {
            return Instant.MAX;
        }
    }

    /** Whether people could be shown something else than what is there: control, format and line-break characters. */
    static boolean hasControls(String text) {
        return text.codePoints()
                .anyMatch(c -> Character.getType(c) == Character.CONTROL
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.LINE_SEPARATOR
                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR);
    }
}
