package dev.ostiary.connect.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The URL is one argument of one program on every system: nothing in it is read by a shell. */
class DesktopTest {

    private static final String URL = "https://login.example.com/a?b=c&d=%20'`$(x)";

    @TempDir
    private Path folder;

    private String program(String name) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"))
                .toString();
    }

    @Test
    void everySystemHasItsProgram() throws IOException {
        String open = program("open");
        String rundll = program("rundll32.exe");
        String xdg = program("xdg-open");
        Map<String, String> path = Map.of("PATH", folder.toString());
        Map<String, String> desktop = Map.of("PATH", folder.toString(), "WAYLAND_DISPLAY", "wayland-0");

        assertThat(new Desktop(path, "Mac OS X").command(URL)).containsExactly(open, URL);
        assertThat(new Desktop(path, "Windows 11").command(URL))
                .containsExactly(rundll, "url.dll,FileProtocolHandler", URL);
        assertThat(new Desktop(desktop, "Linux").command(URL)).containsExactly(xdg, URL);
    }

    @Test
    void withoutAScreenThereIsNone() throws IOException {
        program("xdg-open");
        assertThat(new Desktop(Map.of("PATH", folder.toString()), "Linux").hasBrowser())
                .isFalse();
        assertThat(new Desktop(Map.of("PATH", "/nowhere"), "Mac OS X").open(URL))
                .isFalse();
    }
}
