package dev.ostiary.gateway.server.authorize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.ToolPin;
import dev.ostiary.gateway.policy.Decision;
import dev.ostiary.gateway.policy.Operation;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.Rule;
import dev.ostiary.gateway.server.mcp.Target;
import dev.ostiary.gateway.server.mcp.Targets;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides one message whose method acts on something: finds its targets, the facts about them, and asks the policies.
 * Everything is written to the audit log before it is allowed.
 */
public final class MessageDecider {

    private static final Verdict PERMITTED = new Verdict.Permitted();

    private final Decisions decisions;
    private final CatalogueSource catalogue;
    private final TaskOwners tasks;
    private final DecisionLog log;
    private final InstantSource clock;

    public MessageDecider(
            Decisions decisions, CatalogueSource catalogue, TaskOwners tasks, DecisionLog log, InstantSource clock) {
        this.decisions = decisions;
        this.catalogue = catalogue;
        this.tasks = tasks;
        this.log = log;
        this.clock = clock;
    }

    /**
     * Decides.
     *
     * @param then called once on the exchange's executor, possibly before this method returns
     */
    public void decide(McpContext context, Message message, Rule.Decide rule, Consumer<Verdict> then) {
        switch (Targets.of(rule, message)) {
            case Targets.Unusable unusable -> then.accept(new Verdict.Unusable(unusable.reason()));
            case Targets.Found found -> decideFrom(context, message, found.targets(), 0, then);
        }
    }

    /** All targets in turn; the first that is not permitted ends it. */
    private void decideFrom(
            McpContext context, Message message, List<Target> targets, int index, Consumer<Verdict> then) {
        if (index == targets.size()) {
            then.accept(PERMITTED);
            return;
        }
        decideOne(context, message, targets.get(index), verdict -> {
            if (verdict instanceof Verdict.Permitted) {
                decideFrom(context, message, targets, index + 1, then);
            } else {
                then.accept(verdict);
            }
        });
    }

    private void decideOne(McpContext context, Message message, Target target, Consumer<Verdict> then) {
        Asking asking = new Asking(context, message, target, System.nanoTime(), then);
        switch (target.type()) {
            case TASK -> then.accept(task(asking));
            case TOOL -> tool(asking);
            case PROMPT -> ask(asking, Operation.GET_PROMPT, new dev.ostiary.gateway.policy.Target.Prompt(target.id()));
            case RESOURCE ->
                ask(asking, Operation.READ_RESOURCE, new dev.ostiary.gateway.policy.Target.Resource(target.id()));
            case RESOURCE_TEMPLATE ->
                ask(
                        asking,
                        Operation.READ_RESOURCE,
                        new dev.ostiary.gateway.policy.Target.ResourceTemplate(target.id()));
        }
    }

    private record Asking(McpContext context, Message message, Target target, long began, Consumer<Verdict> then) {
        String workloadUid() {
            return context.served().route().workloadUid();
        }
    }

    private Verdict task(Asking asking) {
        boolean own = tasks.owns(
                asking.workloadUid(),
                asking.target.id(),
                asking.context.caller().principal());
        if (own) {
            return PERMITTED;
        }
        return refuse(asking, "NotYourTask", "There is no such task of yours. It may have ended long ago.");
    }

