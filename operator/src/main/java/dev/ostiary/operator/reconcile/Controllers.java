package dev.ostiary.operator.reconcile;

import dev.ostiary.operator.apply.Applier;
import dev.ostiary.operator.apply.OwnedObjects;
import dev.ostiary.operator.apply.OwnedWatches;
import dev.ostiary.operator.keys.KeyAges;
import dev.ostiary.operator.keys.KeyRingSecrets;
import dev.ostiary.operator.objects.Images;
import dev.ostiary.operator.objects.Metadata;
import dev.ostiary.operator.reconcile.WorldReconciler.Shared;
import dev.ostiary.operator.world.GatewayPods;
import dev.ostiary.operator.world.Scope;
import dev.ostiary.operator.world.WorkloadPods;
import dev.ostiary.operator.world.WorldKeeper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.SortedSet;

/** Registers the three reconcilers. */
public final class Controllers {

    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);
    private static final double GROWTH = 2;

    private Controllers() {}

    /**
     * What they work with.
     *
     * @param metricsFrom namespaces whose pods may read the metrics of gateways; empty: all
     * @param instance the operator's own name
     */
    public record Tools(
            KubernetesClient client,
            WorldKeeper world,
            GatewayPods pods,
            WorkloadPods workloadPods,
            OwnedObjects owned,
            OwnedWatches watches,
            Applier applier,
            Applier.WriteListener writes,
            ReconcileListener listener,
            KeyAges keyAges,
            Images images,
            SortedSet<String> metricsFrom,
            String instance,
            Clock clock) {}

    /** Registers them with {@code operator}, for the resources in {@code scope}. */
    public static void register(Operator operator, Scope scope, Tools tools) {
        Shared shared = new Shared(
                tools.world(),
                new GatewayStates(),
                new EventWriter(tools.client(), tools.instance(), tools.writes()),
                tools.listener(),
                new StatusPace(),
                tools.clock());
        ObjectWriter objects = new ObjectWriter(tools.applier(), tools.watches());
        operator.register(
                new GatewayReconciler(
                        shared,
                        new KeyRingSecrets(
                                tools.client(),
                                tools.world().secrets(),
                                tools.writes(),
                                new SecureRandom(),
                                tools.keyAges()),
                        new RuntimePublisher(tools.world(), tools.owned(), tools.applier()),
                        tools.applier(),
                        objects,
                        tools.owned(),
                        tools.pods(),
                        tools.keyAges(),
                        tools.images(),
                        tools.metricsFrom()),
                settings -> configure(settings, "gateways", scope));
        operator.register(
                new WorkloadReconciler(shared, objects, tools.owned(), tools.workloadPods(), tools.images()),
                settings -> configure(settings, "workloads", scope));
        operator.register(new PolicyReconciler(shared), settings -> configure(settings, "policies", scope));
    }

    private static <P extends HasMetadata> void configure(
            ControllerConfigurationOverrider<P> settings, String name, Scope scope) {
        settings.withName(name)
                .withFieldManager(Metadata.FIELD_MANAGER)
                .withRetry(new GenericRetry()
                        .setInitialInterval(FIRST_RETRY)
                        .setIntervalMultiplier(GROWTH)
                        .setMaxInterval(LAST_RETRY.toMillis())
                        .withoutMaxAttempts());
        if (scope.namespaces().isEmpty()) {
            settings.watchingAllNamespaces();
        } else {
            settings.settingNamespaces(scope.namespaces());
        }
    }
}
