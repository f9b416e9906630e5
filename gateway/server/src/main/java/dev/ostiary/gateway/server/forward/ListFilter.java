package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.config.ToolPin;
import dev.ostiary.gateway.policy.Operation;
import dev.ostiary.gateway.policy.Target;
import dev.ostiary.gateway.server.authorize.DecisionLog;
import dev.ostiary.gateway.server.authorize.DecisionRecord;
import dev.ostiary.gateway.server.authorize.Decisions;
import dev.ostiary.gateway.server.authorize.KnownTool;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.authorize.TaskOwners;
import dev.ostiary.gateway.server.authorize.ToolFacts;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.ListResponse;
import dev.ostiary.gateway.server.mcp.ListedItem;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Cuts a page of a list down to what the caller may use, by the same policies that decide calls. */
final class ListFilter {

    /** The method in audit lines about lists whose request is not at hand. */
    private static final String RESUMED = "resumed";

    private final Decisions decisions;
    private final TaskOwners tasks;
    private final Catalogues catalogues;
    private final DecisionLog log;
    private final InstantSource clock;

    ListFilter(Decisions decisions, TaskOwners tasks, Catalogues catalogues, DecisionLog log, InstantSource clock) {
        this.decisions = decisions;
        this.tasks = tasks;
        this.catalogues = catalogues;
        this.log = log;
        this.clock = clock;
    }

    /**
     * Filters one response to a request for a list.
     *
     * @param response one JSON-RPC response of the workload
     * @param then called once on the exchange's executor, possibly before this method returns
     */
    void filter(McpContext context, String method, ListKind kind, byte[] response, Consumer<Judged> then) {
        switch (ListResponse.read(response, kind, context.served().limits().jsonDepth())) {
            case ListResponse.Failure failure -> then.accept(new Judged.Pass(response));
            case ListResponse.Unreadable unreadable -> then.accept(unreadable(context, method, unreadable));
            case ListResponse.Page page -> filter(context, method, kind, page, then);
        }
    }

    /**
     * Filters a response whose request is not at hand by what it holds: no list passes as it is, one is filtered, and one
     * that cannot be told for certain is withheld.
     *
     * @param then as in {@link #filter}
     */
    void filterAny(McpContext context, byte[] response, Consumer<Judged> then) {
        ListKind held = null;
        ListResponse.Page list = null;
        for (ListKind kind : ListKind.values()) {
            switch (ListResponse.read(response, kind, context.served().limits().jsonDepth())) {
                case ListResponse.Failure failure -> {
                    then.accept(new Judged.Pass(response));
                    return;
                }
                case ListResponse.Unreadable unreadable -> {
                    if (!unreadable.absent()) {
                        then.accept(unreadable(context, RESUMED, unreadable));
                        return;
                    }
                }
                case ListResponse.Page page -> {
                    if (list != null) {
                        then.accept(unreadable(context, RESUMED, new ListResponse.Unreadable("more than one list")));
                        return;
                    }
                    held = kind;
                    list = page;
                }
            }
        }
        if (list == null || held == null) {
            then.accept(new Judged.Pass(response));
        } else {
            filter(context, RESUMED, held, list, then);
        }
    }

    private static Judged unreadable(McpContext context, String method, ListResponse.Unreadable unreadable) {
        WorkloadErrors.Failure failure = WorkloadErrors.malformed(method + ": " + unreadable.reason());
        WorkloadErrors.log(context, failure);
        return new Judged.Fail(failure);
    }

    private void filter(
            McpContext context, String method, ListKind kind, ListResponse.Page page, Consumer<Judged> then) {
        long began = System.nanoTime();
        if (kind == ListKind.TOOLS) {
            catalogues.seen(context, page);
        }
        decide(context, kind, page, show -> {
            if (show == null) {
                then.accept(new Judged.Fail(
                        new WorkloadErrors.Failure(503, "The list cannot be decided now", "policy threads")));
                return;
            }
            int[] index = {0};
            ListResponse.Rendered rendered = page.render(item -> show[index[0]++]);
            boolean written = log.record(new DecisionRecord(
                    clock.millis(),
                    context.trace().traceId(),
                    context.served().revision(),
                    context.caller().principal(),
                    context.served().route().name(),
                    method,
                    null,
                    DecisionRecord.Outcome.FILTER,
                    null,
                    List.of(),
                    List.of(),
                    rendered.kept() + rendered.removed(),
                    rendered.kept(),
                    null,
                    List.of(),
                    System.nanoTime() - began,
                    null));
            then.accept(
                    written
                            ? new Judged.Pass(rendered.body())
                            : new Judged.Fail(new WorkloadErrors.Failure(
                                    503, "The gateway cannot answer this now", "audit log is behind")));
        });
    }

    private void decide(
            McpContext context, ListKind kind, ListResponse.Page page, Consumer<boolean @Nullable []> then) {
        List<ListedItem> items = page.items();
        if (kind == ListKind.TASKS) {
            boolean[] own = new boolean[items.size()];
            for (int i = 0; i < own.length; i++) {
                own[i] = tasks.owns(
                        context.served().route().workloadUid(),
                        items.get(i).key(),
                        context.caller().principal());
            }
            then.accept(own);
            return;
        }
        List<Decisions.@Nullable Item> questions = new ArrayList<>(items.size());
        for (ListedItem item : items) {
            questions.add(question(context.served(), kind, item));
        }
        decisions.decideListing(
                context.served().policies(),
                context.caller(),
                questions,
                context.exchange().executor(),
                then);
    }

    private static Decisions.@Nullable Item question(ServedRoute served, ListKind kind, ListedItem item) {
        return switch (kind) {
            case TOOLS -> {
                ToolPin pin = served.pin(item.key());
                if (pin != null
                        && pin.definitionHash() != null
                        && !pin.definitionHash().equals(item.definitionHash())) {
                    yield null;
                }
                KnownTool known = Catalogues.known(served, item);
                yield new Decisions.Item(Operation.CALL_TOOL, ToolFacts.of(item.key(), known, pin));
            }
            case PROMPTS -> new Decisions.Item(Operation.GET_PROMPT, new Target.Prompt(item.key()));
            case RESOURCES -> new Decisions.Item(Operation.READ_RESOURCE, new Target.Resource(item.key()));
            case RESOURCE_TEMPLATES ->
                new Decisions.Item(Operation.READ_RESOURCE, new Target.ResourceTemplate(item.key()));
            case TASKS -> null;
        };
    }
}
