package dev.ostiary.e2e.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What was measured, a line each in {@code e2e/target/cluster/measurements.txt}. */
final class Measurements {

    private Measurements() {}

    static void say(String what, Object value) throws IOException {
        Path file = Installation.repository().resolve("e2e/target/cluster/measurements.txt");
        Files.writeString(file, what + ": " + value + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
