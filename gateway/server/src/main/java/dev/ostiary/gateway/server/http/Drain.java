package dev.ostiary.gateway.server.http;

import dev.ostiary.gateway.server.http.ListenerEvents.DrainPhase;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The orderly end of a listener, in the phases of {@link DrainPhase}. Runs on the event loop of the listening channel.
 */
@SuppressWarnings("FutureReturnValueIgnored") // each step reports to the next
final class Drain {

    private static final long POLL_MILLIS = 50;

    private final Channel server;
    private final ListenerState state;
    private final Collection<ConnectionRegistry> registries;
    private final Duration propagation;
    private final Duration deadline;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean aborted;

    Drain(
            Channel server,
            ListenerState state,
            Collection<ConnectionRegistry> registries,
            Duration propagation,
            Duration deadline) {
        this.server = server;
        this.state = state;
        this.registries = registries;
        this.propagation = propagation;
        this.deadline = deadline;
    }

    CompletableFuture<Void> start() {
        EventLoop loop = server.eventLoop();
        loop.execute(() -> {
            state.events.draining(DrainPhase.PROPAGATING);
            loop.schedule(this::stopAccepting, propagation.toMillis(), TimeUnit.MILLISECONDS);
        });
        return closed;
    }

    private void stopAccepting() {
        server.close().addListener(_ -> {
            state.events.draining(DrainPhase.STOPPED_ACCEPTING);
            long until = System.nanoTime() + deadline.toNanos();
            state.goAway();
            onAll(ConnectionRegistry.Tracked::goAway, () -> {
                state.events.draining(DrainPhase.GOING_AWAY);
                onAll(ConnectionRegistry.Tracked::endStreams, () -> {
                    state.events.draining(DrainPhase.STREAMS_ENDED);
                    await(until);
                });
            });
        });
    }

    private void await(long until) {
        if (state.connections() == 0) {
            state.events.draining(DrainPhase.CLOSED);
            closed.complete(null);
            return;
        }
        if (!aborted && System.nanoTime() - until > 0) {
            aborted = true;
            onAll(ConnectionRegistry.Tracked::abort, () -> {});
        }
        server.eventLoop().schedule(() -> await(until), POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Does {@code action} on every connection, each on its own event loop, then goes on here. */
    private void onAll(Consumer<ConnectionRegistry.Tracked> action, Runnable then) {
        List<CompletableFuture<Void>> loops = new ArrayList<>();
        for (ConnectionRegistry registry : registries) {
            loops.add(CompletableFuture.runAsync(() -> registry.forEach(action), registry.loop()));
        }
        CompletableFuture.allOf(loops.toArray(CompletableFuture[]::new))
                .whenCompleteAsync((_, _) -> then.run(), server.eventLoop());
    }
}
