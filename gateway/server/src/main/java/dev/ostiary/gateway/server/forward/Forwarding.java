package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.authorize.CatalogueSource;
import dev.ostiary.gateway.server.authorize.DecisionLog;
import dev.ostiary.gateway.server.authorize.Decisions;
import dev.ostiary.gateway.server.authorize.MessageDecider;
import dev.ostiary.gateway.server.authorize.PostAuthorizer;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.authorize.TaskOwners;
import dev.ostiary.gateway.server.credentials.WorkloadCredentials;
import dev.ostiary.gateway.server.identity.Challenge;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.keys.QuestionIds;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What forwarding keeps for the life of the process: open streams, catalogues, what was answered. Configurations come
 * and go; each gets a {@link Forwarder} of its own. Any thread.
 */
public final class Forwarding {

    /** Often enough for proxies that cut what is silent for a minute. */
    public static final Duration KEEP_ALIVE = Duration.ofSeconds(25);

    private final UpstreamClient client;
    private final LiveStreams streams;
    private final SessionSuccessors successors = new SessionSuccessors();
    private final OpenCalls calls = new OpenCalls();
    private final Catalogues catalogues;
    private final PostAuthorizer authorizer;
    private final EventJudge judge;
    private final InstantSource clock;
    private final Duration keepAlive;
    private volatile @Nullable Relays latest;

    /**
     * @param clock the wall clock
     * @param keepAlive how long an event stream may be silent before the gateway writes a comment
     * @param toolsChanged told the route of each workload that says its tools have changed; must not block
     */
    public Forwarding(
            UpstreamClient client,
            Decisions decisions,
            DecisionLog log,
            InstantSource clock,
            Duration keepAlive,
            Consumer<String> toolsChanged) {
        this.client = client;
        this.clock = clock;
        this.keepAlive = keepAlive;
        TaskOwners tasks = new TaskOwners();
        streams = new LiveStreams(clock);
        catalogues = new Catalogues(new ToolLister(this::latest));
        MessageDecider decider = new MessageDecider(decisions, catalogues, tasks, log, clock);
        SealedQuestions questions = new SealedQuestions(() -> latest().questionIds(), clock);
        authorizer = new PostAuthorizer(decider, questions);
        ListFilter lists = new ListFilter(decisions, tasks, catalogues, log, clock);
        judge = new EventJudge(decider, lists, tasks, questions, catalogues, toolsChanged);
    }

    /** Judges posts, under whatever configuration they came. */
    public PostAuthorizer authorizer() {
        return authorizer;
    }

    /** What workloads say about their tools. */
    public CatalogueSource catalogue() {
        return catalogues;
    }

    /**
     * The forwarder of a configuration, which calls and streams that begin with it keep.
     *
     * @param sealer seals session ids
     * @param questionIds what clients see of the ids under which workloads ask them
     * @param credentials what its workloads are shown
     * @param challenges how clients of a route are asked to sign in, by route name
     * @param current the route of a name in whatever configuration is enforced when it is asked; null when it is not open
     */
    public Forwarder forwarder(
            Sealer sealer,
            QuestionIds questionIds,
            WorkloadCredentials credentials,
            Map<String, Challenge> challenges,
            Function<String, @Nullable ServedRoute> current) {
        Relays relays = new Relays(
                client,
                judge,
                authorizer,
                streams,
                successors,
                calls,
                sealer,
                questionIds,
                credentials,
                challenges,
                current,
                clock,
                keepAlive);
        latest = relays;
        return new Forwarder(relays);
    }

    /**
     * Another configuration is enforced now: open streams check whether they may go on under it.
     *
     * @param admission whether who may sign in has changed: then every stream ends, and its client comes back to be
     *     authenticated anew
     */
    public void configurationChanged(boolean admission) {
        if (admission) {
            streams.expireAll();
        } else {
            streams.configurationChanged();
        }
    }

    /** A grant has ended: so do the streams that were opened with its tokens. Any thread. */
    public void grantRevoked(String grantId) {
        streams.grantRevoked(grantId);
    }

    /**
     * Watches a stream that something in front of this keeps open for a caller.
     *
     * @param most how many such streams this principal may have open on this route
     * @param end run on {@code executor} when the token has expired, its grant has ended, or the route is not served any more
     * @return to be run once when the stream has ended, on its executor; null when the principal has too many already
     */
    public @Nullable Runnable watch(EventExecutor executor, Principal principal, Route route, int most, Runnable end) {
        LiveStreams.Stream stream = new LiveStreams.Stream() {
            @Override
            public EventExecutor executor() {
                return executor;
            }

            @Override
            public void expire() {
                end.run();
            }

            @Override
            public void reconsider() {
                ServedRoute now = latest().current().apply(route.name());
                if (now == null || !now.route().workloadUid().equals(route.workloadUid())) {
                    end.run();
                }
            }
        };
        return streams.openLasting(stream, principal, route.name(), most);
    }

    /** Open event streams. */
    public int openStreams() {
        return streams.size();
    }

    private Relays latest() {
        Relays relays = latest;
        if (relays == null) {
            throw new IllegalStateException("nothing is configured yet");
        }
        return relays;
    }
}
