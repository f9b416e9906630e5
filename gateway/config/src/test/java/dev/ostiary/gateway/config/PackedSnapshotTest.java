package dev.ostiary.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedSnapshotTest {

    private static final KeyRing RING = KeyRing.generate(new SecureRandom(), Instant.EPOCH);

    @TempDir
    private Path folder;

    @Test
    void itsRevisionIsThatOfTheCanonicalBytes() {
        Snapshot snapshot = SnapshotCodecTest.sample();

        assertThat(PackedSnapshot.of(snapshot).revision()).isEqualTo(SnapshotCodec.revision(snapshot));
    }

    @Test
    void equalAreThoseOfOneRevision() {
        PackedSnapshot one = PackedSnapshot.of(SnapshotCodecTest.sample());

        assertThat(PackedSnapshot.of(SnapshotCodecTest.sample())).isEqualTo(one).hasSameHashCodeAs(one);
        assertThat(one.inFormat(SnapshotCodec.FORMAT)).isSameAs(one);
        assertThat(one.inFormat(SnapshotCodec.FORMAT - 1)).isNotEqualTo(one);
    }

    /** Serialising is what a large configuration costs most: from compilation to a replica that has read it, it happens once. */
    @Test
    void fromPackingToReadingASnapshotIsSerialisedOnce() throws IOException {
        try (Recording recording = new Recording()) {
            recording.enable("dev.ostiary.SnapshotWritten");
            recording.start();

            PackedSnapshot packed = PackedSnapshot.of(SnapshotCodecTest.sample());
            RuntimeSecret.Written written = RuntimeSecret.write(packed, RING, Credentials.NONE);
            RuntimeSecret.Content read = RuntimeSecret.read(written.data());

            recording.stop();
            Path file = folder.resolve("events.jfr");
            recording.dump(file);
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertThat(events).singleElement().satisfies(event -> {
                assertThat(event.getString("gateway")).isEqualTo("mcp/engineering");
                assertThat(event.getInt("routes")).isOne();
                assertThat(event.getLong("bytes")).isEqualTo(SnapshotCodec.write(packed.snapshot()).length);
            });
            assertThat(read.hash()).isEqualTo(written.hash());
            assertThat(read.config().revision()).isEqualTo(packed.revision());
        }
    }

    @Test
    void oneWriterIsAsGoodAsTheOther() {
        RuntimeConfig config = RuntimeConfig.of(SnapshotCodecTest.sample(), RING, Credentials.NONE);

        SortedMap<String, byte[]> one = RuntimeSecret.write(config);
        SortedMap<String, byte[]> other = RuntimeSecret.write(
                        PackedSnapshot.of(config.snapshot()), config.keys(), config.credentials())
                .data();

        assertThat(one.keySet()).isEqualTo(other.keySet());
        one.forEach((key, bytes) -> assertThat(bytes).isEqualTo(other.get(key)));
    }
}
