package dev.ostiary.gateway.bridge;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines that start the bridge; none of them needs a shell. */
public final class BridgeCommand {

    /** Where the bridge is in every image, whichever way it gets there: its programs name this path. */
    public static final String FOLDER = "/ostiary/bridge";

    private static final String MAIN = "dev.ostiary.gateway.bridge.BridgeMain";

    private BridgeCommand() {}

    /**
     * In a container that has {@link #FOLDER}.
     *
     * @param options of {@code bridge serve}
     * @param command the server's program and its arguments
     */
    public static List<String> inImage(List<String> options, List<String> command) {
        return line(List.of(FOLDER + "/bin/bridge"), options, command);
    }

    /** For the init container: copies {@link #FOLDER} of its image into {@code folder}. */
    public static List<String> copyTo(String folder) {
        return List.of(FOLDER + "/bin/bridge", "copy", folder);
    }

    /**
     * As a child of a program that runs on a JDK of its own.
     *
     * @param java the JDK's {@code bin/java}
     * @param classPath with this module and what it depends on
     * @param options of {@code bridge serve}
     * @param command the server's program and its arguments
     */
    public static List<String> onJdk(Path java, String classPath, List<String> options, List<String> command) {
        return line(
                List.of(
                        java.toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx96m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath,
                        MAIN),
                options,
                command);
    }

    private static List<String> line(List<String> program, List<String> options, List<String> command) {
        List<String> line = new ArrayList<>(program);
        line.add("serve");
        line.addAll(options);
        line.add("--");
        line.addAll(command);
        return List.copyOf(line);
    }
}
