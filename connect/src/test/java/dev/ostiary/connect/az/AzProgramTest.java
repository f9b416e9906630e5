package dev.ostiary.connect.az;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No shell starts the Azure CLI, on Windows neither. */
class AzProgramTest {

    @TempDir
    private Path folder;

    private Path program(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void itIsTheProgramInThePath() throws IOException {
        Path az = program("bin/az");
        assertThat(AzProgram.find(Map.of("PATH", "bin:/nowhere:" + folder.resolve("bin")), "Linux"))
                .containsExactly(az.toString());
        assertThat(AzProgram.find(Map.of("PATH", "/nowhere"), "Mac OS X")).isNull();
    }

    /** {@code az.cmd} of the MSI is {@code wbin\\az.cmd} and runs {@code ..\\python.exe -IBm azure.cli}. */
    @Test
    void onWindowsItIsThePythonBesideTheCommandFile() throws IOException {
        Path wbin = program("CLI2/wbin/az.cmd").getParent();
        Map<String, String> environment = Map.of("Path", wbin.toString());
        assertThat(AzProgram.find(environment, "Windows 11")).isNull();

        Path python = program("CLI2/python.exe");
        assertThat(AzProgram.find(environment, "Windows 11")).containsExactly(python.toString(), "-IBm", "azure.cli");
    }
}
