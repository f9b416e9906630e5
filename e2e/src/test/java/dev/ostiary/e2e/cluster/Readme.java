package dev.ostiary.e2e.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The commands of a section of the README, one per line, as somebody would copy them. */
final class Readme {

    private Readme() {}

    /** All shell lines below this heading, up to the next one; a line that ends with a backslash goes on. */
    static List<String> commands(Path readme, String heading) throws IOException {
        List<String> commands = new ArrayList<>();
        boolean inSection = false;
        boolean inShell = false;
        StringBuilder open = new StringBuilder();
        for (String line : Files.readAllLines(readme)) {
            if (!inShell && line.startsWith("#")) {
                inSection = line.equals(heading);
            } else if (line.startsWith("```")) {
                inShell = inSection && line.equals("```sh");
            } else if (inShell && line.endsWith("\\")) {
                open.append(line, 0, line.length() - 1);
            } else if (inShell && !line.isBlank()) {
                commands.add(open.append(line).toString());
                open.setLength(0);
            }
        }
        if (commands.isEmpty()) {
            throw new IOException(readme + " has no commands below " + heading);
        }
        return commands;
    }
}
