package dev.ostiary.operator;

import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.world.PrimarySource;
import dev.ostiary.operator.world.WorldKeeper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Notices that the operator lives and does nothing. It has the oldest resource of each kind reconciled once a minute, which
 * writes nothing where all is as it must be; when that, or anything else that was asked for, is not begun for minutes, or the
 * compile loop shows no sign of life, the process is better restarted.
 */
final class Canary implements AutoCloseable {

    /** Longer than any compilation, and than the pause after a failed one. */
    private static final Duration COMPILE_SILENCE = Duration.ofMinutes(3);

    /** Longer than a thousand reconciliations, each with some writes, take. */
    private static final Duration QUEUE_SILENCE = Duration.ofMinutes(10);

    private static final Duration EVERY = Duration.ofMinutes(1);

    private final WorldKeeper world;
    private final BooleanSupplier leading;
    private final Clock clock;
    private final Duration compileSilence;
    private final Duration queueSilence;
    private final Thread thread = Thread.ofPlatform().name("canary").daemon().unstarted(this::everyMinute);

    Canary(WorldKeeper world, BooleanSupplier leading) {
        this(world, leading, Clock.systemUTC(), COMPILE_SILENCE, QUEUE_SILENCE);
    }

    Canary(WorldKeeper world, BooleanSupplier leading, Clock clock, Duration compileSilence, Duration queueSilence) {
        this.world = world;
        this.leading = leading;
        this.clock = clock;
        this.compileSilence = compileSilence;
        this.queueSilence = queueSilence;
    }

    void start() {
        thread.start();
    }

    /** Has one resource of each kind reconciled. */
    void sing() {
        List.of(world.gateways(), world.workloads(), world.policies()).forEach(Canary::one);
    }

    /** Which loop is dead; empty when none is. */
    String dead() {
        if (world.alive().plus(compileSilence).isBefore(clock.instant())) {
            return "the compile loop shows no sign of life";
        }
        if (!leading.getAsBoolean()) {
            return "";
        }
        for (PrimarySource<?> source : List.of(world.gateways(), world.workloads(), world.policies())) {
            if (source.longestWait() > queueSilence.toNanos()) {
                return "the reconcile loop of " + source.name() + " shows no sign of life";
            }
        }
        return "";
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void everyMinute() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                sing();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void one(PrimarySource<?> source) {
        source.resources().stream()
                .map(Canary::name)
                .min(ResourceName::compareTo)
                .ifPresent(source::trigger);
    }

    private static ResourceName name(HasMetadata resource) {
        return new ResourceName(
                resource.getMetadata().getNamespace(), resource.getMetadata().getName());
    }
}
