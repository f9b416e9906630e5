package dev.ostiary.connect.az;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds programs as a shell would, so that none is needed to start them; folders that are not absolute are passed over. */
public final class ProgramPath {

    private ProgramPath() {}

    /** Where this program is, by {@code PATH}; null when it is nowhere. */
    public static @Nullable Path find(String name, Map<String, String> environment) {
        for (String folder : path(environment).split(File.pathSeparator)) {
            try {
                Path program = Path.of(folder).resolve(name);
                if (program.isAbsolute() && Files.isRegularFile(program) && Files.isExecutable(program)) {
                    return program;
                }
            } catch (InvalidPathException e) {
                // No folder.
            }
        }
        return null;
    }

    /**
     * How the Azure CLI is started. On Windows it is {@code az.cmd}, which only a shell can run; so the Python beside it
     * is started as that file does.
     *
     * @return null when it is not in {@code PATH}
     */
    static @Nullable List<String> azureCli(Map<String, String> environment) {
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")) {
            Path az = find("az", environment);
            return az == null ? null : List.of(az.toString());
        }
        Path cmd = find("az.cmd", environment);
        Path folder = cmd == null ? null : cmd.getParent();
        if (folder == null) {
            return null;
        }
        Path python = folder.resolveSibling("python.exe");
        return Files.isRegularFile(python) ? new ArrayList<>(List.of(python.toString(), "-IBm", "azure.cli")) : null;
    }

    private static String path(Map<String, String> environment) {
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            if (variable.getKey().equalsIgnoreCase("PATH")) {
                return variable.getValue();
            }
        }
        return "";
    }
}
