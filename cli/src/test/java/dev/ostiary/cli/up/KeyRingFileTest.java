package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRingCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("keys.json", "keys.lock");
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

    @Test
    void aRingOfAnOlderReleaseGetsWhatItLacks() throws Exception {
        Path state = folder.resolve("state");
        KeyRing.Key sealing = load(state).active(KeyRing.Purpose.SEALING);
        Files.write(state.resolve("keys.json"), KeyRingCodec.write(new KeyRing(3, List.of(sealing))));

        KeyRing completed = load(state);

        assertThat(completed.version()).isEqualTo(4);
        assertThat(completed.active(KeyRing.Purpose.SEALING)).isEqualTo(sealing);
        assertThat(completed.active(KeyRing.Purpose.SIGNING)).isNotNull();
        assertThat(new KeyRingFile(state).read()).isEqualTo(completed);
    }

    @Test
    void everyHalfOfAFileIsAnErrorAndStaysAsItIs() throws Exception {
        Path state = folder.resolve("state");
        load(state);
        Path file = state.resolve("keys.json");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 97) {
            Files.write(file, Arrays.copyOf(whole, length));

            assertThatThrownBy(() -> load(state)).isInstanceOf(IOException.class);
            assertThat(file).hasSize(length);
        }
    }

    @Test
    void whatIsNoFileIsAnError() throws Exception {
        Path state = folder.resolve("state");
        load(state);
        Path file = state.resolve("keys.json");
        Files.delete(file);
        Files.createSymbolicLink(file, state.resolve("gone"));

        assertThatThrownBy(() -> load(state)).isInstanceOf(IOException.class);
        assertThat(file).isSymbolicLink();
    }

    @Test
    void whatAKilledWriterLeftIsDeletedAndChangesNothing() throws Exception {
        Path state = folder.resolve("state");
        KeyRing ring = load(state);
        Path leftover = Files.writeString(state.resolve("keys.json12345.new"), "{\"version\":");

        assertThat(load(state)).isEqualTo(ring);
        assertThat(leftover).doesNotExist();
    }

    @Test
    void aChangeThatFailsChangesNothing() throws Exception {
        Path state = folder.resolve("state");
        KeyRing ring = load(state);

        assertThatThrownBy(() -> new KeyRingFile(state).update(current -> {
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(new KeyRingFile(state).read()).isEqualTo(ring);
    }

    @Test
    void writersComeOneAfterTheOther() throws Exception {
        Path state = folder.resolve("state");
        long first = load(state).version();
        Callable<KeyRing> writer =
                () -> new KeyRingFile(state).update(ring -> new KeyRing(ring.version() + 1, ring.keys()));
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<KeyRing> written : writers.invokeAll(Collections.nCopies(20, writer))) {
                assertThat(written.get().version()).isGreaterThan(first);
            }
        }

        assertThat(new KeyRingFile(state).read().version()).isEqualTo(first + 20);
    }

    @Test
    void aWriterThatIsKilledAtAnyMomentLeavesAWholeRing() throws Exception {
        Path state = folder.resolve("state");
        load(state);
        Random chance = new Random(20261121);
        long last = 1;
        for (int i = 0; i < 4; i++) {
            Process writer = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            RestlessWriter.class.getName(),
                            state.toString())
                    .redirectErrorStream(true)
                    .start();
            // It says when it begins; then some bytes, some renames and some syncs later it is gone.
            assertThat(writer.getInputStream().readNBytes(1 + chance.nextInt(60)))
                    .isNotEmpty();
            writer.destroyForcibly().waitFor();

            KeyRing ring = load(state);
            assertThat(ring.version()).isGreaterThan(last);
            last = ring.version();
        }
    }

    /** Writes as fast as it can, and says so. */
    static final class RestlessWriter {
        public static void main(String[] arguments) throws IOException {
            KeyRingFile file = new KeyRingFile(Path.of(arguments[0]));
            while (true) {
                file.update(ring -> new KeyRing(ring.version() + 1, ring.keys()));
                System.out.print('.');
                System.out.flush();
            }
        }
    }

    private static KeyRing load(Path state) throws IOException {
        return new KeyRingFile(state).readOrCreate(new SecureRandom(), NOW);
    }
}
