package dev.ostiary.gateway.config;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/**
 * A snapshot with its revision and its packed bytes, all made in one pass: who compiles needs the first, who publishes the
 * second, and neither serialises it again. The bytes that are packed are never held unpacked.
 *
 * <p>Immutable. Equal are those of one revision.
 */
public final class PackedSnapshot {

    private final Snapshot snapshot;
    private final String revision;
    private final byte[] gzip;

    private PackedSnapshot(Snapshot snapshot, String revision, byte[] gzip) {
        this.snapshot = snapshot;
        this.revision = revision;
        this.gzip = gzip;
    }

    /** Packs a snapshot. */
    public static PackedSnapshot of(Snapshot snapshot) {
        MessageDigest digest = sha256();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream output = new DigestOutputStream(new GZIPOutputStream(packed), digest)) {
            SnapshotCodec.write(snapshot, output);
        } catch (IOException e) {
            throw new UncheckedIOException("a snapshot could not be written", e);
        }
        return new PackedSnapshot(snapshot, HexFormat.of().formatHex(digest.digest()), packed.toByteArray());
    }

    /** What was packed. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** Lower-case hexadecimal SHA-256 of {@link SnapshotCodec#write}. */
    public String revision() {
        return revision;
    }

    /** The same in an older format, packed anew; this one where it has that format. */
    public PackedSnapshot inFormat(int format) {
        return format == snapshot.format() ? this : of(snapshot.inFormat(format));
    }

    /** {@link SnapshotCodec#write}, gzipped. */
    byte[] gzip() {
        return gzip.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PackedSnapshot packed && revision.equals(packed.revision);
    }

    @Override
    public int hashCode() {
        return revision.hashCode();
    }

    @Override
    public String toString() {
        return "PackedSnapshot[" + snapshot.gateway() + ", " + revision + "]";
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
