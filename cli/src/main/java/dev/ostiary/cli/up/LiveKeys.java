package dev.ostiary.cli.up;

import dev.ostiary.cli.Terminal;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRotation;
import dev.ostiary.gateway.config.KeyRotation.Reported;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The key ring of a running gateway: rotated when it is time, and followed when somebody changes its file. The file is the
 * truth; while it cannot be read, what is enforced stays. Safe for any thread.
 */
final class LiveKeys implements AutoCloseable {

    /** Minutes are what the steps of a rotation take; looking costs next to nothing. */
    private static final Duration CHECK_EVERY = Duration.ofMinutes(1);

    /** A rotation has three steps; more at once means that something else keeps changing the ring. */
    private static final int MAX_STEPS = 8;

    private final @Nullable KeyRingFile file;
    private final SecureRandom random;
    private final KeyRotation rotation;
    private final InstantSource clock;
    private final Terminal terminal;
    private volatile KeyRing ring;
    private Reported reported;
    private @Nullable Supplier<KeyPolicies> policies;
    private @Nullable Consumer<KeyRing> enforce;
    private @Nullable Thread timer;
    private @Nullable ChangeWatch watch;
    private @Nullable String said;

    private LiveKeys(
            @Nullable KeyRingFile file, KeyRing ring, SecureRandom random, InstantSource clock, Terminal terminal) {
        this.file = file;
        this.ring = ring;
        this.random = random;
        this.rotation = new KeyRotation(random);
        this.clock = clock;
        this.terminal = terminal;
        this.reported = new Reported(ring.version(), clock.instant());
    }

    /**
     * Reads the ring, or makes one.
     *
     * @param state the folder that keeps it; null: it lives as long as the process
     * @throws IOException when what is there cannot be used; the message says what to do
     */
    static LiveKeys open(@Nullable Path state, InstantSource clock, Terminal terminal) throws IOException {
        SecureRandom random = new SecureRandom();
        if (state == null) {
            return new LiveKeys(null, KeyRing.generate(random, clock.instant()), random, clock, terminal);
        }
        KeyRingFile file = new KeyRingFile(state);
        return new LiveKeys(file, file.readOrCreate(random, clock.instant()), random, clock, terminal);
    }

    /** What is enforced. */
    KeyRing ring() {
        return ring;
    }

    /**
     * Checks now, from time to time, and when the file changes.
     *
     * @param policies when keys change
     * @param enforce makes the gateway use a ring; when it throws, the ring counts as not known
     */
    synchronized void keepUp(Supplier<KeyPolicies> policies, Consumer<KeyRing> enforce) {
        this.policies = policies;
        this.enforce = enforce;
        check();
        timer = Thread.ofVirtual().name("ostiary-keys").start(this::checkAgainAndAgain);
        if (file != null) {
            try {
                watch = ChangeWatch.start(file.path(), this::check);
            } catch (IOException e) {
                terminal.warning("changes of " + file.path() + " will be noticed late: " + e.getMessage());
            }
        }
    }

    /** Takes the steps that are due. Never throws. */
    synchronized void check() {
        if (policies == null || enforce == null) {
            return;
        }
        try {
            for (int step = 0; step < MAX_STEPS; step++) {
                KeyRing next = next(policies.get());
                if (next.equals(ring)) {
                    said = null;
                    return;
                }
                enforce.accept(next);
                ring = next;
                reported = new Reported(next.version(), clock.instant());
                terminal.hint("Keys: version " + next.version() + " of the ring is in use");
            }
        } catch (IOException | RuntimeException e) {
            String problem = "Keys stay as they are: " + e.getMessage();
            if (!problem.equals(said)) {
                terminal.warning(problem);
                said = problem;
            }
        }
    }

    @Override
    public void close() {
        Thread running;
        ChangeWatch watching;
        synchronized (this) {
            running = timer;
            watching = watch;
            enforce = null;
        }
        if (running != null) {
            running.interrupt();
        }
        if (watching != null) {
            watching.close();
        }
    }

    private KeyRing next(KeyPolicies now) throws IOException {
        return file == null
                ? rotation.next(ring, now, reported, clock.instant())
                : file.update(current -> current.equals(ring)
                        ? rotation.next(current, now, reported, clock.instant())
                        // Somebody else's change comes first: it is enforced as it is.
                        : current.completed(random, clock.instant()));
    }

    private void checkAgainAndAgain() {
        try {
            while (true) {
                Thread.sleep(CHECK_EVERY);
                check();
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }
}
