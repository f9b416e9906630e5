package dev.ostiary.cli;

import dev.ostiary.cli.up.KeyRingFile;
import dev.ostiary.gateway.config.KeyRing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "show",
        description = "Lists the keys: what they are for, their ids, states and ages. Never a key itself.",
        footer = {
            "",
            "PUBLISHED keys are known and not used yet; the ACTIVE one of a purpose signs or seals; RETIRING ones",
            "verify and open what they signed and sealed before.",
            "",
            "Examples:",
            "  ostiary keys show --state /var/lib/ostiary",
        })
final class KeysShowCommand implements Callable<Integer> {

    private final Terminal terminal;
    private final InstantSource clock;

    @Option(names = "--state", paramLabel = "DIR", required = true, description = "The folder given to `ostiary up`.")
    private Path state = Path.of("");

    KeysShowCommand(Terminal terminal, InstantSource clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    @Override
    public Integer call() throws CommandFailure {
        KeyRing ring;
        try {
            ring = new KeyRingFile(state).read();
        } catch (IOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()));
        }
        Instant now = clock.instant();
        terminal.heading("Key ring, version " + ring.version());
        ring.keys().stream()
                .sorted(Comparator.comparing(KeyRing.Key::purpose).thenComparing(KeyRing.Key::created))
                .forEach(key -> terminal.line(
                        String.format("  %-12s  %-16s  %-9s  %s", key.purpose(), key.id(), key.state(), about(key, now))
                                .stripTrailing()));
        return ExitCode.OK;
    }

    private static String about(KeyRing.Key key, Instant now) {
        String age = "made " + words(Duration.between(key.created(), now)) + " ago";
        @Nullable Instant until = key.until();
        return until == null ? age : age + ", removed on " + until.truncatedTo(ChronoUnit.MINUTES);
    }

    private static String words(Duration age) {
        if (age.toDays() > 0) {
            return age.toDays() + " d";
        }
        return age.toHours() > 0 ? age.toHours() + " h" : Math.max(0, age.toMinutes()) + " min";
    }
}