    private void tool(Asking asking) {
        String name = asking.target.id();
        ServedRoute served = asking.context.served();
        ToolPin pin = served.pin(name);
        if (!served.needsDefinition(name)) {
            ask(asking, Operation.CALL_TOOL, ToolFacts.of(name, null, pin));
            return;
        }
        catalogue.find(asking.context, name, lookup -> {
            switch (lookup) {
                case CatalogueSource.Lookup.Unknown unknown ->
                    asking.then.accept(refuse(
                            asking,
                            "AnnotationsUnknown",
                            "The policies here depend on what the MCP server says about its tools, and it could not be asked"
                                    + " just now. Try again; if it stays so, the server's list of tools is at fault."));
                case CatalogueSource.Lookup.Withheld(Consumer<AuthorizedPost> answer) -> {
                    log.record(record(asking, DecisionRecord.Outcome.DENY, "CredentialWithheld", null, null));
                    asking.then.accept(new Verdict.Withheld(answer));
                }
                case CatalogueSource.Lookup.Unlisted unlisted ->
                    asking.then.accept(refuse(
                            asking,
                            "ToolUnknown",
                            "The MCP server lists no tool of this name, so the policies cannot be applied to it."));
                case CatalogueSource.Lookup.Listed listed -> {
                    if (pin != null
                            && pin.definitionHash() != null
                            && !pin.definitionHash().equals(listed.tool().definitionHash())) {
                        asking.then.accept(refuse(
                                asking,
                                "DefinitionChanged",
                                "The tool's definition is not the one that was approved. It stays closed until an"
                                        + " administrator approves the new one."));
                    } else {
                        ask(asking, Operation.CALL_TOOL, ToolFacts.of(name, listed.tool(), pin));
                    }
                }
            }
        });
    }

    private void ask(Asking asking, Operation operation, dev.ostiary.gateway.policy.Target target) {
        McpContext context = asking.context;
        ObjectNode arguments = null;
        if (context.served().needsArguments()) {
            arguments = asking.message.arguments();
            if (arguments == null) {
                asking.then.accept(new Verdict.Unusable("params.arguments is not an object"));
                return;
            }
        }
        ObjectNode judged = arguments;
        decisions.decide(
                context.served().policies(),
                context.caller(),
                new Decisions.Item(operation, target),
                judged,
                context.exchange().executor(),
                outcome -> asking.then.accept(
                        switch (outcome) {
                            case Decisions.Outcome.Decided decided -> decided(asking, decided.decision(), judged);
                            case Decisions.Outcome.Unanswered unanswered ->
                                unanswered.overloaded()
                                        ? new Verdict.Busy("Overloaded")
                                        : refuse(
                                                asking,
                                                "EngineFailed",
                                                "The policies could not be evaluated. An administrator finds the cause in"
                                                        + " the gateway's log.");
                        }));
    }

    private Verdict decided(Asking asking, Decision decision, @Nullable ObjectNode arguments) {
        boolean written = log.record(record(
                asking,
                decision.allowed() ? DecisionRecord.Outcome.ALLOW : DecisionRecord.Outcome.DENY,
                null,
                decision,
                arguments));
        if (decision.allowed()) {
            return written ? PERMITTED : new Verdict.Busy("AuditBehind");
        }
        return new Verdict.Denied(
                Denials.of(asking.target, decision, asking.context.served(), asking.context.caller()));
    }

    private Verdict refuse(Asking asking, String reason, String message) {
        log.record(record(asking, DecisionRecord.Outcome.DENY, reason, null, null));
        return new Verdict.Denied(new JsonRpcErrors.Denial(asking.target, reason, message, List.of()));
    }

    private DecisionRecord record(
            Asking asking,
            DecisionRecord.Outcome outcome,
            @Nullable String reason,
            @Nullable Decision decision,
            @Nullable ObjectNode arguments) {
        McpContext context = asking.context;
        DecisionRecord.Arguments audited =
                arguments == null || !context.served().auditsArguments()
                        ? null
                        : new DecisionRecord.Arguments(arguments, asking.message.end() - asking.message.start());
        Decision.Shadow shadow = decision == null ? null : decision.shadow();
        return new DecisionRecord(
                clock.millis(),
                context.trace().traceId(),
                context.served().revision(),
                context.caller().principal(),
                context.served().route().name(),
                asking.message.method(),
                asking.target.id(),
                outcome,
                reason,
                decision == null ? List.of() : decision.determining(),
                decision == null
                        ? List.of()
                        : decision.errors().stream()
                                .map(error -> error.policy() + ":" + error.kind())
                                .toList(),
                -1,
                -1,
                shadow == null ? null : shadow.allowed() ? DecisionRecord.Outcome.ALLOW : DecisionRecord.Outcome.DENY,
                shadow == null ? List.of() : shadow.determining(),
                System.nanoTime() - asking.began,
                audited);
    }
}
