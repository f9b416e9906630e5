package dev.ostiary.cli.entra;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.entra.registration.KnownApps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Puts the client id of a new registration where the gateway's file has the placeholder; nothing else of the file changes. */
final class ClientIdInFile {

    private static final Pattern PLACE = Pattern.compile("(\\bclientId[\"']?\\s*:\\s*[\"']?)" + KnownApps.NOT_MADE_YET);

    private ClientIdInFile() {}

    /**
     * The file that was changed.
     *
     * @throws CommandFailure when the placeholder is not there exactly once
     */
    static Path write(List<Path> paths, String clientId) throws CommandFailure {
        List<Path> found = new ArrayList<>();
        int places = 0;
        try {
            for (Path path : paths) {
                for (Path file : files(path)) {
                    int here = (int)
                            PLACE.matcher(Files.readString(file)).results().count();
                    if (here > 0) {
                        found.add(file);
                    }
                    places += here;
                }
            }
            if (places != 1) {
                throw CommandFailure.refused("clientId: " + KnownApps.NOT_MADE_YET + " is there " + places
                        + " times; set spec.entra.clientId to " + clientId + " by hand");
            }
            Path file = found.getFirst();
            replace(file.toRealPath(), PLACE.matcher(Files.readString(file)).replaceFirst("$1" + clientId));
            return file;
        } catch (IOException e) {
            throw CommandFailure.refused(
                    "the file cannot be changed; set spec.entra.clientId to " + clientId + " by hand");
        }
    }

    /** Whole or not at all, with the permissions that the file has. */
    private static void replace(Path file, String text) throws IOException {
        Path fresh = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".new");
        try {
            Files.copy(file, fresh, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static List<Path> files(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> all = Files.walk(path, 16)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.(yaml|yml|json)"))
                    .sorted()
                    .toList();
        }
    }
}
