package dev.ostiary.connect.program;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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

    private static String path(Map<String, String> environment) {
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            if (variable.getKey().equalsIgnoreCase("PATH")) {
                return variable.getValue();
            }
        }
        return "";
    }
}
