package dev.ostiary.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.entra.output.AzScript;
import dev.ostiary.entra.output.Bicep;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.RegistrationOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts run by a real shell, with an Azure CLI that writes down what it was given. */
class AzScriptTest {

    private static final String HOSTILE = "O'Brien's $(touch made) `touch made` \"x\" \\ ${HOME} 'quoted'";

    @TempDir
    private Path folder;

    @Test
    void nothingOfAResourceIsReadByTheShell() throws Exception {
        DesiredRegistration desired = hostile();
        Path az = folder.resolve("az");
        Files.writeString(az, """
                #!/bin/sh
                for argument in "$@"; do
                  case "$previous" in --body) printf '%s\\n' "$argument" >> bodies ;; esac
                  previous=$argument
                done
                echo 6e74172b-0000-4000-8000-e66a39bb12e3
                """);
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(folder.resolve("script.sh"), AzScript.of(desired));

        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "script.sh").directory(folder.toFile());
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile());
        builder.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
        Process shell = builder.start();

        assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(shell.exitValue())
                .as(Files.readString(folder.resolve("said")))
                .isZero();
        assertThat(folder.resolve("made")).doesNotExist();
        List<String> bodies = Files.readAllLines(folder.resolve("bodies"));
        assertThat(bodies).hasSizeGreaterThan(4);
        assertThat(new JsonMapper()
                        .readTree(bodies.getFirst())
                        .path("displayName")
                        .asText())
                .isEqualTo(HOSTILE);
        assertThat(Files.readString(folder.resolve("said")))
                .contains("spec.entra.clientId: 6e74172b-0000-4000-8000-e66a39bb12e3");
    }

    @Test
    void bicepDoesNotReadItEither() {
        assertThat(Bicep.of(hostile()))
                .contains("'O\\'Brien\\'s $(touch made) `touch made` \"x\" \\\\ \\${HOME} \\'quoted\\''");
    }

    private static DesiredRegistration hostile() {
        return Given.registration(
                Given.GOLDEN.resolve("direct/in.yaml"),
                new RegistrationOptions(
                        HOSTILE,
                        RegistrationOptions.Uris.ROUTES,
                        null,
                        null,
                        true,
                        new RegistrationOptions.Federation(null, null, null)));
    }
}
