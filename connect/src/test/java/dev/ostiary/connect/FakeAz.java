package dev.ostiary.connect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program {@code az} that prints what a test says (texts of azure-cli: core/_profile.py, core/auth/util.py). Its n-th token is {@code az-token-n}.
 */
final class FakeAz {

    private final Path folder;

    private FakeAz(Path folder) {
        this.folder = folder;
    }

    /** With a login, and tokens of one hour. */
    static FakeAz in(Path folder) throws IOException {
        FakeAz az = new FakeAz(Files.createDirectories(folder));
        Path program = folder.resolve("az");
        Files.writeString(program, """
                #!/bin/sh
                cd "$(dirname "$0")"
                echo "$@" >>calls
                [ "$1" = version ] && { echo '{"azure-cli": "2.80.0"}'; exit 0; }
                if [ "$1" = login ]; then
                  cat login.err >&2
                  [ -e login.hangs ] && exec sleep 60
                  [ "$(cat login.exit)" = 0 ] && [ -e token.after.err ] && mv token.after.err token.err
                  [ "$(cat login.exit)" = 0 ] && [ ! -e token.stays ] && echo 0 >token.exit
                  exit "$(cat login.exit)"
                fi
                if [ "$(cat token.exit)" != 0 ]; then cat token.err >&2; exit "$(cat token.exit)"; fi
                if [ -e token.out ]; then cat token.out; exit 0; fi
                n=$(($(cat count) + 1)); echo $n >count
                printf '{"accessToken": "az-token-%s", "expires_on": %s, "tenant": "t", "tokenType": "Bearer"}\\n' $n "$(cat expires)"
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        az.write("count", "0");
        az.write("token.exit", "0");
        az.write("token.err", "");
        az.write("login.exit", "1");
        az.write("login.err", "");
        az.write("expires", "4102444800");
        return az;
    }

    FakeAz write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
        return this;
    }

    FakeAz noToken(String err) throws IOException {
        return write("token.exit", "1").write("token.err", err);
    }

    /** What {@code az login} writes of who is logged in. */
    FakeAz loggedInAs(Path home, String user) throws IOException {
        Path profile = Files.createDirectories(home.resolve(".azure")).resolve("azureProfile.json");
        Files.writeString(profile, "{\"subscriptions\":[{\"user\":{\"name\":\"" + user + "\"}}]}");
        return this;
    }

    FakeAz loginWorks() throws IOException {
        return write("login.exit", "0");
    }

    /** The command lines it got. */
    List<String> calls() throws IOException {
        Path calls = folder.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    Map<String, String> environment(Path home) {
        return new HashMap<>(Map.of("PATH", folder + ":/usr/bin:/bin", "HOME", home.toString()));
    }
}
