package dev.ostiary.operator;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.admin.AdminServer;
import dev.ostiary.operator.admin.ConditionCounts;
import dev.ostiary.operator.admin.OperatorMetrics;
import dev.ostiary.operator.apply.Applier;
import dev.ostiary.operator.apply.OwnedObjects;
import dev.ostiary.operator.apply.OwnedWatches;
import dev.ostiary.operator.contact.ApiContact;
import dev.ostiary.operator.contact.ListeningClients;
import dev.ostiary.operator.keys.KeyAges;
import dev.ostiary.operator.objects.ImageEntry;
import dev.ostiary.operator.objects.Metadata;
import dev.ostiary.operator.objects.ObjectKinds;
import dev.ostiary.operator.reconcile.Controllers;
import dev.ostiary.operator.registry.HttpRegistry;
import dev.ostiary.operator.registry.RegistryTrust;
import dev.ostiary.operator.world.GatewayPods;
import dev.ostiary.operator.world.Scope;
import dev.ostiary.operator.world.WorkloadPods;
import dev.ostiary.operator.world.WorldKeeper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.Cloner;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole operator, put together.
 *
 * <p>The order of its life: the admin port opens; everything is listed; what the resources come to is compiled; then, once
 * this replica leads, resources are reconciled. It ends the other way round: not ready, then no more work, then the port.
 */
public final class Operator implements AutoCloseable {

    /** Name of the Lease on which replicas agree. */
    public static final String LEASE = "ostiary-operator";

