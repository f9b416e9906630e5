package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.PostAuthorizer;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.credentials.WorkloadCredentials;
import dev.ostiary.gateway.server.identity.Challenge;
import dev.ostiary.gateway.server.keys.QuestionIds;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What every relay of one generation works with.
 *
 * @param client calls workloads
 * @param judge judges what they say
 * @param authorizer judges posts again when the configuration has changed
 * @param streams the open event streams
 * @param successors sessions that have taken the place of lost ones
 * @param calls the requests that callers have open at workloads without sessions
 * @param sealer seals session ids
 * @param questionIds what clients see of the ids under which workloads ask them
 * @param credentials what workloads are shown
 * @param challenges how clients of a route are asked to sign in, by route name
 * @param current the route of a name as it is served now; null when it is no longer open
 * @param clock the wall clock
 * @param keepAlive how long an event stream may be silent before the gateway writes a comment
 */
record Relays(
        UpstreamClient client,
        EventJudge judge,
        PostAuthorizer authorizer,
        LiveStreams streams,
        SessionSuccessors successors,
        OpenCalls calls,
        Sealer sealer,
        QuestionIds questionIds,
        WorkloadCredentials credentials,
        Map<String, Challenge> challenges,
        Function<String, @Nullable ServedRoute> current,
        InstantSource clock,
        Duration keepAlive) {

    Relays {
        challenges = Map.copyOf(challenges);
    }
}
