package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.KeyRing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRingFileTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void keysSurviveARestart() throws Exception {
        Path state = folder.resolve("state");
        KeyRing first = load(state);

        assertThat(load(state)).isEqualTo(first);
        assertThat(first.active(KeyRing.Purpose.SEALING).material()).hasSize(32);
    }

    @Test
    void nobodyElseCanReadThem() throws Exception {
        Path state = folder.resolve("state");
        load(state);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("keys.json"))))
                .isEqualTo("rw-------");
        try (var files = Files.list(state)) {
            assertThat(files).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{\"version\":1,\"keys\":[]}",
                "{\"version\":1,\"keys\":null}",
                "{\"version\":1}"
            })
    void aDamagedFileIsAnErrorAndStaysAsItIs(String content) throws Exception {
        load(folder.resolve("state"));
        Path file = folder.resolve("state/keys.json");
        Files.writeString(file, content);

        assertThatThrownBy(() -> load(folder.resolve("state")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("restore it")
                .hasNoCause();
        assertThat(file).hasContent(content);
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws Exception {
        load(folder.resolve("state"));
        Path file = folder.resolve("state/keys.json");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> load(folder.resolve("state")))
                .hasMessageContaining("open to other users")
                .hasMessageContaining("chmod");
    }

    private static KeyRing load(Path state) throws IOException {
        return new KeyRingFile(state).loadOrCreate(new SecureRandom(), NOW);
    }
}
