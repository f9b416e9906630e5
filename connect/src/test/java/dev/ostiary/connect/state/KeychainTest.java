package dev.ostiary.connect.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.program.ProgramPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keychains: what is written is read, whole or not at all, and no argument of a program has any of it. */
class KeychainTest {

    /** As long as Entra's tokens for users in many groups, and longer. */
    private static final int[] LENGTHS = {1, 2_000, 6_000, 30_000};

    @TempDir
    private Path home;

    private final List<String> said = new ArrayList<>();

    private OwnFiles files() {
        return new OwnFiles(home.resolve("state"));
    }

    private Secrets secrets(Map<String, String> environment, String osName) {
        return Secrets.of(environment, osName, true, files(), new Diagnostics(said::add));
    }

    private static byte[] secret(int length) {
        byte[] secret = new byte[length];
        new Random(length).nextBytes(secret);
        return secret;
    }

    /**
     * Stands in for {@code security} of macOS: a command a line on standard input, cut after 4,095 bytes, 44 for what is not there, the exit
     * code of the last command (zalando/go-keyring, issues 84 and 153).
     */
    private Map<String, String> path() {
        return Map.of("PATH", home.resolve("bin") + ":/usr/bin:/bin", "HOME", home.toString());
    }

    private Map<String, String> mac() throws IOException {
        Path bin = Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("items"));
        Path program = Files.writeString(bin.resolve("security"), """
                #!/bin/sh
                cd '%s'
                echo "$@" >>calls
                case $1 in
                find-generic-password)
                  [ "$2 $3 $4 $6" = '-s ostiary-connect -a -w' ] || exit 2
                  [ -e "items/$5" ] || exit 44
                  cat "items/$5"; exit 0 ;;
                -i) ;;
                *) exit 2 ;;
                esac
                code=0
                fold -b -w 4095 | while IFS= read -r line || [ -n "$line" ]; do
                  set -- $line
                  if [ "$1 $2 $3 $4 $5 $7" = 'add-generic-password -U -s ostiary-connect -a -w' ]; then echo "$8" >"items/$6"; else exit 1; fi
                done
                """.formatted(home));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return path();
    }

    @Test
    void onMacOsSecretsOfAnyLengthGoToStandardInputInLinesThatAreNotCut() throws Exception {
        Secrets secrets = secrets(mac(), "Mac OS X");
        assertThat(secrets.read("key")).isNull();
        for (int length : LENGTHS) {
            secrets.write("key", secret(length));
            assertThat(secrets(mac(), "Mac OS X").read("key"))
                    .as("%d bytes", length)
                    .isEqualTo(secret(length));
        }
        secrets.write("key", secret(5));
        assertThat(secrets.read("key")).isEqualTo(secret(5));

        assertThat(secrets.place()).isEqualTo("the keychain (security)");
        assertThat(Files.readAllLines(home.resolve("calls")))
                .containsOnly(
                        "-i",
                        "find-generic-password -s ostiary-connect -a key -w",
                        "find-generic-password -s ostiary-connect -a key.1 -w",
                        "find-generic-password -s ostiary-connect -a key.2 -w",
                        "find-generic-password -s ostiary-connect -a key.3 -w",
                        "find-generic-password -s ostiary-connect -a key.4 -w",
                        "find-generic-password -s ostiary-connect -a key.5 -w",
                        "find-generic-password -s ostiary-connect -a key.6 -w",
                        "find-generic-password -s ostiary-connect -a key.7 -w",
                        "find-generic-password -s ostiary-connect -a key.8 -w",
                        "find-generic-password -s ostiary-connect -a key.9 -w",
                        "find-generic-password -s ostiary-connect -a key.10 -w",
                        "find-generic-password -s ostiary-connect -a key.11 -w");
        assertThat(said).isEmpty();
        assertThat(home.resolve("state")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "key.1"})
    void partsThatDoNotBelongTogetherAreNoSecret(String part) throws Exception {
        Secrets secrets = secrets(mac(), "Mac OS X");
        secrets.write("key", secret(6_000));
        byte[] before = Files.readAllBytes(home.resolve("items").resolve(part));
        secrets.write("key", secret(6_001));
        assertThat(secrets.read("key")).isEqualTo(secret(6_001));

        Files.write(home.resolve("items").resolve(part), before);
        assertThat(secrets.read("key")).isNull();
        Files.delete(home.resolve("items").resolve(part));
        assertThat(secrets.read("key")).isNull();
        assertThat(said).isEmpty();
    }

    @Test
    void aKeyringOfTheDesktopKeepsSecretsOfAnyLength() throws Exception {
        try (Session session =
                Session.with(home, "gnome-keyring-daemon --unlock --components=secrets >/dev/null <password")) {
            Secrets secrets = secrets(session.environment(), "Linux");
            assertThat(secrets.read("key")).isNull();
            for (int length : LENGTHS) {
                secrets.write("key", secret(length));
                assertThat(secrets(session.environment(), "Linux").read("key"))
                        .as("%d bytes; %s", length, said)
                        .isEqualTo(secret(length));
            }
            assertThat(secrets.read("another")).isNull();
            assertThat(secrets.place()).isEqualTo("the keychain (secret-tool)");
        }
        assertThat(said).isEmpty();
        assertThat(home.resolve("state")).doesNotExist();
    }

    @Test
    void aSessionWithoutAKeyringKeepsThemInFilesAndSaysSo() throws Exception {
        try (Session session = Session.with(home, "true")) {
            Secrets secrets = secrets(session.environment(), "Linux");
            assertThat(secrets.read("key")).isNull();
            secrets.write("key", secret(6_000));
            assertThat(secrets.read("key")).isEqualTo(secret(6_000));
            assertThat(secrets.place()).isEqualTo(home.resolve("state").toString());
        }
        assertThat(said).hasSize(1);
        assertThat(said.getFirst())
                .contains("the keychain (secret-tool) cannot be used (exit code 1")
                .contains("tokens are kept in " + home.resolve("state"));
    }

    /** Else a refresh token that was used already would be shown again, which ends a sign-in. */
    @Test
    void whatWasKeptInAFileWhileTheKeychainFailedIsTheNewerOne() throws Exception {
        secrets(mac(), "Mac OS X").write("key", secret(10));
        Path program = home.resolve("bin/security");
        String works = Files.readString(program);
        Files.writeString(program, "#!/bin/sh\ncat >/dev/null\nexit 1\n");
        secrets(path(), "Mac OS X").write("key", secret(11));
        Files.writeString(program, works);

        assertThat(secrets(path(), "Mac OS X").read("key")).isEqualTo(secret(11));
        secrets(path(), "Mac OS X").write("key", secret(12));
        assertThat(secrets(path(), "Mac OS X").read("key")).isEqualTo(secret(12));
        assertThat(home.resolve("state")).isEmptyDirectory();
        assertThat(said).hasSize(1);
    }

    @Test
    void withoutASessionThereAreFilesAlone() throws Exception {
        Secrets secrets = secrets(Map.of("PATH", System.getenv("PATH")), "Linux");
        secrets.write("key", secret(10));
        assertThat(secrets.read("key")).isEqualTo(secret(10));
        try (Stream<Path> kept = Files.walk(home.resolve("state"))) {
            assertThat(kept.toList())
                    .hasSize(2)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .endsWith("------"));
        }
    }

    /** A desktop session of its own: a D-Bus and what a command starts in it. */
    private static final class Session implements AutoCloseable {

        private final Process process;
        private final Map<String, String> environment;

        private Session(Process process, Map<String, String> environment) {
            this.process = process;
            this.environment = environment;
        }

        static Session with(Path home, String command) throws IOException {
            for (String program : List.of("dbus-run-session", "gnome-keyring-daemon", "secret-tool")) {
                if (ProgramPath.find(program, System.getenv()) == null) {
                    String missing =
                            program + " is not installed (Debian: apt-get install dbus gnome-keyring libsecret-tools)";
                    if (Boolean.getBoolean("ostiary.levels.required")) {
                        throw new AssertionError(missing);
                    }
                    Assumptions.abort(missing);
                }
            }
            Files.writeString(home.resolve("password"), "unlocks it");
            Path run = Files.createDirectory(
                    home.resolve("run"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            ProcessBuilder builder = new ProcessBuilder(
                            "dbus-run-session", "--", "sh", "-c", command + "; echo \"$DBUS_SESSION_BUS_ADDRESS\"; cat")
                    .directory(home.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment()
                    .putAll(Map.of(
                            "HOME", home.toString(),
                            "XDG_DATA_HOME", home.resolve("data").toString(),
                            "XDG_RUNTIME_DIR", run.toString()));
            Process process = builder.start();
            String address = process.inputReader(StandardCharsets.UTF_8).readLine();
            if (address == null || address.isEmpty()) {
                process.destroyForcibly();
                throw new IOException("no D-Bus session");
            }
            Map<String, String> environment = new HashMap<>(builder.environment());
            environment.put("DBUS_SESSION_BUS_ADDRESS", address);
            return new Session(process, environment);
        }

        Map<String, String> environment() {
            return environment;
        }

        @Override
        public void close() throws IOException, InterruptedException {
            process.getOutputStream().close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }
}
