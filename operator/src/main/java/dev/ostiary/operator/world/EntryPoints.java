package dev.ostiary.operator.world;

import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.ObjectRef;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.objects.ImageEntry;
import dev.ostiary.operator.registry.ImageConfig;
import dev.ostiary.operator.registry.ImageName;
import dev.ostiary.operator.registry.PullCredential;
import dev.ostiary.operator.registry.Registry;
import dev.ostiary.operator.registry.RegistryException;
import dev.ostiary.operator.status.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the images of stdio servers begin with whose workloads do not say it. An image is looked up once for each credential
 * that may pull it; what was found holds until the workload names another image, so that a registry is asked for nothing at
 * rest and may be away. A look-up that fails is repeated, at growing distances up to five minutes.
 *
 * <p>{@link #of} is for one thread, and never waits.
 */
final class EntryPoints implements AutoCloseable {

    /** What earlier runs of the operator found out. */
    @FunctionalInterface
    interface Remembered {
        @Nullable
        ImageEntry of(McpWorkload workload);
    }

    /**
     * What is known, and what is to be said where nothing is.
     *
     * @param entries by workload
     * @param findings errors, one for each workload whose entry is not known
     */
    record Answers(Map<ResourceName, ImageEntry> entries, List<Finding> findings) {}

    private static final Logger LOG = LoggerFactory.getLogger(EntryPoints.class);

    /** One namespace's slow registries hold up nobody else's look-ups. */
    private static final int PER_NAMESPACE = 2;

    private static final int AT_ONCE = 32;
    /** Before the second look; doubled before each later one. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

    private static final Duration MAX_PAUSE = Duration.ofMinutes(5);

    /** A namespace's right to pull an image. */
    private record Key(
            String namespace, String image, @Nullable PullCredential credential) {}

    private sealed interface State {}

    /** On its way for the first time. */
    private record Looking() implements State {}

    private record Found(ImageEntry entry) implements State {}

    private record Failed(String why) implements State {}

    private final Registry registry;
    private final Remembered remembered;
    private final Runnable changed;

    /** Used by the thread of {@link #of} alone. */
    private final Map<Key, Search> searches = new HashMap<>();

    private final Map<String, Semaphore> turns = new ConcurrentHashMap<>();
    private final Semaphore all = new Semaphore(AT_ONCE, true);
    private volatile boolean closed;

    /**
     * @param changed is called, by any thread, when {@link #of} would answer otherwise than before
     */
    EntryPoints(Registry registry, Remembered remembered, Runnable changed) {
        this.registry = registry;
        this.remembered = remembered;
        this.changed = changed;
    }

    /**
     * What is known by now; what is not is being looked up.
     *
     * @param secrets the data of a Secret; null when there is none
     */
    Answers of(Collection<McpWorkload> workloads, Function<ResourceName, @Nullable Map<String, String>> secrets) {
        Map<ResourceName, ImageEntry> entries = new HashMap<>();
        List<Finding> findings = new ArrayList<>();
        Set<Key> needed = new HashSet<>();
        for (McpWorkload workload : workloads) {
            if (workload.getSpec() == null || !ImageEntry.isNeeded(workload)) {
                continue;
            }
            ResourceName name = new ResourceName(
                    workload.getMetadata().getNamespace(),
                    workload.getMetadata().getName());
            String image = String.valueOf(workload.getSpec().image());
            ImageName parsed = ImageName.parse(image);
            if (parsed == null) {
                findings.add(unknown(name, "this is no name of an image."));
                continue;
            }
            Key key = new Key(name.namespace(), image, credential(workload, parsed, secrets));
            needed.add(key);
            switch (search(key, parsed, workload).state) {
                case Found found when found.entry.starts(workload.getSpec().args()) -> entries.put(name, found.entry);
                case Found found -> findings.add(unknown(name, "the image has neither entry point nor command."));
                case Failed failed -> findings.add(unknown(name, "the image " + failed.why + "."));
                case Looking looking ->
                    findings.add(unknown(name, "its entry point is being looked up at " + parsed.registry() + "."));
            }
        }
        searches.values().removeIf(search -> {
            boolean over = !needed.contains(search.key);
            if (over) {
                search.stop();
            }
            return over;
        });
        turns.keySet().retainAll(needed.stream().map(Key::namespace).collect(Collectors.toSet()));
        return new Answers(entries, findings);
    }

    private static @Nullable PullCredential credential(
            McpWorkload workload, ImageName image, Function<ResourceName, @Nullable Map<String, String>> secrets) {
        List<Map<String, String>> found = new ArrayList<>();
        for (ObjectRef ref : workload.getSpec().imagePullSecrets()) {
            Map<String, String> data = ref.name() == null
                    ? null
                    : secrets.apply(new ResourceName(workload.getMetadata().getNamespace(), ref.name()));
            if (data != null) {
                found.add(data);
            }
        }
        return PullCredential.of(image, found);
    }

    private Search search(Key key, ImageName image, McpWorkload workload) {
        Search known = searches.get(key);
        if (known != null && known.state instanceof Found) {
            return known;
        }
        // Also while it is being looked up here: the replica that worked before may have found it and written it down.
        ImageEntry kept = remembered.of(workload);
        if (known != null && kept == null) {
            return known;
        }
        Search search = new Search(key, image);
        if (kept != null) {
            search.state = new Found(kept);
        } else if (!closed) {
            Thread.ofVirtual().name("image-entry").start(search);
        }
        searches.put(key, search);
        if (known != null) {
            known.stop();
            // Others that share it may have been answered already.
            changed.run();
        }
        return search;
    }

    /** Looks until it has found, on a virtual thread of its own. */
    private final class Search implements Runnable {

        private final Key key;
        private final ImageName image;
        private final CountDownLatch stopped = new CountDownLatch(1);
        private volatile State state = new Looking();

        Search(Key key, ImageName image) {
            this.key = key;
            this.image = image;
        }

        void stop() {
            stopped.countDown();
        }

        @Override
        public void run() {
            Semaphore turn = turns.computeIfAbsent(key.namespace, namespace -> new Semaphore(PER_NAMESPACE, true));
            Duration pause = FIRST_PAUSE;
            try {
                while (true) {
                    turn.acquire();
                    try {
                        all.acquire();
                        try {
                            look(pause);
                        } finally {
                            all.release();
                        }
                    } finally {
                        turn.release();
                    }
                    if (state instanceof Found || stopped.await(jittered(pause), TimeUnit.MILLISECONDS) || closed) {
                        return;
                    }
                    pause = pause.multipliedBy(2).compareTo(MAX_PAUSE) < 0 ? pause.multipliedBy(2) : MAX_PAUSE;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void look(Duration pause) throws InterruptedException {
            if (closed || stopped.getCount() == 0) {
                return;
            }
            State before = state;
            try {
                ImageConfig config = registry.look(image, key.credential);
                state = new Found(new ImageEntry(key.image, config.entrypoint(), config.cmd()));
            } catch (RegistryException e) {
                state = new Failed(String.valueOf(e.getMessage()));
                LOG.atWarn()
                        .addKeyValue("namespace", key.namespace)
                        .addKeyValue("image", key.image)
                        .addKeyValue("again", pause)
                        .log("the image {}", e.getMessage());
            } catch (RuntimeException unforeseen) {
                // Whoever waits must hear of it, and one look must not end all later ones.
                state = new Failed("could not be looked up, by a mistake of the operator's own; its log has more");
                LOG.atError()
                        .addKeyValue("namespace", key.namespace)
                        .addKeyValue("image", key.image)
                        .setCause(unforeseen)
                        .log("the look-up of an image met a mistake of the operator's own");
            }
            if (!state.equals(before)) {
                changed.run();
            }
        }

        private static long jittered(Duration pause) {
            return pause.toMillis() + ThreadLocalRandom.current().nextLong(pause.toMillis() / 4 + 1);
        }
    }

    private static Finding unknown(ResourceName workload, String why) {
        return new Finding(
                new ResourceRef(ResourceRef.WORKLOAD, workload),
                "spec.image",
                Refusal.ENTRY_POINT_UNKNOWN,
                Finding.Severity.ERROR,
                why + " Mend this, or say with spec.command what starts the server.",
                null,
                List.of());
    }

    @Override
    public void close() {
        closed = true;
    }
}
