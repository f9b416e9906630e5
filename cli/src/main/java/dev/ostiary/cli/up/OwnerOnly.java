package dev.ostiary.cli.up;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files and folders that no other user of the machine can read or replace. On file systems without modes: plain ones. */
final class OwnerOnly {

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    /** How the names of files end that were not finished. */
    static final String UNFINISHED = ".new";

    private OwnerOnly() {}

    /**
     * Makes a folder with mode 0700, parents included, where it is missing.
     *
     * @throws IOException also when it is there and belongs to, or is open to, somebody else
     */
    static void createFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            if (hasModes(folder)) {
                Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER));
            } else {
                Files.createDirectories(folder);
            }
        }
        requirePrivate(folder);
    }

    /**
     * Checks that nobody else can read or write here.
     *
     * @throws IOException when somebody can, naming the command that mends it
     */
    static void requirePrivate(Path path) throws IOException {
        if (!hasModes(path)) {
            return;
        }
        Set<PosixFilePermission> modes = EnumSet.noneOf(PosixFilePermission.class);
        modes.addAll(Files.getPosixFilePermissions(path));
        modes.retainAll(OTHERS);
        if (!modes.isEmpty()) {
            throw new IOException(path + " is open to other users; run: chmod go= '" + path + "'");
        }
    }

    /** Writes a whole file with mode 0600: readers see the old content or the new one, also after a power cut. */
    static void write(Path folder, String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Path fresh = Files.createTempFile(folder, name, UNFINISHED, fileMode(folder));
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            try {
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
            }
            if (hasModes(folder)) {
                // The new name, too, must be on the disk.
                try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                    names.force(true);
                }
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** For creating a file in this folder. */
    static FileAttribute<?>[] fileMode(Path folder) {
        return hasModes(folder)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(FILE)}
                : new FileAttribute<?>[0];
    }

    private static boolean hasModes(Path path) {
        Path existing = path.toAbsolutePath();
        while (existing.getParent() != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = existing.getParent();
        }
        return existing.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
