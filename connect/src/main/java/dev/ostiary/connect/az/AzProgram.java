package dev.ostiary.connect.az;

import dev.ostiary.connect.program.ProgramPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the Azure CLI is started. On Windows it is {@code az.cmd}, which only a shell can run; so the Python beside it is started as that
 * file does.
 */
final class AzProgram {

    private AzProgram() {}

    /** The program and its first arguments; null when it is not in {@code PATH}. */
    static @Nullable List<String> find(Map<String, String> environment, String osName) {
        if (!osName.toLowerCase(Locale.ROOT).startsWith("windows")) {
            Path az = ProgramPath.find("az", environment);
            return az == null ? null : List.of(az.toString());
        }
        Path cmd = ProgramPath.find("az.cmd", environment);
        Path folder = cmd == null ? null : cmd.getParent();
        if (folder == null) {
            return null;
        }
        Path python = folder.resolveSibling("python.exe");
        return Files.isRegularFile(python) ? List.of(python.toString(), "-IBm", "azure.cli") : null;
    }
}
