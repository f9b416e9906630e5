package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.mcp.Era;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.mcp.MethodTable;
import dev.ostiary.gateway.server.mcp.MethodTable.Direction;
import dev.ostiary.gateway.server.mcp.Rule;
import dev.ostiary.gateway.server.mcp.Splices;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges every message of a post by its row in the {@link MethodTable}. One message that may not pass keeps the whole post
 * back: what is forwarded is the body as it came, save for the ids of answers, or nothing.
 */
public final class PostAuthorizer {

    private static final Logger LOG = LoggerFactory.getLogger(PostAuthorizer.class);
    private static final String UNASKED = "this answers no request that the server has open on this session";
    private static final String BATCHED_LISTS = "lists are not answered in batches; send this request on its own";

    private final MessageDecider decider;
    private final ServerRequests serverRequests;

    public PostAuthorizer(MessageDecider decider, ServerRequests serverRequests) {
        this.decider = decider;
        this.serverRequests = serverRequests;
    }

    /**
     * Judges, then either hands on or answers. What can be seen in the messages themselves comes first, the policies next,
     * and only when all may pass are the requests closed that responses among them answer: a post that is kept back changes
     * nothing.
     */
    void authorize(McpContext context, byte[] body, boolean batch, List<Message> messages, AuthorizedHandler next) {
        Map<MessageId, ListKind> lists = lists(context.era(), messages);
        Refusal visible = refusedAsItStands(context, batch, messages, lists);
        if (visible != null) {
            refuse(new AuthorizedPost(context, body, batch, messages, lists), visible);
            return;
        }
        decide(context, messages, 0, refusal -> {
            try {
                AuthorizedPost post = new AuthorizedPost(context, body, batch, messages, lists);
                if (refusal != null) {
                    refuse(post, refusal);
                } else if (answersSomething(messages)) {
                    passAnswers(post, next);
                } else {
                    next.post(post);
                }
            } catch (RuntimeException e) {
                // Nobody above would answer: this may run as a task of its own.
                failed(context, e);
            }
        });
    }

    /**
     * Decides a post again, under the revision of {@code context}; for what is still being answered when it changes. What
     * was matched or counted when it came is not looked at again.
     *
     * @param then whether it may go on; called once on the exchange's executor, possibly before this method returns
     */
    public void reconsider(McpContext context, List<Message> messages, Consumer<Reconsidered> then) {
        decide(
                context,
                messages,
                0,
                refusal -> then.accept(
                        refusal == null
                                ? Reconsidered.MAY_GO_ON
                                : refusal.verdict instanceof Verdict.Busy
                                        ? Reconsidered.UNDECIDED
                                        : Reconsidered.MUST_END));
    }

    /** What became of a post that was decided again. */
    public enum Reconsidered {
        MAY_GO_ON,
        MUST_END,
        /** Too many decisions wait just now: ask again. */
        UNDECIDED
    }

    /**
     * Why a post is kept back.
     *
     * @param culprit the message
     * @param invalid what is wrong with it; null when it was decided
     * @param verdict what was decided; null when it is invalid
     */
    private record Refusal(
            Message culprit,
            @Nullable String invalid,
            @Nullable Verdict verdict) {}

    private @Nullable Refusal refusedAsItStands(
            McpContext context, boolean batch, List<Message> messages, Map<MessageId, ListKind> lists) {
        Set<MessageId> requests = new HashSet<>();
        Set<MessageId> responses = new HashSet<>();
        for (Message message : messages) {
            MessageId id = message.id();
            switch (MethodTable.rule(Direction.TO_SERVER, context.era(), message)) {
                case Rule.Refuse refuse -> {
                    return new Refusal(message, null, null);
                }
                case Rule.MatchRequest match -> {
                    if (!serverRequests.isOpen(context, message) || (id != null && !responses.add(id))) {
                        return new Refusal(message, UNASKED, null);
                    }
                }
                case Rule.Allow allow -> {}
                case Rule.Filter filter -> {}
                case Rule.Decide decide -> {}
            }
            if (batch && id != null && lists.containsKey(id)) {
                return new Refusal(message, BATCHED_LISTS, null);
            }
            if (batch && message.kind() == Message.Kind.REQUEST && id != null && !requests.add(id)) {
                return new Refusal(message, "an id is used twice", null);
            }
        }
        return null;
    }

