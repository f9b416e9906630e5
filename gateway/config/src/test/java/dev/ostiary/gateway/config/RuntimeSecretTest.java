package dev.ostiary.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeSecretTest {

    private static final KeyRing RING = KeyRing.generate(new SecureRandom(), Instant.EPOCH);
    private static final RuntimeConfig CONFIG = RuntimeConfig.of(
            SnapshotCodecTest.sample(), RING, new Credentials(Map.of("mcp/entra/client-secret", "s3cret-value")));

    @Test
    void whatIsWrittenIsReadBackEqualWithOneHash() throws IOException {
        RuntimeSecret.Content content = RuntimeSecret.read(RuntimeSecret.write(CONFIG));

        assertThat(content.config()).isEqualTo(CONFIG);
        assertThat(content.hash())
                .isEqualTo(RuntimeSecret.Content.of(CONFIG).hash())
                .matches("[0-9a-f]{64}");
    }

    @Test
    void everythingThatIsEnforcedChangesTheHash() {
        String hash = RuntimeSecret.Content.of(CONFIG).hash();

        assertThat(RuntimeSecret.Content.of(RuntimeConfig.of(
                                CONFIG.snapshot(),
                                CONFIG.keys(),
                                new Credentials(Map.of("mcp/entra/client-secret", "x"))))
                        .hash())
                .isNotEqualTo(hash);
        assertThat(RuntimeSecret.Content.of(RuntimeConfig.of(
                                CONFIG.snapshot(),
                                KeyRing.generate(new SecureRandom(), Instant.EPOCH),
                                CONFIG.credentials()))
                        .hash())
                .isNotEqualTo(hash);
        assertThat(RuntimeSecret.Content.of(RuntimeConfig.of(
                                CONFIG.snapshot().inFormat(SnapshotCodec.FORMAT - 1),
                                CONFIG.keys(),
                                CONFIG.credentials()))
                        .hash())
                .isNotEqualTo(hash);
    }

    @Test
    void theFormatBeforeIsReadAsTheSameContent() throws IOException {
        Snapshot older = CONFIG.snapshot().inFormat(SnapshotCodec.FORMAT - 1);

        Snapshot read = RuntimeSecret.read(RuntimeSecret.write(RuntimeConfig.of(older, RING, CONFIG.credentials())))
                .config()
                .snapshot();

        assertThat(read.inFormat(SnapshotCodec.FORMAT)).isEqualTo(CONFIG.snapshot());
    }

    @ParameterizedTest
    @ValueSource(strings = {RuntimeSecret.SNAPSHOT, RuntimeSecret.KEYS, RuntimeSecret.CREDENTIALS})
    void aMissingOrDamagedPartIsNamedAndNeverQuoted(String key) {
        SortedMap<String, byte[]> missing = RuntimeSecret.write(CONFIG);
        byte[] whole = missing.remove(key);
        SortedMap<String, byte[]> half = RuntimeSecret.write(CONFIG);
        half.put(key, Arrays.copyOf(whole, whole.length / 2));
        SortedMap<String, byte[]> other = RuntimeSecret.write(CONFIG);
        other.put(key, "\"s3cret-value\"".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> RuntimeSecret.read(missing))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(key);
        for (Map<String, byte[]> damaged : java.util.List.of(half, other)) {
            assertThatThrownBy(() -> RuntimeSecret.read(damaged))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(key)
                    .hasMessageNotContaining("s3cret")
                    .hasStackTraceContaining(key)
                    .satisfies(e -> assertThat(java.util.Objects.toString(e.getCause(), ""))
                            .doesNotContain("s3cret"));
        }
    }

    @Test
    void aSnapshotThatUnpacksToAnythingIsBounded() {
        SortedMap<String, byte[]> data = RuntimeSecret.write(CONFIG);
        data.put(RuntimeSecret.SNAPSHOT, zeros(RuntimeSecret.MAX_SNAPSHOT_BYTES + 1));

        assertThatThrownBy(() -> RuntimeSecret.read(data)).hasMessageContaining("larger than");
    }

    private static byte[] zeros(int count) {
        java.io.ByteArrayOutputStream packed = new java.io.ByteArrayOutputStream();
        try (java.util.zip.GZIPOutputStream output = new java.util.zip.GZIPOutputStream(packed)) {
            output.write(new byte[count]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return packed.toByteArray();
    }
}
