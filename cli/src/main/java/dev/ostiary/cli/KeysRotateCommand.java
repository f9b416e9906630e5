package dev.ostiary.cli;

import dev.ostiary.cli.up.KeyRingFile;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRotation;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rotate",
        description = "Begins to replace the keys, before spec.keys.rotateEvery does.",
        footer = {
            "",
            "New keys are published first, and used once whoever verifies with them knows them: a gateway that runs with",
            "this folder does it by itself, within about six minutes; else the next one does. Nothing ends.",
            "With --emergency old keys are gone at once. Do that when they may be in wrong hands; it says what ends.",
            "",
            "Examples:",
            "  ostiary keys rotate --state /var/lib/ostiary",
            "  ostiary keys rotate --state /var/lib/ostiary --emergency --purpose signing",
        })
final class KeysRotateCommand implements Callable<Integer> {

    private final Terminal terminal;
    private final InstantSource clock;

    @Option(names = "--state", paramLabel = "DIR", required = true, description = "The folder given to `ostiary up`.")
    private Path state = Path.of("");

    @Option(names = "--emergency", description = "Removes the old keys at once, and with them what they made.")
    private boolean emergency;

    @Option(
            names = "--purpose",
            paramLabel = "PURPOSE",
            description = "Only these: ${COMPLETION-CANDIDATES}. May be given several times. Default: all.")
    private Set<KeyRing.Purpose> purposes = EnumSet.noneOf(KeyRing.Purpose.class);

    KeysRotateCommand(Terminal terminal, InstantSource clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    @Override
    public Integer call() throws CommandFailure {
        KeyRotation rotation = new KeyRotation(new SecureRandom());
        Set<KeyRing.Purpose> chosen = purposes.isEmpty() ? KeyRotation.everything() : purposes;
        KeyRingFile file = new KeyRingFile(state);
        List<String> ends = new ArrayList<>();
        AtomicLong before = new AtomicLong();
        KeyRing ring;
        try {
            ring = file.update(current -> {
                before.set(current.version());
                if (!emergency) {
                    return rotation.begin(current, chosen, clock.instant());
                }
                KeyRotation.Emergency replaced = rotation.emergency(current, chosen, clock.instant());
                ends.addAll(replaced.ends());
                return replaced.ring();
            });
        } catch (IOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()));
        }
        if (emergency) {
            terminal.line("The old keys are gone; version " + ring.version() + " of the ring. What ends:");
            ends.forEach(end -> terminal.line("  " + end));
        } else if (ring.version() == before.get()) {
            terminal.line("A rotation is under way already; version " + ring.version() + " of the ring.");
        } else {
            terminal.line("New keys are published; version " + ring.version() + " of the ring.");
        }
        return ExitCode.OK;
    }
}
