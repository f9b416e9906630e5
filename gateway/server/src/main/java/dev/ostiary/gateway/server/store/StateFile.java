package dev.ostiary.gateway.server.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;

/**
 * One file that one process has: {@code grants.mv} in the state directory, readable for its owner alone (0600), an H2 MVStore
 * (h2database.com, MVStore). What was there before the last {@link #commit} is there after a crash at any point: the engine
 * never writes over what the last commit needs. A file that cannot be read is an error, never a reason to start afresh; a
 * new one appears under its name only when it is whole.
 *
 * <p>For one thread, which nobody may interrupt: an interrupt closes file channels.
 */
final class StateFile implements AutoCloseable {

    private static final String NAME = "grants.mv";
    private static final String LOCK = "grants.lock";
    private static final String META = "meta";
    private static final String FORMAT = "format";
    private static final String FORMAT_VERSION = "1";
    private static final int COMPACT_BELOW_PERCENT = 60;
    private static final int COMPACT_BYTES = 4 << 20;

    private final FileChannel lock;
    private final MVStore store;

    private StateFile(FileChannel lock, MVStore store) {
        this.lock = lock;
        this.store = store;
    }

    /**
     * Opens the file, or makes the first one.
     *
     * @param directory made (0700) when it is not there
     * @throws IOException when another process has it, it is damaged, or others may write into the directory; says which
     */
    @SuppressWarnings("resource") // kept by what is returned
    static StateFile open(Path directory) throws IOException {
        prepare(directory);
        FileChannel lock = lock(directory);
        try {
            Path file = directory.resolve(NAME);
            if (Files.notExists(file)) {
                create(directory, file);
            }
            MVStore store = read(file);
            try {
                String format = store.hasMap(META) ? meta(store).get(FORMAT) : null;
                if (format == null) {
                    throw new IOException("the state file " + file + " is damaged: it has lost what it began with");
                }
                if (!format.equals(FORMAT_VERSION)) {
                    throw new IOException("the state file " + file + " was written by another release of Ostiary");
                }
                return new StateFile(lock, store);
            } catch (IOException | RuntimeException e) {
                store.closeImmediately();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    Map<String, String> records() {
        return store.openMap(
                "records",
                new MVMap.Builder<String, String>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(StringDataType.INSTANCE));
    }

    Map<Long, String> denials() {
        return store.openMap(
                "denials",
                new MVMap.Builder<Long, String>().keyType(LongDataType.INSTANCE).valueType(StringDataType.INSTANCE));
    }

    /** Whatever was changed is on disk when this returns. */
    void commit() {
        if (store.hasUnsavedChanges()) {
            store.commit();
            store.sync();
        }
    }

    /** Gives space back that changes have left unused; a bounded amount at a time. */
    void compact() {
        if (store.compact(COMPACT_BELOW_PERCENT, COMPACT_BYTES)) {
            store.commit();
            store.sync();
        }
    }

    /** Closes as a crash would: for a file that could not be written. */
    void abandon() {
        try {
            store.closeImmediately();
        } finally {
            release();
        }
    }

    @Override
    public void close() {
        try {
            commit();
            // Without compaction: that would give up the time in which the engine keeps what it no longer needs.
            store.close(0);
        } finally {
            release();
        }
    }

    private void release() {
        try {
            lock.close();
        } catch (IOException ignored) {
            // The process has given the lock up all the same.
        }
    }

    private static void prepare(Path directory) throws IOException {
        Files.createDirectories(directory, onlyFor(directory, "rwx------"));
        if (posix(directory)) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
            if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new IOException("others may write into the state directory " + directory);
            }
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel = FileChannel.open(
                directory.resolve(LOCK),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                onlyFor(directory, "rw-------"));
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        if (lock == null) {
            channel.close();
            throw inUse(directory);
        }
        return channel;
    }

    private static IOException inUse(@Nullable Path directory) {
        return new IOException("another gateway uses the state directory " + directory);
    }

    private static void create(Path directory, Path file) throws IOException {
        Path unfinished = directory.resolve(NAME + ".new");
        Files.deleteIfExists(unfinished);
        Files.createFile(unfinished, onlyFor(directory, "rw-------"));
        MVStore store = mvStore(unfinished);
        meta(store).put(FORMAT, FORMAT_VERSION);
        store.commit();
        store.sync();
        store.close(0);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        if (posix(directory)) {
            try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }

    private static MVStore read(Path file) throws IOException {
        if (Files.size(file) == 0) {
            throw new IOException("the state file " + file + " is damaged: it is empty");
        }
        if (posix(file)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        return mvStore(file);
    }

    /** Without a thread of its own: changes are committed when their operations say so, never half of them. */
    private static MVStore mvStore(Path file) throws IOException {
        try {
            return new MVStore.Builder()
                    .fileName(file.toString())
                    .autoCommitDisabled()
                    .autoCommitBufferSize(0)
                    .open();
        } catch (MVStoreException e) {
            // A lock of ours alone is lost when this process opens and closes the lock file once more (fcntl(2), POSIX
            // locks).
            throw e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED
                    ? inUse(file.getParent())
                    : new IOException("the state file " + file + " is damaged or cannot be read", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("the state file " + file + " cannot be written", e);
        }
    }

    private static Map<String, String> meta(MVStore store) {
        return store.openMap(
                META,
                new MVMap.Builder<String, String>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(StringDataType.INSTANCE));
    }

    private static FileAttribute<?>[] onlyFor(Path directory, String permissions) {
        return posix(directory)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean posix(@Nullable Path path) {
        return path != null
                && path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
