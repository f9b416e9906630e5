package dev.ostiary.gateway.server.inspect;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.credentials.IdentityAssertions;
import dev.ostiary.gateway.server.credentials.InspectionAssertions;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the workloads behind open routes: when a route is new or leads elsewhere, when the workload says that its lists
 * have changed, and when it could not be reached; after a failure again and again, ever more seldom, until it answers. A
 * workload that has answered is left alone. Only what every caller shares is used as credential; a workload that wants a
 * user's own is not asked, but for stdio servers, whose bridge is told that it is the gateway who looks. Few looks happen at once.
 *
 * <p>Any thread; nothing here waits.
 */
public final class Inspections implements AutoCloseable {

    private static final int AT_ONCE = 16;

    /**
     * How long things take.
     *
     * @param first pause after a failure
     * @param most longest pause between failures
     * @param quiet shortest pause before a look at a workload that has answered
     */
    record Pace(Duration first, Duration most, Duration quiet) {
        static final Pace DEFAULT = new Pace(Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofSeconds(5));
    }

    private final UpstreamClient client;
    private final EventLoopGroup loops;
    private final InspectionListener listener;
    private final Pace pace;
    private final Map<String, Watched> byRoute = new HashMap<>();
    private final Map<URI, List<Watched>> byUrl = new HashMap<>();
    private final Deque<Watched> waiting = new ArrayDeque<>();
    private volatile @Nullable InspectionAssertions assertions;
    private int looking;
    private boolean telling;
    private boolean news;
    private boolean closed;

    /** A route's workload. Guarded by the inspections' lock. */
    private static final class Watched {
        private final Route route;
        private final Basis basis;
        private Sighting sighting;
        private int failures;

        /** Whether it waits for its turn or is being looked at. */
        private boolean busy;

        /** Whether it has to be looked at again when this look ends. */
        private boolean again;

        /** Takes back the look that is due later; null when none is. */
        private @Nullable Runnable later;

        private boolean dropped;

        Watched(Route route, Basis basis, Sighting sighting) {
            this.route = route;
            this.basis = basis;
            this.sighting = sighting;
        }
    }

    /**
     * What decides whether an earlier sighting still counts.
     *
     * @param value of the Secret that it is shown; null where there is none
     * @param vouched whether the gateway can say that it is itself who looks
     */
    private record Basis(
            String workloadUid,
            Upstream upstream,
            UpstreamAuth auth,
            @Nullable String value,
            boolean vouched,
            int maxDepth) {

        static @Nullable Basis of(Route route, RuntimeConfig config, boolean vouched) {
            Upstream upstream = route.upstream();
            if (upstream == null) {
                return null;
            }
            String value = route.upstreamAuth() instanceof UpstreamAuth.Secret secret
                    ? config.credentials().get(secret.credential())
                    : null;
            return new Basis(
                    route.workloadUid(),
                    upstream,
                    route.upstreamAuth(),
                    value,
                    vouched && InspectionAssertions.areFor(route),
                    config.snapshot().listener().limits().jsonDepth());
        }

        /** @param failures looks that failed in a row: where pods keep sessions, one look is at one pod, and the next at another */
        Look.Subject subject(int failures) {
            List<URI> pods = pods();
            return new Look.Subject(
                    pods.isEmpty() ? upstream.url() : pods.get(failures % pods.size()),
                    auth instanceof UpstreamAuth.Secret secret ? secret.header() : null,
                    value,
                    maxDepth);
        }

        /** Every URL that calls may go to. */
        List<URI> urls() {
            List<URI> urls = new ArrayList<>(pods());
            urls.add(upstream.url());
            return urls;
        }

        private List<URI> pods() {
            Upstream.Pods pods = upstream.pods();
            return pods == null
                    ? List.of()
                    : IntStream.range(0, pods.replicas())
                            .mapToObj(upstream::ofPod)
                            .toList();
        }

        /** Its value is a secret. */
        @Override
        public String toString() {
            return "Basis[" + workloadUid + "]";
        }
    }

    public Inspections(UpstreamClient client, EventLoopGroup loops, InspectionListener listener) {
        this(client, loops, listener, Pace.DEFAULT);
    }

    Inspections(UpstreamClient client, EventLoopGroup loops, InspectionListener listener, Pace pace) {
        this.client = client;
        this.loops = loops;
        this.listener = listener;
        this.pace = pace;
    }

    /** The same client for everybody else's calls, which tell of workloads that cannot be reached. */
    public UpstreamClient watching() {
        return new WatchedUpstream(client, this::unreachable);
    }

    /**
     * Another configuration is in force.
     *
     * @param open names of its open routes
     * @param own what stdio servers are shown; null when there is no key to make it with
     */
    public synchronized void configured(RuntimeConfig config, Set<String> open, @Nullable InspectionAssertions own) {
        assertions = own;
        Map<String, Watched> before = new HashMap<>(byRoute);
        byRoute.clear();
        for (Route route : config.snapshot().routes()) {
            Basis basis = open.contains(route.name()) ? Basis.of(route, config, own != null) : null;
            if (basis == null) {
                continue;
            }
            Watched earlier = before.get(route.name());
            if (earlier != null && earlier.basis.equals(basis)) {
                byRoute.put(route.name(), earlier);
                before.remove(route.name());
            } else {
                byRoute.put(route.name(), begin(route, basis));
            }
        }
        before.values().forEach(this::drop);
        byUrl.clear();
        for (Watched watched : byRoute.values()) {
            watched.basis
                    .urls()
                    .forEach(url ->
                            byUrl.computeIfAbsent(url, _ -> new ArrayList<>()).add(watched));
        }
        tell();
        next();
    }

