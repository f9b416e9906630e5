package dev.ostiary.entra.emulator.directory;

import java.util.List;

/**
 * One security group.
 *
 * @param id object id, a GUID
 * @param name display name
 * @param nested object ids of the groups that are members of this one; their members are transitive members here
 */
public record Group(String id, String name, List<String> nested) {

    public Group {
        nested = Lists.orEmpty(nested);
    }

    /** A group with users only. */
    public static Group of(String id, String name, String... nested) {
        return new Group(id, name, List.of(nested));
    }
}