    private void decide(McpContext context, List<Message> messages, int from, Consumer<@Nullable Refusal> then) {
        for (int i = from; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (MethodTable.rule(Direction.TO_SERVER, context.era(), message) instanceof Rule.Decide rule) {
                int following = i + 1;
                decider.decide(context, message, rule, verdict -> {
                    if (verdict instanceof Verdict.Permitted) {
                        decide(context, messages, following, then);
                    } else {
                        then.accept(new Refusal(message, null, verdict));
                    }
                });
                return;
            }
        }
        then.accept(null);
    }

    private static boolean answersSomething(List<Message> messages) {
        for (Message message : messages) {
            if (message.kind() == Message.Kind.RESPONSE) {
                return true;
            }
        }
        return false;
    }

    /**
     * Closes the requests that are answered here, and hands the answers on under the ids that the workload gave. Another post may
     * have answered one of them meanwhile.
     */
    private void passAnswers(AuthorizedPost post, AuthorizedHandler next) {
        Splices ids = new Splices();
        for (Message message : post.messages()) {
            if (message.kind() == Message.Kind.RESPONSE) {
                byte[] asked = serverRequests.answer(post.context(), message);
                if (asked == null) {
                    refuse(post, new Refusal(message, UNASKED, null));
                    return;
                }
                message.replaceId(ids, asked);
            }
        }
        next.post(post.as(ids.apply(post.body(), 0, post.body().length)));
    }

    private static void failed(McpContext context, RuntimeException e) {
        LOG.atError()
                .addKeyValue("route", context.served().route().name())
                .addKeyValue("trace", context.trace().traceId())
                .setCause(e)
                .log("a post could not be handled");
        try {
            Answers.error(
                    context.exchange(),
                    JsonRpcErrors.failed(
                            500,
                            null,
                            "The gateway failed to answer",
                            context.trace().traceId()));
        } catch (IllegalStateException answered) {
            LOG.atDebug().log("it had been answered before");
        }
    }

    private static void refuse(AuthorizedPost post, Refusal refusal) {
        McpContext context = post.context();
        if (refusal.verdict instanceof Verdict.Withheld(Consumer<AuthorizedPost> answer)) {
            answer.accept(post);
            return;
        }
        if (!post.batch()) {
            Answers.error(context.exchange(), error(context, refusal, refusal.culprit.id()));
            return;
        }
        List<JsonRpcErrors.ErrorResponse> errors = new ArrayList<>();
        for (Message message : post.messages()) {
            if (message.kind() == Message.Kind.REQUEST) {
                errors.add(
                        message == refusal.culprit
                                ? error(context, refusal, message.id())
                                : JsonRpcErrors.invalidRequest(
                                        message.id(),
                                        "Another message of this batch was refused, so none was sent on"));
            }
        }
        if (errors.isEmpty()) {
            Responses.error(
                    context.exchange(),
                    HttpResponseStatus.BAD_REQUEST,
                    "Refused",
                    "A message of this batch is not accepted, so none was sent on.");
            return;
        }
        int status = error(context, refusal, refusal.culprit.id()).status();
        Answers.errors(context.exchange(), status, errors);
    }

    private static JsonRpcErrors.ErrorResponse error(McpContext context, Refusal refusal, @Nullable MessageId id) {
        String trace = context.trace().traceId();
        if (refusal.invalid != null) {
            return JsonRpcErrors.invalidRequest(id, refusal.invalid);
        }
        return switch (refusal.verdict) {
            case null ->
                refusal.culprit.kind() == Message.Kind.REQUEST
                        ? JsonRpcErrors.methodNotFound(context.era(), id)
                        : JsonRpcErrors.invalidRequest(null, "This message is not accepted from clients");
            case Verdict.Unusable unusable -> JsonRpcErrors.invalidParams(id, unusable.reason());
            case Verdict.Denied denied -> JsonRpcErrors.denied(id, denied.denial(), trace);
            case Verdict.Busy busy ->
                JsonRpcErrors.failed(503, id, "The gateway cannot decide this now; try again in a moment", trace);
            case Verdict.Withheld withheld -> throw new IllegalStateException("what is withheld answers itself");
            case Verdict.Permitted permitted -> throw new IllegalStateException("permitted is no refusal");
        };
    }

    private static Map<MessageId, ListKind> lists(Era era, List<Message> messages) {
        Map<MessageId, ListKind> lists = Map.of();
        for (Message message : messages) {
            if (MethodTable.rule(Direction.TO_SERVER, era, message) instanceof Rule.Filter(ListKind kind)
                    && message.id() != null) {
                if (lists.isEmpty()) {
                    lists = new HashMap<>();
                }
                lists.put(message.id(), kind);
            }
        }
        return lists;
    }
}