    private Watched begin(Route route, Basis basis) {
        if (InspectionAssertions.areFor(route) && !basis.vouched()) {
            return new Watched(
                    route,
                    basis,
                    new Sighting.Failed("the gateway has no key to sign what the server's bridge is shown"));
        }
        if (!basis.auth().sharedByAllCallers() && !basis.vouched()) {
            return new Watched(route, basis, new Sighting.NeedsUser());
        }
        if (basis.auth() instanceof UpstreamAuth.Secret && basis.value() == null) {
            return new Watched(route, basis, new Sighting.Failed("the Secret that it is to be shown is missing"));
        }
        Watched fresh = new Watched(route, basis, new Sighting.Pending());
        queue(fresh);
        return fresh;
    }

    private void drop(Watched watched) {
        watched.dropped = true;
        waiting.remove(watched);
        Runnable later = watched.later;
        if (later != null) {
            later.run();
        }
    }

    /** The workload behind this route says that what it lists has changed. */
    public synchronized void listChanged(String route) {
        Watched watched = byRoute.get(route);
        if (watched != null && watched.sighting instanceof Sighting.Answered) {
            soon(watched);
        }
    }

    private synchronized void unreachable(URI url) {
        for (Watched watched : byUrl.getOrDefault(url, List.of())) {
            if (watched.sighting instanceof Sighting.Answered) {
                soon(watched);
            }
        }
    }

    private void soon(Watched watched) {
        if (watched.busy) {
            watched.again = true;
        } else if (watched.later == null) {
            after(pace.quiet(), watched);
        }
    }

    private void queue(Watched watched) {
        watched.busy = true;
        waiting.add(watched);
    }

    private void after(Duration pause, Watched watched) {
        try {
            ScheduledFuture<?> due = loops.next().schedule(() -> due(watched), pause.toMillis(), TimeUnit.MILLISECONDS);
            watched.later = () -> due.cancel(false);
        } catch (RejectedExecutionException stopping) {
            closed = true;
        }
    }

    private synchronized void due(Watched watched) {
        watched.later = null;
        if (!watched.dropped && !watched.busy) {
            queue(watched);
            next();
        }
    }

    /** Begins as many looks as may be under way. */
    private void next() {
        while (!closed && looking < AT_ONCE) {
            Watched watched = waiting.poll();
            if (watched == null) {
                return;
            }
            looking++;
            EventLoop loop = loops.next();
            Look.Subject subject = watched.basis.subject(watched.failures);
            try {
                loop.execute(() -> look(loop, watched, subject));
            } catch (RejectedExecutionException stopping) {
                closed = true;
            }
        }
    }

    private void look(EventLoop loop, Watched watched, Look.Subject subject) {
        InspectionAssertions own = assertions;
        Look.Subject shown = watched.basis.vouched() && own != null
                ? subject.showing(IdentityAssertions.HEADER, own.of(watched.route))
                : subject;
        try {
            new Look(client, loop, shown, sighting -> looked(watched, sighting)).begin();
        } catch (IllegalArgumentException unsendable) {
            looked(watched, new Sighting.Failed("the header that it is to be shown cannot be sent"));
        }
    }

    private synchronized void looked(Watched watched, Sighting sighting) {
        looking--;
        watched.busy = false;
        if (!watched.dropped) {
            boolean failed = sighting instanceof Sighting.Failed;
            watched.failures = failed ? watched.failures + 1 : 0;
            if (!watched.sighting.equals(sighting)) {
                watched.sighting = sighting;
                tell();
            }
            if (failed) {
                after(pause(watched.failures), watched);
            } else if (watched.again) {
                after(pace.quiet(), watched);
            }
            watched.again = false;
        }
        next();
    }

    private Duration pause(int failures) {
        int doublings = Math.clamp(failures - 1, 0, 20);
        long millis = Math.min(pace.most().toMillis(), pace.first().toMillis() << doublings);
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }

    private void tell() {
        news = true;
        if (!telling && !closed) {
            telling = true;
            Thread.ofVirtual().name("inspections").start(this::tellUntilKnown);
        }
    }

    private void tellUntilKnown() {
        while (true) {
            Map<String, Sighting> all = new HashMap<>();
            synchronized (this) {
                if (!news || closed) {
                    telling = false;
                    return;
                }
                news = false;
                byRoute.forEach((route, watched) -> all.put(route, watched.sighting));
            }
            listener.seen(all);
        }
    }

    /** Looks at nothing any more. */
    @Override
    public synchronized void close() {
        closed = true;
        waiting.clear();
        byRoute.values().forEach(this::drop);
        byRoute.clear();
    }
}
