package dev.ostiary.gateway.server.forward;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.ServerRequests;
import dev.ostiary.gateway.server.keys.QuestionIds;
import dev.ostiary.gateway.server.keys.QuestionIds.Question;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.mcp.Splices;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What workloads ask clients, under ids that any replica can read: the question may be passed on by one and the answer come to
 * another. Nothing is kept of a question, so there is nothing that many of them could fill; how fast they come is up to whoever
 * reads the stream they come on.
 *
 * <p>An answer passes only in the session that was asked, and at one replica once: each remembers, within bounds, what was
 * answered there or taken back there. Across replicas it is the workload that takes one answer to each question, as JSON-RPC has
 * every requester do. A workload that uses an id again asks anew, where the question passes. What a session's successor asks
 * belongs to the client's session as well; its workload was told that this client can do nothing ({@link Reinitialization}).
 *
 * <p>Any thread.
 */
final class SealedQuestions implements ServerRequests {

    /** Newest answers that a replica knows; the oldest are forgotten first. A few megabytes. */
    private static final long MAX_ANSWERED = 50_000;

    private final Supplier<QuestionIds> ids;
    private final InstantSource clock;
    private final Cache<Long, Boolean> answered = Caffeine.newBuilder()
            .maximumSize(MAX_ANSWERED)
            .expireAfterWrite(QuestionIds.ANSWERABLE.multipliedBy(2))
            .build();

    /** @param ids the ones of the keys that are in force when asked */
    SealedQuestions(Supplier<QuestionIds> ids, InstantSource clock) {
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public boolean isOpen(McpContext context, Message response) {
        Question question = question(context, response);
        return question != null && answered.getIfPresent(question.mark()) == null;
    }

    @Override
    public byte @Nullable [] answer(McpContext context, Message response) {
        Question question = question(context, response);
        return question != null && answered.asMap().putIfAbsent(question.mark(), true) == null
                ? question.asked()
                : null;
    }

    /**
     * A workload asks.
     *
     * @param request what it asks
     * @return the same under another id, for the client; null when the client must not be asked: it has no session to answer in,
     *     or the id is too long to be carried
     */
    byte @Nullable [] ask(McpContext context, Message request) {
        Question question = question(context, request.id());
        if (question == null) {
            return null;
        }
        answered.invalidate(question.mark());
        Splices splices = new Splices();
        request.replaceId(splices, question.json());
        return splices.apply(request.source(), request.start(), request.end());
    }

    /**
     * A workload takes a question back: an answer that comes here all the same is not passed on.
     *
     * @param cancelled says so, and names the request
     * @return the same with the id that the client was shown, unless that was in another half-day or under another key: then the
     *     client knows no such request and overlooks this, and the workload its answer; null when it cannot have been asked
     */
    byte @Nullable [] takeBack(McpContext context, Message cancelled) {
        Question question = question(context, cancelled.requestId());
        if (question == null) {
            return null;
        }
        answered.put(question.mark(), true);
        Splices splices = new Splices();
        cancelled.replaceRequestId(splices, question.json());
        return splices.apply(cancelled.source(), cancelled.start(), cancelled.end());
    }

    private @Nullable Question question(McpContext context, @Nullable MessageId asked) {
        SessionSeal session = context.session();
        return session == null || asked == null ? null : ids.get().ask(session, asked.json(), clock.instant());
    }

    private @Nullable Question question(McpContext context, Message response) {
        SessionSeal session = context.session();
        MessageId id = response.id();
        return session == null || id == null ? null : ids.get().answered(session, id.toString(), clock.instant());
    }
}
