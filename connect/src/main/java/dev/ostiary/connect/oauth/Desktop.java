package dev.ostiary.connect.oauth;

import dev.ostiary.connect.program.ProgramPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The user's browser, by the program with which this system opens URLs. No shell in between. */
final class Desktop {

    private final Map<String, String> environment;
    private final String os;

    /**
     * Of this session.
     *
     * @param osName as {@code os.name} has it
     */
    Desktop(Map<String, String> environment, String osName) {
        this.environment = Map.copyOf(environment);
        this.os = osName.toLowerCase(Locale.ROOT);
    }

    /** Whether a browser can be opened where this runs. */
    boolean hasBrowser() {
        return opener() != null;
    }

    /** Opens it; false when that fails, and then the user is shown the URL alone. */
    boolean open(String url) {
        List<String> command = command(url);
        if (command == null) {
            return false;
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().remove("MCP_ENTRA_TOKEN");
        builder.environment().remove("MCP_ENTRA_HEADERS");
        try {
            builder.start().getOutputStream().close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What opens it; null when nothing does. */
    @Nullable
    List<String> command(String url) {
        List<String> opener = opener();
        if (opener == null) {
            return null;
        }
        List<String> all = new ArrayList<>(opener);
        all.add(url);
        return all;
    }

    private @Nullable List<String> opener() {
        if (os.startsWith("windows")) {
            Path rundll = ProgramPath.find("rundll32.exe", environment);
            return rundll == null ? null : List.of(rundll.toString(), "url.dll,FileProtocolHandler");
        }
        if (os.startsWith("mac")) {
            Path open = ProgramPath.find("open", environment);
            return open == null ? null : List.of(open.toString());
        }
        boolean screen = !environment.getOrDefault("DISPLAY", "").isEmpty()
                || !environment.getOrDefault("WAYLAND_DISPLAY", "").isEmpty();
        Path xdg = screen ? ProgramPath.find("xdg-open", environment) : null;
        return xdg == null ? null : List.of(xdg.toString());
    }
}
