package dev.ostiary.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.entra.check.RegistrationCheck;
import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.output.AzScript;
import dev.ostiary.entra.output.Bicep;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.RegistrationOptions;
import dev.ostiary.entra.tenant.RegistrationReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts run by a real shell, with an Azure CLI that writes down what it was given. */
class AzScriptTest {

    private static final String HOSTILE = "O'Brien's $(touch made) `touch made` \"x\" \\ ${HOME} 'quoted'";

    /** Consent is a command of its own, and the credential is the pipeline's. */
    private static final Set<String> LEFT_TO_OTHERS = Set.of("admin consent", "passwordCredentials", "keyCredentials");

    @TempDir
    private Path folder;

    @Test
    void nothingOfAResourceIsReadByTheShell() throws Exception {
        DesiredRegistration desired = hostile();
        az("""
                #!/bin/sh
                for argument in "$@"; do
                  case "$previous" in --body) printf '%s\\n' "$argument" >> bodies ;; esac
                  previous=$argument
                done
                echo 6e74172b-0000-4000-8000-e66a39bb12e3
                """);
        Files.writeString(folder.resolve("script.sh"), AzScript.of(desired));

        Process shell = shell(Map.of());

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

    /** {@code az rest} as far as the script uses it, by curl, for a caller with a token. */
    private static final String REST = """
            #!/bin/sh
            [ "$1" = rest ] || exit 0
            shift
            config=$(mktemp headers.XXXXXX)
            printf 'header = "Authorization: Bearer %s"\\n' "$TOKEN" > "$config"
            method= url= body= query=
            while [ $# -gt 0 ]; do
              case "$1" in
                --method) method=$2; shift 2 ;;
                --url) url=$2; shift 2 ;;
                --body) body=$2; shift 2 ;;
                --query) query=$2; shift 2 ;;
                --output) shift 2 ;;
                --headers)
                  shift
                  while [ $# -gt 0 ]; do
                    case "$1" in --*) break ;; esac
                    printf 'header = "%s: %s"\\n' "${1%%=*}" "${1#*=}" >> "$config"
                    shift
                  done ;;
                *) echo "unknown: $1" >&2; exit 2 ;;
              esac
            done
            if [ "$method" = GET ]; then
              answer=$(curl --silent --show-error --fail --globoff --config "$config" "$url") || exit 1
              printf '%s' "$answer" | sed -n 's/.*"'"$query"'" *: *"\\([^"]*\\)".*/\\1/p'
            else
              printf '%s' "$body" > body
              curl --silent --show-error --fail-with-body --globoff --config "$config" --request "$method" --data-binary @body "$url"
            fi
            """;

    @ParameterizedTest
    @ValueSource(strings = {"facade", "direct", "both", "federated"})
    void whatItMakesIsWhatIsNeededHoweverOftenItRuns(String golden) throws Exception {
        try (TestTenant tenant = new TestTenant()) {
            DesiredRegistration desired = tenant.desired(golden, folder);
            az(REST);
            Files.writeString(folder.resolve("script.sh"), AzScript.of(desired));
            RegistrationReader reader = new RegistrationReader(tenant.admin());
            String first = "";
            for (int run = 0; run < 2; run++) {
                // What has just been made is not known everywhere.
                tenant.emulator.consistency().hideCreated(run == 0 ? 1 : 0);

                Process shell = shell(Map.of("TOKEN", tenant.administratorsToken()));

                assertThat(shell.waitFor(120, TimeUnit.SECONDS)).isTrue();
                String said = Files.readString(folder.resolve("said"));
                assertThat(shell.exitValue()).as(said).isZero();
                tenant.admin()
                        .awaitReplicated(
                                "what the script wrote",
                                () -> open(desired, reader.read(desired)).isEmpty());
                ActualRegistration actual = reader.read(desired);
                DesiredRegistration known =
                        desired.withClientId(actual.application().path("appId").asText());
                assertThat(said).contains("spec.entra.clientId: " + known.clientId());
                assertThat(open(desired, actual)).isEmpty();
                assertThat(tenant.admin().list("/applications")).hasSize(1);
                assertThat(run == 0 ? "" : first)
                        .isEqualTo(run == 0 ? "" : actual.application().toString());
                first = actual.application().toString();
            }
        }
    }

    private static List<RegistrationFinding> open(DesiredRegistration desired, ActualRegistration actual) {
        String clientId = actual.at("appId").asText("none");
        return RegistrationCheck.of(desired.withClientId(clientId), actual, Instant.now()).stream()
                .filter(finding -> !LEFT_TO_OTHERS.contains(finding.path()))
                .toList();
    }

    @Test
    void bicepDoesNotReadItEither() {
        assertThat(Bicep.of(hostile()))
                .contains("'O\\'Brien\\'s $(touch made) `touch made` \"x\" \\\\ \\${HOME} \\'quoted\\''");
    }

    private void az(String text) throws IOException {
        Path az = Files.writeString(folder.resolve("az"), text);
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
    }

    private Process shell(Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "script.sh").directory(folder.toFile());
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile());
        builder.environment().putAll(environment);
        builder.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
        return builder.start();
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
