package dev.ostiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.cli.up.KeyRingFile;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRing.Purpose;
import dev.ostiary.gateway.config.KeyRing.State;
import dev.ostiary.gateway.config.KeyRingCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysCommandTest {

    @TempDir
    private Path folder;

    private Path state;
    private KeyRing ring;

    @BeforeEach
    void aStateFolder() throws Exception {
        state = Files.createDirectory(
                folder.resolve("state"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ring = KeyRing.generate(new SecureRandom(), Instant.now());
        Files.createFile(
                state.resolve("keys.json"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(state.resolve("keys.json"), KeyRingCodec.write(ring));
    }

    @Test
    void keysAreListedAndNeverShown() {
        Invocation show = run("keys", "show", "--state", state.toString());

        assertThat(show.exitCode()).isZero();
        assertThat(show.err()).isEmpty();
        assertThat(show.out()).contains("version 1").hasLineCount(1 + Purpose.values().length);
        for (KeyRing.Key key : ring.keys()) {
            assertThat(show.out())
                    .containsPattern(key.purpose() + " +" + key.id() + " +ACTIVE +made 0 min ago")
                    .doesNotContain(Base64.getEncoder().encodeToString(key.material()));
        }
    }

    @Test
    void aRotationPublishesNewKeysOnce() throws Exception {
        Invocation rotate = run("keys", "rotate", "--state", state.toString());

        assertThat(rotate.exitCode()).isZero();
        assertThat(rotate.out()).contains("version 2");
        KeyRing after = new KeyRingFile(state).read();
        assertThat(after.keys()).containsAll(ring.keys()).hasSize(2 * Purpose.values().length);
        assertThat(run("keys", "rotate", "--state", state.toString()).out()).contains("under way already");
        assertThat(new KeyRingFile(state).read()).isEqualTo(after);
        assertThat(run("keys", "show", "--state", state.toString()).out()).contains("PUBLISHED");
    }

    @Test
    void anEmergencyReplacesKeysAndSaysWhatEnds() throws Exception {
        Invocation rotate = run("keys", "rotate", "--state", state.toString(), "--emergency", "--purpose", "signing");

        assertThat(rotate.exitCode()).isZero();
        assertThat(rotate.out()).contains("access token").doesNotContain("client id");
        KeyRing after = new KeyRingFile(state).read();
        assertThat(after.of(Purpose.SIGNING))
                .singleElement()
                .satisfies(key -> assertThat(key.state()).isEqualTo(State.ACTIVE))
                .isNotEqualTo(ring.active(Purpose.SIGNING));
        assertThat(after.active(Purpose.SEALING)).isEqualTo(ring.active(Purpose.SEALING));

        assertThat(run("keys", "rotate", "--state", state.toString(), "--emergency")
                        .out())
                .contains("client id", "MCP session", "assertion", "stored");
    }

    @ParameterizedTest
    @ValueSource(strings = {"show", "rotate"})
    void aFileThatIsNoneIsOneLineAndStays(String command) throws Exception {
        Files.writeString(state.resolve("keys.json"), "{\"version\":7,\"keys\":[{\"material\":\"c2VjcmV0\"");

        Invocation refused = run("keys", command, "--state", state.toString());

        assertThat(refused.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .hasLineCount(1)
                .contains(state.resolve("keys.json").toString(), "restore it")
                .doesNotContain("c2VjcmV0");
        assertThat(state.resolve("keys.json")).content().startsWith("{\"version\":7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"show", "rotate"})
    void aFolderWithoutKeysIsOneLineAndStaysEmpty(String command) throws Exception {
        Path nothing = folder.resolve("nothing");

        Invocation refused = run("keys", command, "--state", nothing.toString());

        assertThat(refused.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(refused.err()).hasLineCount(1).contains("ostiary up --state");
        assertThat(nothing).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys", "keys show", "keys rotate", "keys rotate --state s --purpose nothing", "keys fly"})
    void wrongArgumentsAreExitCode2(String arguments) {
        Invocation wrong = run(arguments.split(" "));

        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("--help").hasLineCount(2);
    }

    @Test
    void everySubcommandHasHelp() {
        assertThat(run("keys", "--help").out()).contains("show", "rotate", "Examples:");
        assertThat(run("keys", "rotate", "--help").out()).contains("--emergency", "Examples:");
        assertThat(run("keys", "show", "--help").out()).contains("RETIRING", "Examples:");
    }

    private static Invocation run(String... arguments) {
        return Invocation.of(Map.of(), arguments);
    }
}
