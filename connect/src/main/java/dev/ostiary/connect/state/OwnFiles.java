package dev.ostiary.connect.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder (0700) of files (0600) for this user alone. Files are replaced whole: readers see the old or the new one. On file
 * systems without modes: plain files in the user's own folder.
 */
public final class OwnFiles {

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");
    private static final int LONGEST = 1024 * 1024;

    private final Path folder;

    public OwnFiles(Path folder) {
        this.folder = folder;
    }

    /** {@code $XDG_STATE_HOME/ostiary/connect}, else under {@code ~/.local/state} (XDG Base Directory Specification). */
    public static OwnFiles ofThisUser(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        Path base = Path.of(state).isAbsolute()
                ? Path.of(state)
                : Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".local", "state");
        return new OwnFiles(base.resolve("ostiary").resolve("connect"));
    }

    public Path folder() {
        return folder;
    }

    /**
     * A whole file; null when there is none.
     *
     * @throws IOException also when others can read or write it
     */
    public byte @Nullable [] read(String name) throws IOException {
        Path file = folder.resolve(name);
        try {
            requirePrivate(file);
            if (Files.size(file) > LONGEST) {
                throw new IOException(file + " is too long; delete it");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Replaces a file, or makes it. */
    public void write(String name, byte[] content) throws IOException {
        makeFolder();
        Path fresh = Files.createTempFile(folder, name, ".new", modes(FILE));
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(
                    fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    public void delete(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }

    /** For a lock that several processes share: made where it is missing. */
    FileChannel open(String name) throws IOException {
        makeFolder();
        return FileChannel.open(
                folder.resolve(name), EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), modes(FILE));
    }

    private void makeFolder() throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, modes(FOLDER));
        }
        requirePrivate(folder);
    }

    private void requirePrivate(Path path) throws IOException {
        if (!hasModes()) {
            return;
        }
        Set<PosixFilePermission> open = EnumSet.noneOf(PosixFilePermission.class);
        open.addAll(Files.getPosixFilePermissions(path));
        open.retainAll(OTHERS);
        if (!open.isEmpty()) {
            throw new IOException(path + " is open to other users; run: chmod go= '" + path + "'");
        }
    }

    private FileAttribute<?>[] modes(Set<PosixFilePermission> permissions) {
        return hasModes()
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    private boolean hasModes() {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
