package dev.ostiary.operator.world;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.KnownPolicies;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.compiler.SecretFacts;
import dev.ostiary.gateway.compiler.SecretKey;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.objects.ImageEntry;
import dev.ostiary.operator.registry.Registry;
import dev.ostiary.operator.world.WorldCompiler.Contents;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the {@link World} current. Any change of a resource, or of a Secret or ConfigMap that one names, makes one
 * compilation of everything follow, off the watches' threads; then those resources are reconciled that something else became
 * of than before.
 *
 * <p>Safe for any thread.
 */
public final class WorldKeeper implements Contents, AutoCloseable {

    /** Between two compilations: a flood of changes is met by few of them, a single change at once. */
    private static final Duration DISTANCE = Duration.ofMillis(100);

    private final PrimarySource<McpGateway> gateways;
    private final PrimarySource<McpWorkload> workloads;
    private final PrimarySource<McpPolicy> policies;
    private final NamedObjects<Secret> secrets;
    private final NamedObjects<ConfigMap> configMaps;
    private final EntryPoints entryPoints;
    private final CoalescingLoop loop;
    private final Consumer<Measured> measure;

    /** Used by the loop's thread alone. */
    private final KnownPolicies policiesRead = new KnownPolicies();

    private volatile @Nullable World current;
    private volatile Set<ResourceName> keyRings = Set.of();

    /**
     * One compilation.
     *
     * @param took from the first look at the resources to the last trigger
     */
    public record Measured(Duration took, int gateways, int workloads, int policies, int references) {}

    /**
     * @param client watches Secrets and ConfigMaps by name, one watch each; not closed
     * @param registry tells what images begin with
     * @param remembered what a workload's image began with when its pods were last written; null: nothing is known
     * @param measure is told of every compilation
     */
    public WorldKeeper(
            KubernetesClient client,
            Registry registry,
            Function<McpWorkload, @Nullable ImageEntry> remembered,
            Consumer<Measured> measure) {
        this.measure = measure;
        this.loop = new CoalescingLoop("compile", DISTANCE, this::compile);
        this.entryPoints = new EntryPoints(registry, remembered::apply, loop::changed);
        this.gateways = new PrimarySource<>("gateways-in-world", loop::changed);
        this.workloads = new PrimarySource<>("workloads-in-world", loop::changed);
        this.policies = new PrimarySource<>("policies-in-world", loop::changed);
        this.secrets = new NamedObjects<>(client, Secret.class, this::secretChanged);
        this.configMaps = new NamedObjects<>(client, ConfigMap.class, name -> loop.changed());
    }

    public PrimarySource<McpGateway> gateways() {
        return gateways;
    }

    public PrimarySource<McpWorkload> workloads() {
        return workloads;
    }

    public PrimarySource<McpPolicy> policies() {
        return policies;
    }

    /** The Secrets that resources name, and the key rings {@code <gateway>-keys}. */
    public NamedObjects<Secret> secrets() {
        return secrets;
    }

    /** What everything came to when it was last compiled; null before the first time. */
    public @Nullable World current() {
        return current;
    }

    /** Begins to compile, as soon as all three kinds have been listed. */
    public void start() {
        loop.start();
    }

    /** Has everything compiled again: what others have written down may be looked at only then. */
    public void again() {
        loop.changed();
    }

    /** When the loop last showed that it lives. */
    public Instant alive() {
        return loop.alive();
    }

    /** Whether the watches of what resources name are connected. */
    public boolean healthy() {
        return secrets.healthy() && configMaps.healthy();
    }

    @Override
    public void close() {
        loop.close();
        entryPoints.close();
        secrets.close();
        configMaps.close();
    }

    /** The Secret of a gateway's keys. */
    public static ResourceName keyRing(ResourceName gateway) {
        return new ResourceName(gateway.namespace(), gateway.name() + "-keys");
    }

    @Override
    public @Nullable String secret(SecretKey key) {
        Map<String, String> data = secret(key.secret());
        return data == null ? null : data.get(key.key());
    }

