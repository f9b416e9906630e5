package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import java.util.List;

/**
 * A tenant in which nobody has registered anything yet: users with and without directory roles, and groups, to begin from with
 * {@code ostiary entra apply}.
 */
public final class EmptyTenant {

    /** Tenant id. */
    public static final String ID = "9a3c1d0e-6b52-4f38-8d47-2c5e7f901b64";

    /** Verified domain. */
    public static final String DOMAIN = "northwind.example";

    /** Group of those who read. */
    public static final Group READERS = Group.of("5d0f6a3b-7e21-4c98-a4f5-1b2c3d4e5f60", "Readers");

    /** Group of those who write. */
    public static final Group WRITERS = Group.of("6e1a7b4c-8f32-4da9-b5a6-2c3d4e5f6071", "Writers");

    /** Global Administrator: may do everything. */
    public static final User GLOBAL_ADMINISTRATOR = User.member(
                    "1f4b2c3d-0a5e-4b6f-9c7d-8e9fa0b1c2d3", "gina@" + DOMAIN, "Gina Global")
            .withRoles(DirectoryRole.GlobalAdministrator);

    /** Application Administrator: may register and consent, except for Graph's app roles. */
    public static final User APPLICATION_ADMINISTRATOR = User.member(
                    "2a5c3d4e-1b6f-4c70-8d8e-9fa0b1c2d3e4", "alex@" + DOMAIN, "Alex Apps")
            .withRoles(DirectoryRole.ApplicationAdministrator);

    /** A plain user who reads. */
    public static final User READER =
            User.member("3b6d4e5f-2c70-4d81-9e9f-a0b1c2d3e4f5", "anna@" + DOMAIN, "Anna Reader", READERS.id());

    /** A plain user who reads and writes. */
    public static final User WRITER = User.member(
            "4c7e5f60-3d81-4e92-afa0-b1c2d3e4f506", "ben@" + DOMAIN, "Ben Writer", READERS.id(), WRITERS.id());

    private EmptyTenant() {}

    /** The directory. */
    public static Directory directory() {
        return Directory.of(new Tenant(
                ID,
                DOMAIN,
                "Northwind",
                List.of(GLOBAL_ADMINISTRATOR, APPLICATION_ADMINISTRATOR, READER, WRITER),
                List.of(READERS, WRITERS),
                List.of(),
                List.of(),
                List.of()));
    }
}
