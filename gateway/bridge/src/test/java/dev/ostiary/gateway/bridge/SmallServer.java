package dev.ostiary.gateway.bridge;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The server of {@code src/test/c/server.c}, compiled once. */
final class SmallServer {

    private static final Path PROGRAM = compile();

    private SmallServer() {}

    /** Its path; skips the test where there is no compiler. */
    static String path() {
        if (!Files.isExecutable(PROGRAM)) {
            String why = "no C compiler: install one as cc (Debian: gcc libc6-dev) to run the bridge's tests";
            if (Boolean.getBoolean("ostiary.levels.required")) {
                fail(why);
            }
            Assumptions.abort(why);
        }
        return PROGRAM.toString();
    }

    private static Path compile() {
        try {
            Path folder = Path.of("target", "small-server").toAbsolutePath();
            Files.createDirectories(folder);
            Path program = folder.resolve("server");
            Files.deleteIfExists(program);
            Process cc = new ProcessBuilder("cc", "-O1", "-o", program.toString(), "src/test/c/server.c")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("cc.log").toFile())
                    .start();
            if (!cc.waitFor(60, TimeUnit.SECONDS) || cc.exitValue() != 0) {
                throw new IllegalStateException("cc failed");
            }
            return program;
        } catch (IOException _) {
            return Path.of("no-compiler");
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