    @Override
    public @Nullable Map<String, String> secret(ResourceName name) {
        Secret secret = secrets.get(name);
        if (secret == null) {
            return null;
        }
        Map<String, String> values = new TreeMap<>();
        if (secret.getData() != null) {
            secret.getData()
                    .forEach((key, value) ->
                            values.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
        }
        return values;
    }

    @Override
    public @Nullable Map<String, String> configMap(ResourceName name) {
        ConfigMap configMap = configMaps.get(name);
        if (configMap == null) {
            return null;
        }
        return configMap.getData() == null ? Map.of() : configMap.getData();
    }

    private void secretChanged(ResourceName name) {
        if (keyRings.contains(name)) {
            gateways.trigger(new ResourceName(
                    name.namespace(), name.name().substring(0, name.name().length() - "-keys".length())));
            // Nothing is compiled from keys.
            return;
        }
        loop.changed();
    }

    private void compile() throws InterruptedException {
        if (!gateways.ready() || !workloads.ready() || !policies.ready()) {
            // The last of them to be ready says so.
            return;
        }
        long begin = System.nanoTime();
        List<McpGateway> allGateways = gateways.resources();
        List<McpWorkload> allWorkloads = workloads.resources();
        List<McpPolicy> allPolicies = policies.resources();
        ReferencedNames named = ReferencedNames.of(allGateways, allWorkloads);
        ReferencedNames names = named.bounded();
        // The operator's own Secrets are nobody's credentials: a resource that names them would have them sent out.
        Set<ResourceName> own = new HashSet<>();
        Set<ResourceName> rings = new HashSet<>();
        for (McpGateway gateway : allGateways) {
            ResourceName name = name(gateway);
            rings.add(keyRing(name));
            own.add(keyRing(name));
            own.add(new ResourceName(name.namespace(), name.name() + "-runtime"));
        }
        Set<ResourceName> watched = new HashSet<>(names.secrets());
        watched.removeAll(own);
        Set<ResourceName> referenced = Set.copyOf(watched);
        watched.addAll(rings);
        keyRings = Set.copyOf(rings);
        secrets.watch(watched);
        configMaps.watch(names.configMaps());
        secrets.awaitLookedUp();
        configMaps.awaitLookedUp();

        Map<ResourceName, SecretFacts> facts = new HashMap<>();
        for (ResourceName name : referenced) {
            Map<String, String> data = secret(name);
            if (data != null) {
                facts.put(name, SecretFacts.of(data));
            }
        }
        Map<ResourceName, Map<String, String>> data = new HashMap<>();
        for (ResourceName name : names.configMaps()) {
            Map<String, String> found = configMap(name);
            if (found != null) {
                data.put(name, found);
            }
        }
        World before = current;
        EntryPoints.Answers entries =
                entryPoints.of(allWorkloads, name -> referenced.contains(name) ? secret(name) : null);
        List<Finding> more = new ArrayList<>(entries.findings());
        if (!named.equals(names)) {
            more.addAll(ReferencedNames.tooMany(names, allGateways, allWorkloads));
        }
        World after = WorldCompiler.compile(
                new Resources(allGateways, allWorkloads, allPolicies, facts, data, Map.of()),
                more,
                entries.entries(),
                this,
                policiesRead);
        current = after;
        trigger(gateways, before == null ? Map.of() : before.gateways(), after.gateways(), World.GatewayView::sameAs);
        trigger(
                workloads,
                before == null ? Map.of() : before.workloads(),
                after.workloads(),
                World.WorkloadView::sameAs);
        trigger(policies, before == null ? Map.of() : before.policies(), after.policies(), World.PolicyView::sameAs);
        measure.accept(new Measured(
                Duration.ofNanos(System.nanoTime() - begin),
                allGateways.size(),
                allWorkloads.size(),
                allPolicies.size(),
                referenced.size() + names.configMaps().size()));
    }

    private static <V> void trigger(
            PrimarySource<?> source,
            Map<ResourceName, V> before,
            Map<ResourceName, V> after,
            BiPredicate<V, @Nullable V> same) {
        after.forEach((name, view) -> {
            if (!same.test(view, before.get(name))) {
                source.trigger(name);
            }
        });
    }

    private static ResourceName name(HasMetadata resource) {
        return new ResourceName(
                resource.getMetadata().getNamespace(), resource.getMetadata().getName());
    }
}
