package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * An application among the deleted items, where it stays for 30 days ([D] application-delete.md).
 *
 * @param json as it was, with the time of its deletion; not to be changed
 * @param owners object ids of those who owned it
 */
public record DeletedApplication(String id, ObjectNode json, Set<String> owners, Instant at) {

    private static final Duration KEPT = Duration.ofDays(30);

    public DeletedApplication {
        owners = Set.copyOf(owners);
    }

    static DeletedApplication of(DirectoryObject application, Instant now) {
        ObjectNode json = application.json().deepCopy().put("deletedDateTime", ObjectJson.time(now));
        return new DeletedApplication(application.id(), json, application.owners(), now);
    }

    boolean isGone(Instant now) {
        return !now.isBefore(at.plus(KEPT));
    }
}
