package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.MessageDecider;
import dev.ostiary.gateway.server.authorize.TaskOwners;
import dev.ostiary.gateway.server.authorize.Verdict;
import dev.ostiary.gateway.server.mcp.CacheHints;
import dev.ostiary.gateway.server.mcp.Era;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.McpMessages;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.mcp.MethodTable;
import dev.ostiary.gateway.server.mcp.MethodTable.Direction;
import dev.ostiary.gateway.server.mcp.Rule;
import dev.ostiary.gateway.server.mcp.Splices;
import dev.ostiary.gateway.server.mcp.SseEvent;
import dev.ostiary.gateway.server.mcp.SseWriter;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges what a workload says on a stream, message by message: requests and notifications by the method table, answers by
 * what was asked, lists by the policies. What it asks the client passes under an id that any replica can read. What is not passed
 * on leaves its event id behind, so that resuming still works.
 *
 * <p>Confined to the exchange's executor.
 */
final class EventJudge {

    private static final Logger LOG = LoggerFactory.getLogger(EventJudge.class);
    private static final String TOOLS_CHANGED = "notifications/tools/list_changed";
    private static final String CANCELLED = "notifications/cancelled";
    private static final String LAST_EVENT_ID = "last-event-id";
    private static final Judged DROP = new Judged.Drop();

    private final MessageDecider decider;
    private final ListFilter lists;
    private final TaskOwners tasks;
    private final SealedQuestions questions;
    private final Catalogues catalogues;
    private final Consumer<String> toolsChanged;

    EventJudge(
            MessageDecider decider,
            ListFilter lists,
            TaskOwners tasks,
            SealedQuestions questions,
            Catalogues catalogues,
            Consumer<String> toolsChanged) {
        this.decider = decider;
        this.lists = lists;
        this.tasks = tasks;
        this.questions = questions;
        this.catalogues = catalogues;
        this.toolsChanged = toolsChanged;
    }

    /**
     * Judges one event.
     *
     * @param answers what this stream owes answers to; null on a stream that a client opened to listen
     * @param then called once with the bytes to pass on, possibly none, possibly before this method returns
     */
    void judge(McpContext context, @Nullable OwedAnswers answers, SseEvent event, Consumer<byte[]> then) {
        byte[] data = event.data();
        if (data == null || data.length == 0) {
            then.accept(event.raw());
            return;
        }
        if (!event.hasMessage()) {
            drop(context, event, "an event that is no message", then);
            return;
        }
        Reading reading = McpMessages.readFromServer(
                data,
                context.served().limits().jsonDepth(),
                context.served().limits().batchMessages());
        switch (reading) {
            case Reading.Malformed malformed -> drop(context, event, "malformed: " + malformed.reason(), then);
            case Reading.Single(Message message) ->
                judgeOne(
                        context,
                        answers,
                        message,
                        data,
                        judged -> then.accept(
                                switch (judged) {
                                    case Judged.Pass(byte[] bytes) ->
                                        untouched(bytes, data) ? event.raw() : SseWriter.replaceData(event, bytes);
                                    case Judged.Drop drop -> SseWriter.withoutMessage(event);
                                    case Judged.Fail(WorkloadErrors.Failure failure) ->
                                        SseWriter.replaceData(
                                                event, WorkloadErrors.body(context, message.id(), failure));
                                }));
            case Reading.Batch(List<Message> messages) ->
                judgeBatch(context, answers, messages, 0, new Splices(), event, then);
        }
    }

    /** A batch passes whole or not at all; lists are never asked for in batches, so an answer with one is not owed. */
    private void judgeBatch(
            McpContext context,
            @Nullable OwedAnswers answers,
            List<Message> messages,
            int index,
            Splices changed,
            SseEvent event,
            Consumer<byte[]> then) {
        if (index == messages.size()) {
            byte[] data = messages.getFirst().source();
            then.accept(
                    changed.isEmpty()
                            ? event.raw()
                            : SseWriter.replaceData(event, changed.apply(data, 0, data.length)));
            return;
        }
        Message message = messages.get(index);
        byte[] single = message.bytes();
        judgeOne(context, answers, message, single, judged -> {
            boolean answer = message.kind() == Message.Kind.RESPONSE;
            if (!(judged instanceof Judged.Pass(byte[] bytes)) || (answer && !untouched(bytes, single))) {
                drop(context, event, "a batch with a message that may not pass", then);
                return;
            }
            if (!untouched(bytes, single)) {
                changed.replace(message.start(), message.end(), bytes);
            }
            judgeBatch(context, answers, messages, index + 1, changed, event, then);
        });
    }

