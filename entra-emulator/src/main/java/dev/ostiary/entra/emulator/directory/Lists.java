package dev.ostiary.entra.emulator.directory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copies of lists that a directory file may leave out. */
final class Lists {

    private Lists() {}

    static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
