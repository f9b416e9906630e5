package dev.ostiary.testing.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text as it was read and found right; {@code -Dostiary.golden.write=true} writes it. */
final class Golden {

    private Golden() {}

    static void check(Path file, String text) {
        try {
            if (Boolean.getBoolean("ostiary.golden.write")) {
                Files.createDirectories(file.getParent());
                Files.writeString(file, text);
            }
            assertThat(text).as(file.toString()).isEqualTo(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
