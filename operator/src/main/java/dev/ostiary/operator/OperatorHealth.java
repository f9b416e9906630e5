package dev.ostiary.operator;

import dev.ostiary.operator.admin.Health;
import java.util.function.Supplier;

/**
 * What the probes are told. A replica that stands by is ready as soon as it could take over: otherwise a rolling upgrade
 * would wait for a lease that the old replica holds. Nothing that the API server does makes the process be restarted: only
 * a loop that has died in it.
 */
final class OperatorHealth implements Health {

    private final Supplier<String> watches;
    private final Canary canary;
    private volatile boolean started;
    private volatile boolean closing;

    OperatorHealth(Supplier<String> watches, Canary canary) {
        this.watches = watches;
        this.canary = canary;
    }

    void started() {
        started = true;
    }

    void closing() {
        closing = true;
    }

    @Override
    public String dead() {
        return started && !closing ? canary.dead() : "";
    }

    @Override
    public String unready() {
        if (closing) {
            return "stopping";
        }
        return started ? watches.get() : "starting";
    }
}
