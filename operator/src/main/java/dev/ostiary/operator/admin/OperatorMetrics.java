package dev.ostiary.operator.admin;

import dev.ostiary.operator.apply.Applier;
import dev.ostiary.operator.reconcile.ReconcileListener;
import dev.ostiary.operator.world.WorldKeeper.Measured;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The operator's metrics. Labels are kinds, verbs and outcomes, never names of resources. Safe for any thread. */
public final class OperatorMetrics implements ReconcileListener, Applier.WriteListener, AutoCloseable {

    private static final Measured NOTHING = new Measured(Duration.ZERO, 0, 0, 0, 0);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final AtomicReference<Measured> world = new AtomicReference<>(NOTHING);
    private final AtomicReference<@Nullable ConditionCounts> conditions = new AtomicReference<>();
    private volatile LongSupplier reconnects = () -> 0;
    private final MultiGauge said;
    private final Timer compilations;

    public OperatorMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        collections.bindTo(registry);
        compilations = Timer.builder("ostiary.operator.compile")
                .description("Time to compile all resources together")
                .publishPercentileHistogram()
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry);
        said = MultiGauge.builder("ostiary.operator.conditions")
                .description("Resources of which a condition has this status and reason")
                .register(registry);
        size("gateways", Measured::gateways);
        size("workloads", Measured::workloads);
        size("policies", Measured::policies);
        size("references", Measured::references);
    }

    /** Shows whether this replica of the operator is the one that works. */
    public void leader(BooleanSupplier leading) {
        Gauge.builder("ostiary.operator.leader", () -> leading.getAsBoolean() ? 1 : 0)
                .description("1 on the replica that works, 0 on those that stand by")
                .register(registry);
    }

    /** Shows for how long nothing has been heard from the API server, and how often silent connections were given up. */
    public void contact(Supplier<Duration> silence, LongSupplier reconnects) {
        Gauge.builder("ostiary.operator.api.silence", () -> silence.get().toMillis() / 1e3)
                .description("How long nothing has been heard from the API server")
                .baseUnit("seconds")
                .register(registry);
        this.reconnects = reconnects;
        // Of this object, since a counter does not keep alive what it counts.
        FunctionCounter.builder("ostiary.operator.api.reconnects", this, metrics -> metrics.reconnects.getAsLong())
                .description("How often all connections were given up because a watch had gone silent")
                .register(registry);
    }

    /** Shows for how long a resource of a kind has been waiting to be reconciled. */
    public void longestWait(String kind, LongSupplier nanos) {
        Gauge.builder("ostiary.operator.queue.wait", () -> nanos.getAsLong() / 1e9)
                .description("How long the resource has waited that waits longest to be reconciled")
                .baseUnit("seconds")
                .tag("kind", kind)
                .register(registry);
    }

    /** Shows what resources say about themselves. */
    public void conditions(ConditionCounts counts) {
        conditions.set(counts);
    }

    /** Shows for how long keys of gateways have been in use past their time. */
    public void keysOverdue(LongSupplier seconds) {
        Gauge.builder("ostiary.operator.keys.overdue", seconds::getAsLong)
                .description(
                        "How long the key has been due to be replaced that has been so the longest, on the working replica")
                .baseUnit("seconds")
                .register(registry);
    }

    /** Takes one compilation. */
    public void compiled(Measured measured) {
        world.set(measured);
        compilations.record(measured.took());
    }

    @Override
    public void reconciled(String kind, Outcome outcome, Duration took) {
        Timer.builder("ostiary.operator.reconcile")
                .description("Reconciliations")
                .tag("kind", kind)
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .record(took);
    }

    @Override
    public void wrote(String kind, String verb) {
        Counter.builder("ostiary.operator.writes")
                .description("Writes to the API server")
                .tag("kind", kind)
                .tag("verb", verb)
                .register(registry)
                .increment();
    }

    /** In the text format of Prometheus. */
    String scrape() {
        ConditionCounts counts = conditions.get();
        if (counts != null) {
            said.register(
                    counts.now().entrySet().stream()
                            .map(entry -> MultiGauge.Row.of(tags(entry.getKey()), entry.getValue()))
                            .toList(),
                    true);
        }
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    private static Tags tags(ConditionCounts.Said said) {
        return Tags.of("kind", said.kind(), "type", said.type(), "status", said.status(), "reason", said.reason());
    }

    private void size(String kind, ToDoubleFunction<Measured> count) {
        Gauge.builder("ostiary.operator.world", () -> count.applyAsDouble(world.get()))
                .description("Resources that were compiled together last, and objects that they refer to")
                .tag("kind", kind)
                .register(registry);
    }
}
