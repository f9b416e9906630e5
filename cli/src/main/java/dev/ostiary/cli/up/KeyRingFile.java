package dev.ostiary.cli.up;

import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRingCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The key ring of a gateway on one machine, as a file that only its owner can read. Whoever reads it sees a whole ring,
 * whenever a writer was killed; writers, of any process, come one after the other. Losing the ring ends every session, so a
 * file that cannot be read is an error and stays as it is, never a reason to make a new one.
 *
 * <p>Safe for any thread. Errors name the file and never quote it.
 */
public final class KeyRingFile {

    private static final String FILE = "keys.json";
    private static final String LOCK = "keys.lock";
    private static final int MAX_BYTES = 4 * 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long RETRY_MILLIS = 20;

    private final Path folder;
    private final Path file;

    /**
     * Names the file.
     *
     * @param folder the state folder
     */
    public KeyRingFile(Path folder) {
        this.folder = folder;
        this.file = folder.resolve(FILE);
    }

    /** Where it is. */
    Path path() {
        return file;
    }

    /**
     * The ring in the file.
     *
     * @throws IOException when there is none, or it cannot be read, is open to others, or holds something else
     */
    public KeyRing read() throws IOException {
        if (!exists()) {
            throw new IOException(
                    "there are no keys in " + folder + "; `ostiary up --state " + folder + "` makes them");
        }
        OwnerOnly.requirePrivate(folder);
        OwnerOnly.requirePrivate(file);
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_BYTES);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read", e);
        }
        try {
            return KeyRingCodec.read(content);
        } catch (IOException e) {
            throw new IOException(
                    file + " is not a usable key ring: " + e.getMessage()
                            + "; restore it from a backup, or delete it to start with new keys, which ends all sessions",
                    null);
        }
    }

    /**
     * The ring in the file, with keys of every purpose; a new one when there is no file. The folder is created with mode
     * 0700 when it is missing.
     *
     * @throws IOException as {@link #read}, or when it cannot be written
     */
    KeyRing readOrCreate(SecureRandom random, Instant now) throws IOException {
        OwnerOnly.createFolder(folder);
        return locked(() -> {
            if (!exists()) {
                KeyRing ring = KeyRing.generate(random, now);
                write(ring);
                return ring;
            }
            return changed(ring -> ring.completed(random, now));
        });
    }

    /**
     * Changes the ring in the file, if what the function returns is another one.
     *
     * @return what is in the file now
     * @throws IOException as {@link #read}, or when it cannot be written; then the file is as it was
     */
    public KeyRing update(UnaryOperator<KeyRing> change) throws IOException {
        read();
        return locked(() -> changed(change));
    }

    private KeyRing changed(UnaryOperator<KeyRing> change) throws IOException {
        KeyRing before = read();
        KeyRing after = change.apply(before);
        if (!after.equals(before)) {
            write(after);
        }
        return after;
    }

    private void write(KeyRing ring) throws IOException {
        OwnerOnly.write(folder, FILE, KeyRingCodec.write(ring));
    }

    private boolean exists() {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    @FunctionalInterface
    private interface Work {
        KeyRing run() throws IOException;
    }

    private KeyRing locked(Work work) throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), options, OwnerOnly.fileMode(folder));
                FileLock lock = lock(channel)) {
            if (!lock.isValid()) {
                throw new IOException(folder + " cannot be locked");
            }
            deleteLeftovers();
            return work.run();
        }
    }

    private FileLock lock(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                // Somebody else in this process.
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("another process has been writing to " + folder + " for a while; try again");
            }
            try {
                Thread.sleep(RETRY_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + folder, e);
            }
        }
    }

    /** What writers that were killed have left; it holds keys. */
    private void deleteLeftovers() throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, FILE + "*" + OwnerOnly.UNFINISHED)) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        }
    }
}