    /** For reconciliations that are on their way when the operator is stopped. */
    static final Duration STOPPING = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Operator.class);
    private static final Duration LISTING = Duration.ofMinutes(2);

    /** Reconciliations, and so requests: enough for any API server, and few enough to leave others their turn. */
    private static final int AT_A_TIME = 16;

    private static final Cloner SHARED = new Cloner() {
        @Override
        public <T extends HasMetadata> T clone(T object) {
            return object;
        }
    };

    private final WriteFence fence = new WriteFence();
    private final ApiContact contact;
    private final KubernetesClient client;

    /** Watches by name, of which there may be very many, share connections; the others tell whether they are connected. */
    private final KubernetesClient references;

    private final OperatorMetrics metrics = new OperatorMetrics();
    private final WorldKeeper world;
    private final OwnedWatches owned;
    private final GatewayPods pods;
    private final WorkloadPods workloadPods;
    private final io.javaoperatorsdk.operator.Operator controllers;
    private final OperatorHealth health;
    private final AdminServer admin;
    private final Canary canary;
    private final Runnable leadershipLost;
    private volatile boolean leading;
    private volatile boolean closing;

    private Operator(
            KubernetesClient given, OperatorSettings settings, Clock clock, Runnable leadershipLost, Duration silence)
            throws IOException {
        this.contact = new ApiContact(silence);
        this.client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(given.getConfiguration())
                        // A call that is swallowed ends with its own connection, rather than with one that all share.
                        .withHttp2Disable(true)
                        .build())
                .withHttpClientFactory(new ListeningClients(contact))
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("fence", fence))
                .build();
        this.leadershipLost = leadershipLost;
        Scope scope = new Scope(settings.namespaces());
        String instance = settings.pod() != null ? settings.pod() : "operator-" + UUID.randomUUID();
        this.references = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(given.getConfiguration())
                        .withOnlyHttpWatches(true)
                        .build())
                .withHttpClientFactory(new ListeningClients(contact))
                .build();
        OwnedObjects objects = new OwnedObjects(this::ownedChanged);
        this.world = new WorldKeeper(
                references,
                new HttpRegistry(
                        RegistryTrust.of(settings.registryCa()),
                        settings.registryProxy(),
                        HttpRegistry.thisArchitecture()),
                workload -> ImageEntry.rememberedBy(
                        objects.get(
                                StatefulSet.class,
                                workload.getMetadata().getNamespace(),
                                Metadata.ofWorkload(workload.getMetadata().getName())),
                        workload),
                metrics::compiled);
        this.owned = new OwnedWatches(client, scope, objects);
        this.pods = new GatewayPods(client, scope, world.gateways()::trigger);
        this.workloadPods = new WorkloadPods(client, scope, world.workloads()::trigger);
        KeyAges keyAges = new KeyAges();
        Applier applier = new Applier(client, objects, metrics);
        this.controllers =
                new io.javaoperatorsdk.operator.Operator(configuration -> configure(configuration, settings, instance));
        Controllers.register(
                controllers,
                scope,
                new Controllers.Tools(
                        client,
                        world,
                        pods,
                        workloadPods,
                        objects,
                        owned,
                        applier,
                        metrics,
                        metrics,
                        keyAges,
                        settings.images(),
                        settings.metricsFrom(),
                        instance,
                        clock));
        this.canary = new Canary(world, () -> leading);
        this.health = new OperatorHealth(this::unhealthy, canary);
        metrics.leader(() -> leading);
        metrics.contact(contact::silence, contact::reconnects);
        metrics.longestWait("McpGateway", world.gateways()::longestWait);
        metrics.longestWait("McpWorkload", world.workloads()::longestWait);
        metrics.longestWait("McpPolicy", world.policies()::longestWait);
        metrics.conditions(new ConditionCounts(world));
        metrics.keysOverdue(() -> keyAges.longestOverdue(clock.instant()).toSeconds());
        this.admin = AdminServer.start(settings.admin(), health, metrics);
    }

    /**
     * Starts one. Returns when everything has been listed; work begins when this replica leads.
     *
     * @param client says how to reach the API server; not closed
     * @param leadershipLost is run when this replica was the leader and is no more: the process is to end, by another thread
     *     than the one that runs this
     * @throws IOException when the admin port cannot be opened
     * @throws IllegalStateException when the API server cannot be listed from within two minutes, or the rights are missing
     */
    public static Operator start(
            KubernetesClient client, OperatorSettings settings, Clock clock, Runnable leadershipLost)
            throws IOException {
        return start(client, settings, clock, leadershipLost, ApiContact.SILENCE);
    }

    /**
     * Likewise.
     *
     * @param silence how long a watch of the API server may say nothing
     */
    static Operator start(
            KubernetesClient client, OperatorSettings settings, Clock clock, Runnable leadershipLost, Duration silence)
            throws IOException {
        Operator operator = new Operator(client, settings, clock, leadershipLost, silence);
        try {
            operator.begin(settings);
            return operator;
        } catch (RuntimeException | Error e) {
            operator.close();
            throw e;
        }
    }

    /** Where probes and metrics are. */
    public InetSocketAddress adminAddress() {
        return admin.address();
    }

    /** Whether this replica works, rather than standing by. */
    public boolean leading() {
        return leading;
    }

    /** Has one resource of each kind reconciled, as the canary does every minute. */
    void sing() {
        canary.sing();
    }

    /** For how long, in nanoseconds, the resource has been waiting that waits longest to be reconciled; 0 when none waits. */
    long longestWait() {
        return Math.max(
                world.gateways().longestWait(),
                Math.max(world.workloads().longestWait(), world.policies().longestWait()));
    }

    /** Ends, within about {@link #STOPPING}. May be called twice. */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        health.closing();
        canary.close();
        // On a thread of its own: what it waits for may be waiting for the thread that calls this.
        Thread stop = Thread.ofPlatform().daemon().name("stop").start(this::stopControllers);
        try {
            if (!stop.join(STOPPING.plusSeconds(2))) {
                LOG.atWarn().log("reconciliations did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        world.close();
        references.close();
        owned.close();
        pods.close();
        workloadPods.close();
        fence.close();
        client.close();
        admin.close();
        metrics.close();
    }

    private void stopControllers() {
        try {
            controllers.stop();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("the controllers did not stop as they should");
        }
    }

    private void begin(OperatorSettings settings) {
        Set<Class<? extends HasMetadata>> kinds = new LinkedHashSet<>(ObjectKinds.OF_GATEWAY);
        kinds.addAll(ObjectKinds.OF_WORKLOAD);
        kinds.removeAll(ObjectKinds.OPTIONAL);
        kinds.add(Secret.class);
        CompletableFuture<Void> listed =
                CompletableFuture.allOf(owned.start(kinds), pods.start(), workloadPods.start());
        try {
            listed.get(LISTING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IllegalStateException(
                    "The operator could not list everything that it looks after within " + LISTING.toSeconds()
                            + " s; is the API server reachable, and are the operator's roles bound in all of its namespaces?",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting", e);
        }
        ObjectKinds.OPTIONAL.forEach(owned::has);
        world.start();
        if (!settings.leaderElection()) {
            fence.open();
            leading = true;
        }
        controllers.start();
        health.started();
        canary.start();
        LOG.atInfo()
                .addKeyValue("namespaces", settings.namespaces().isEmpty() ? "all" : settings.namespaces())
                .addKeyValue("leaderElection", settings.leaderElection())
                .log("started");
    }

    private void configure(ConfigurationServiceOverrider configuration, OperatorSettings settings, String instance) {
        configuration
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withReconciliationTerminationTimeout(STOPPING)
                .withStopOnInformerErrorDuringStartup(true)
                .withUseSSAToPatchPrimaryResource(true)
                .withConcurrentReconciliationThreads(AT_A_TIME)
                // Reconcilers change nothing of what they are given, so that every one of them need not have its own.
                .withResourceCloner(SHARED)
                .checkingCRDAndValidateLocalModel(false);
        if (settings.leaderElection()) {
            configuration.withLeaderElectionConfiguration(
                    LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                            .withLeaseNamespace(settings.namespace())
                            .withIdentity(instance)
                            // The process is ended by main, in order; a thread of the election cannot do that.
                            .withExitOnStopLeading(false)
                            .withLeaderCallbacks(new LeaderCallbacks(this::lead, this::stopLeading, leader -> {}))
                            .build());
        }
    }

    private void lead() {
        fence.open();
        leading = true;
        // What the replica that led before has found out is written on its objects.
        world.again();
        LOG.atInfo().log("leads");
    }

    private void stopLeading() {
        fence.close();
        leading = false;
        if (!closing) {
            LOG.atError().log("lost the lease");
            leadershipLost.run();
        }
    }

    private String unhealthy() {
        if (!contact.problem().isEmpty()) {
            return contact.problem();
        }
        if (!owned.healthy()) {
            return "a watch of owned objects is not connected";
        }
        if (!pods.healthy()) {
            return "a watch of gateway pods or their reports is not connected";
        }
        if (!workloadPods.healthy()) {
            return "a watch of workload pods is not connected";
        }
        if (!world.healthy()) {
            return "a watch of a Secret or ConfigMap that a resource names is not connected";
        }
        return controllers.getRuntimeInfo().allEventSourcesAreHealthy() ? "" : "a watch of resources is not connected";
    }

    private void ownedChanged(OwnerReference owner, String namespace) {
        ResourceName name = new ResourceName(namespace, owner.getName());
        if (owner.getKind().equals(HasMetadata.getKind(McpGateway.class))) {
            world.gateways().trigger(name);
        } else if (owner.getKind().equals(HasMetadata.getKind(McpWorkload.class))) {
            world.workloads().trigger(name);
        }
    }
}