    private void judgeOne(
            McpContext context, @Nullable OwedAnswers answers, Message message, byte[] data, Consumer<Judged> then) {
        switch (MethodTable.rule(Direction.TO_CLIENT, context.era(), message)) {
            case Rule.Allow allow -> then.accept(allowed(context, message, data));
            case Rule.Decide decide ->
                decider.decide(
                        context,
                        message,
                        decide,
                        verdict -> then.accept(verdict instanceof Verdict.Permitted ? new Judged.Pass(data) : DROP));
            case Rule.MatchRequest match -> answer(context, answers, message, data, then);
            case Rule.Filter filter -> then.accept(DROP);
            case Rule.Refuse refuse -> {
                note(context, "a method that is refused: " + refuse.reason());
                then.accept(DROP);
            }
        }
    }

    private Judged allowed(McpContext context, Message message, byte[] data) {
        if (message.kind() == Message.Kind.REQUEST) {
            return asked(context, message);
        }
        if (message.method().equals(TOOLS_CHANGED)) {
            catalogues.forget(context);
            toolsChanged.accept(context.served().route().name());
        } else if (context.era() == Era.LEGACY && message.method().equals(CANCELLED) && message.requestId() != null) {
            // In the modern era a server asks nothing, and so takes nothing back.
            return takenBack(context, message);
        }
        return new Judged.Pass(data);
    }

    private Judged asked(McpContext context, Message request) {
        byte[] shown = questions.ask(context, request);
        if (shown == null) {
            note(context, "a request that cannot be answered: no session, or too long an id");
            return DROP;
        }
        return new Judged.Pass(shown);
    }

    private Judged takenBack(McpContext context, Message cancelled) {
        byte[] shown = questions.takeBack(context, cancelled);
        if (shown == null) {
            note(context, "a request is taken back that cannot have been passed on");
            return DROP;
        }
        return new Judged.Pass(shown);
    }

    private void answer(
            McpContext context, @Nullable OwedAnswers answers, Message response, byte[] data, Consumer<Judged> then) {
        if (answers == null) {
            // A resumed stream repeats answers of earlier posts: what they answer is not at hand, so their shape
            // decides.
            if (!context.exchange().headers().contains(LAST_EVENT_ID)) {
                note(context, "an answer on a stream that resumes nothing");
                then.accept(DROP);
            } else if (taskOfSomebodyElse(context, response)) {
                then.accept(DROP);
            } else {
                lists.filterAny(context, data, judged -> then.accept(withLimitedHints(context, judged)));
            }
            return;
        }
        MessageId id = response.id();
        Message request = id == null ? null : answers.settle(id);
        if (request == null) {
            if (id == null && response.isError()) {
                then.accept(new Judged.Pass(data));
                return;
            }
            note(context, "an answer to nothing that was asked");
            then.accept(DROP);
            return;
        }
        finish(context, request.method(), answers.listOf(request), response, data, then);
    }

    /**
     * Applies to an answer, on a stream or by itself, what its request calls for.
     *
     * @param then called once on the exchange's executor, possibly before this method returns
     */
    void finish(
            McpContext context,
            String method,
            @Nullable ListKind list,
            Message response,
            byte[] data,
            Consumer<Judged> then) {
        if (taskOfSomebodyElse(context, response)) {
            then.accept(new Judged.Fail(WorkloadErrors.malformed("a task of somebody else's")));
        } else if (list != null) {
            lists.filter(context, method, list, data, then);
        } else {
            then.accept(withLimitedHints(context, new Judged.Pass(data)));
        }
    }

    /** Notes the task that an answer hands out, if any. */
    private boolean taskOfSomebodyElse(McpContext context, Message response) {
        String task = response.resultTaskId();
        if (task == null
                || tasks.made(
                        context.served().route().workloadUid(),
                        task,
                        context.caller().principal())) {
            return false;
        }
        note(context, "a task of somebody else's");
        return true;
    }

    private static Judged withLimitedHints(McpContext context, Judged judged) {
        if (context.era() != Era.MODERN || !(judged instanceof Judged.Pass(byte[] data))) {
            return judged;
        }
        byte[] limited = CacheHints.limit(data, context.served().limits().jsonDepth());
        return limited == null
                ? new Judged.Fail(WorkloadErrors.malformed("an answer that cannot be read"))
                : new Judged.Pass(limited);
    }

    /** Whether what passes is the very message that came, so that its event can be forwarded byte for byte. */
    @SuppressWarnings("ReferenceEquality") // another array is another message, even where it reads the same
    private static boolean untouched(byte[] passed, byte[] came) {
        return passed == came;
    }

    private static void drop(McpContext context, SseEvent event, String why, Consumer<byte[]> then) {
        note(context, why);
        then.accept(SseWriter.withoutMessage(event));
    }

    private static void note(McpContext context, String why) {
        LOG.atWarn()
                .addKeyValue("route", context.served().route().name())
                .addKeyValue("trace", context.trace().traceId())
                .addKeyValue("reason", why)
                .log("a message of the workload is not passed on");
    }
}
