package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the launcher says about itself in system properties.
 *
 * @param home the built program: the sample server and start caches; null when started in another way
 * @param demo the demo's resource files; null likewise
 * @param command how the user called it
 */
public record Installation(@Nullable Path home, @Nullable Path demo, String command) {

    /** From {@code ostiary.home}, {@code ostiary.demo} and {@code ostiary.command}. */
    public static Installation of(Map<?, ?> properties) {
        return new Installation(
                path(properties.get("ostiary.home")),
                path(properties.get("ostiary.demo")),
                properties.get("ostiary.command") instanceof String command ? command : "ostiary");
    }

    Path requiredHome() throws CommandFailure {
        return required(home);
    }

    Path requiredDemo() throws CommandFailure {
        return required(demo);
    }

    private static Path required(@Nullable Path path) throws CommandFailure {
        if (path == null) {
            throw CommandFailure.environment("the demo needs to be started with ./ostiary, which builds its parts");
        }
        return path;
    }

    private static @Nullable Path path(@Nullable Object property) {
        return property instanceof String text ? Path.of(text) : null;
    }
}
