package dev.ostiary.operator.reconcile;

import dev.ostiary.crds.Condition;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.reconcile.ReconcileListener.Outcome;
import dev.ostiary.operator.status.Progress;
import dev.ostiary.operator.world.PrimarySource;
import dev.ostiary.operator.world.World;
import dev.ostiary.operator.world.WorldKeeper;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the three reconcilers have in common: a resource is reconciled as it was compiled with all others, or not yet; and its
 * status is written when it says something else than before, at the {@link StatusPace}.
 */
abstract class WorldReconciler<R extends CustomResource<?, S>, S, V> implements Reconciler<R> {

    private static final Logger LOG = LoggerFactory.getLogger(WorldReconciler.class);

    private final PrimarySource<R> source;
    private final WorldKeeper world;
    private final Supplier<R> empty;
    private final EventWriter events;
    private final ReconcileListener listener;
    private final StatusPace pace;
    private final Clock clock;

    /**
     * What a reconciliation came to.
     *
     * @param status that follows; null: nothing can be said yet
     * @param again when to look again if nothing happens; null: never
     */
    record Result<S>(@Nullable S status, @Nullable Duration again) {}

    WorldReconciler(PrimarySource<R> source, Supplier<R> empty, Shared shared) {
        this.source = source;
        this.world = shared.world();
        this.empty = empty;
        this.events = shared.events();
        this.listener = shared.listener();
        this.pace = shared.pace();
        this.clock = shared.clock();
    }

    /** The compiled resource; null when there is none. */
    abstract @Nullable V view(World world, ResourceName name);

    /** The resource that was compiled. */
    abstract R resource(V view);

    /** Does what is to be done. */
    abstract Result<S> reconcile(R resource, V view, World current, Instant now);

    abstract List<Condition> conditions(@Nullable S status);

    @Override
    public List<EventSource<?, R>> prepareEventSources(EventSourceContext<R> context) {
        return List.of(source.of(context.getPrimaryCache()));
    }

    @Override
    public UpdateControl<R> reconcile(R resource, Context<R> context) {
        long begin = System.nanoTime();
        Outcome outcome = Outcome.FAILED;
        try {
            ResourceName name = Names.of(resource);
            source.begun(name);
            World current = world.current();
            V view = current == null ? null : view(current, name);
            if (current == null
                    || view == null
                    || !Names.sameGeneration(resource, resource(view))
                    || resource.getMetadata().getDeletionTimestamp() != null) {
                outcome = Outcome.SKIPPED;
                return UpdateControl.noUpdate();
            }
            Instant now = clock.instant();
            S before = resource.getStatus();
            Result<S> result = reconcile(resource, view, current, now);
            UpdateControl<R> control;
            S status = result.status();
            Duration again = result.again();
            if (status == null || status.equals(before)) {
                outcome = status == null ? Outcome.SKIPPED : Outcome.UNCHANGED;
                pace.done(resource.getMetadata().getUid());
                control = UpdateControl.noUpdate();
            } else {
                Duration left =
                        pace.left(resource.getMetadata().getUid(), Progress.of(conditions(before), conditions(status)));
                if (left.isPositive()) {
                    outcome = Outcome.POSTPONED;
                    control = UpdateControl.noUpdate();
                    again = again == null || left.compareTo(again) < 0 ? left : again;
                } else {
                    outcome = Outcome.UPDATED;
                    events.write(resource, conditions(before), conditions(status), now);
                    control = UpdateControl.patchStatus(StatusUpdate.of(resource, empty, status));
                }
            }
            if (again != null) {
                control.rescheduleAfter(again);
            }
            return control;
        } finally {
            listener.reconciled(resource.getKind(), outcome, Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    /** The status stays: what keeps the operator from working is no fact about the resource. Tried again with growing pauses. */
    @Override
    public ErrorStatusUpdateControl<R> updateErrorStatus(R resource, Context<R> context, Exception e) {
        LOG.atWarn()
                .addKeyValue("resource", resource.getKind() + " " + Names.of(resource))
                .addKeyValue("problem", problem(e))
                .setCause(e instanceof KubernetesClientException ? null : e)
                .log("a reconciliation failed and is repeated");
        return ErrorStatusUpdateControl.noStatusUpdate();
    }

    private static String problem(Exception e) {
        return e instanceof KubernetesClientException api
                ? ObjectWriter.message(api)
                : e.getClass().getSimpleName();
    }

    /** What all three are given. */
    record Shared(
            WorldKeeper world,
            GatewayStates states,
            EventWriter events,
            ReconcileListener listener,
            StatusPace pace,
            Clock clock) {}
}
