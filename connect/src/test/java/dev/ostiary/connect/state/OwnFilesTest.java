package dev.ostiary.connect.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnFilesTest {

    @TempDir
    private Path home;

    private Path folder() {
        return home.resolve("a/b");
    }

    @Test
    void whatOthersMayReadIsNotRead() throws Exception {
        OwnFiles files = new OwnFiles(folder());
        files.write("name", new byte[] {1});
        Path file = folder().resolve("name");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> files.read("name"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod go= '" + file + "'");
    }

    @Test
    void nothingIsWrittenWhereOthersMayWrite() throws Exception {
        Files.createDirectories(folder());
        Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwx---"));
        OwnFiles files = new OwnFiles(folder());
        assertThatThrownBy(() -> files.write("name", new byte[] {1})).hasMessageContaining("is open to other users");
        assertThatThrownBy(() -> SharedLock.take(files, "lock")).hasMessageContaining("is open to other users");
        assertThat(folder()).isEmptyDirectory();
    }

    /** A link in its place is replaced, not followed: what it leads to stays as it is. */
    @Test
    void aFileIsReplacedWhole() throws Exception {
        OwnFiles files = new OwnFiles(folder());
        files.write("name", new byte[] {1});
        Path elsewhere = Files.write(home.resolve("elsewhere"), new byte[] {7});
        Files.delete(folder().resolve("name"));
        Files.createSymbolicLink(folder().resolve("name"), elsewhere);
        files.write("name", new byte[] {2, 3});
        assertThat(folder().resolve("name")).isRegularFile().hasBinaryContent(new byte[] {2, 3});
        assertThat(files.read("name")).containsExactly(2, 3);
        assertThat(elsewhere).hasBinaryContent(new byte[] {7});
        try (Stream<Path> left = Files.list(folder())) {
            assertThat(left).hasSize(1);
        }
    }
}
