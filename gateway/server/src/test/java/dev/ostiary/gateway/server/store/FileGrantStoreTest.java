package dev.ostiary.gateway.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.StringDataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileGrantStoreTest extends GrantStoreContract {

    @TempDir
    private Path temporary;

    @Override
    protected GrantStore open() throws Exception {
        return new FileGrantStore(directory(), Clock.systemUTC());
    }

    @Override
    protected GrantStore replicaOf(GrantStore store) {
        return store;
    }

    @Test
    void everythingIsThereAfterARestart() throws Exception {
        RecordKey kept = grant();
        RecordKey taken = grant();
        String version;
        try (GrantStore store = open()) {
            String first = Objects.requireNonNull(store.create(kept, "owner", "1", later()));
            version = Objects.requireNonNull(store.replace(kept, first, "2", later()));
            store.create(taken, "owner", "1", later());
            store.take(taken);
            store.deny(new DenyEntry("grant", later()));
        }
        try (GrantStore store = open()) {
            assertThat(store.get(kept)).isEqualTo(new StoredRecord("2", version));
            assertThat(store.get(taken)).isNull();
            assertThat(store.list(RecordType.GRANT, "owner")).containsExactly(kept.id());
            assertThat(store.denials(null).entries())
                    .extracting(DenyEntry::grantId)
                    .containsExactly("grant");
        }
    }

    @Test
    void nobodyElseMayReadTheFile() throws Exception {
        try (GrantStore store = open()) {
            assertThat(store).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                    .isEqualTo("rwx------");
            for (Path file : files()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
        open().close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void aDirectoryThatOthersMayWriteIntoIsRefused() throws Exception {
        Files.createDirectories(directory());
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwxrwx---"));

        assertThatThrownBy(this::open)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("others may write into the state directory");
    }

    @Test
    void aSecondGatewayIsTurnedAwayAndTheFirstGoesOn() throws Exception {
        try (GrantStore store = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("another gateway uses the state directory");
            Process other = DurableWriter.start(directory());
            assertThat(other.waitFor()).isNotZero();
            assertThat(new String(other.getErrorStream().readAllBytes(), UTF_8))
                    .contains("another gateway uses the state directory");
            assertThat(store.create(grant(), null, "value", later())).isNotNull();
        }
        open().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EMPTY", "TEXT", "CUT", "HEADERS", "MIDDLE"})
    void aDamagedFileIsReportedAndLeftAsItIs(String damage) throws Exception {
        try (GrantStore store = open()) {
            for (int i = 0; i < 200; i++) {
                store.create(grant(), null, "v".repeat(2000), later());
            }
        }
        byte[] bytes = Files.readAllBytes(file());
        byte[] damaged = switch (damage) {
            case "EMPTY" -> new byte[0];
            case "TEXT" -> "apiVersion: v1\n".repeat(1000).getBytes(UTF_8);
            case "CUT" -> Arrays.copyOf(bytes, 9000);
            case "HEADERS" -> overwrite(bytes, 0, 8192);
            default -> overwrite(bytes, 8192, bytes.length - 8192);
        };
        Files.write(file(), damaged);

        assertThatThrownBy(this::open)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("state file")
                .hasMessageContaining("damaged");
        assertThat(Files.readAllBytes(file())).isEqualTo(damaged);
    }

    @Test
    void aFileOfAnotherReleaseIsReported() throws Exception {
        open().close();
        try (MVStore store = MVStore.open(file().toString())) {
            store.openMap(
                            "meta",
                            new MVMap.Builder<String, String>()
                                    .keyType(StringDataType.INSTANCE)
                                    .valueType(StringDataType.INSTANCE))
                    .put("format", "2");
        }

        assertThatThrownBy(this::open)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("another release");
    }

    @Test
    void nothingThatWasAcknowledgedIsLostWhenTheProcessIsKilled() throws Exception {
        Map<String, String> expected = new HashMap<>();
        for (int round = 0; round < 3; round++) {
            Process writer = DurableWriter.start(directory());
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8))) {
                for (int i = 0; i < 300 + 77 * round; i++) {
                    apply(expected, lines.readLine());
                }
                writer.toHandle().destroyForcibly();
                String line;
                while ((line = lines.readLine()) != null) {
                    apply(expected, line);
                }
            }
            assertThat(writer.waitFor()).as("killed, not ended").isEqualTo(137);

            try (GrantStore store = open()) {
                for (Map.Entry<String, String> entry : expected.entrySet()) {
                    StoredRecord found = store.get(new RecordKey(RecordType.GRANT, entry.getKey()));
                    String[] allowed = entry.getValue().split("\\|", -1);
                    assertThat(found == null ? "" : found.value())
                            .as("%s in round %d", entry.getKey(), round)
                            .isIn((Object[]) allowed);
                }
                assertThat(expected).hasSizeGreaterThan(50);
            }
            // What a kill left undecided is decided now.
            expected.clear();
        }
    }

    @Test
    void theFileDoesNotGrowWithoutEnd() throws Exception {
        try (GrantStore store = open()) {
            RecordKey key = grant();
            String version = Objects.requireNonNull(store.create(key, null, "0", later()));
            for (int i = 0; i < 500; i++) {
                version = Objects.requireNonNull(store.replace(key, version, "v".repeat(1000), later()));
            }
        }
        // 500 writes of 8 KiB, none of which may be written over for 45 seconds, and the same once more while
        // compacting.
        assertThat(Files.size(file())).isLessThan(12L << 20);
    }

    /**
     * Takes in a line of the writer: {@code begin id value} before an operation, {@code done id value} after it; an empty
     * value: taken. Between the two, the record is as it was or as it will be.
     */
    private static void apply(Map<String, String> expected, String line) {
        assertThat(line).as("a line of the writer").isNotNull();
        String[] words = line.split(" ", -1);
        if (words.length == 4 && words[3].equals(".")) {
            String before = expected.getOrDefault(words[1], "");
            expected.put(words[1], words[0].equals("begin") ? before + "|" + words[2] : words[2]);
        }
    }

    private static byte[] overwrite(byte[] bytes, int from, int length) {
        byte[] damaged = bytes.clone();
        for (int i = from; i < from + length; i++) {
            damaged[i] ^= 0x55;
        }
        return damaged;
    }

    private Path directory() {
        return temporary.resolve("state");
    }

    private Path file() {
        return directory().resolve("grants.mv");
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(directory())) {
            return files.toList();
        }
    }
}
