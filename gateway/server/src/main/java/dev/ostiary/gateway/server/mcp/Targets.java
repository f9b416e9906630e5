package dev.ostiary.gateway.server.mcp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a message acts on, taken from where its rule says. */
public sealed interface Targets {

    /** Longest name or URI in characters. */
    int MAX_LENGTH = 8192;

    /** The targets; all must be permitted. Empty when the message names none and need not. */
    record Found(List<Target> targets) implements Targets {
        public Found {
            targets = List.copyOf(targets);
        }
    }

    /**
     * The message does not say what it acts on, so nothing can be decided: -32602.
     *
     * @param reason which member is missing or unusable; no input, ASCII
     */
    record Unusable(String reason) implements Targets {}

    /** Reads the targets of a message. */
    static Targets of(Rule.Decide rule, Message message) {
        return switch (rule.where()) {
            case TOOL_NAME -> one(Target.Type.TOOL, message.name(), "params.name");
            case PROMPT_NAME -> one(Target.Type.PROMPT, message.name(), "params.name");
            case RESOURCE_URI -> one(Target.Type.RESOURCE, message.uri(), "params.uri");
            case TASK_ID -> one(Target.Type.TASK, message.taskId(), "params.taskId");
            case REFERENCE -> reference(message);
            case LISTEN_FILTER -> listen(message);
        };
    }

    private static Targets reference(Message message) {
        String type = message.refType();
        if ("ref/prompt".equals(type)) {
            return one(Target.Type.PROMPT, message.refName(), "params.ref.name");
        }
        if ("ref/resource".equals(type)) {
            String uri = message.refUri();
            boolean template = uri != null && uri.indexOf('{') >= 0;
            return one(template ? Target.Type.RESOURCE_TEMPLATE : Target.Type.RESOURCE, uri, "params.ref.uri");
        }
        return new Unusable("params.ref.type is neither \"ref/prompt\" nor \"ref/resource\"");
    }

    private static Targets listen(Message message) {
        List<String> resources = message.resourceSubscriptions();
        List<String> tasks = message.taskIds();
        if (resources == null || tasks == null) {
            return new Unusable("params.notifications."
                    + (resources == null ? "resourceSubscriptions" : "taskIds")
                    + " is not a list of at most " + Message.MAX_LIST + " strings");
        }
        List<Target> targets = new ArrayList<>();
        for (String uri : resources) {
            targets.add(new Target(Target.Type.RESOURCE, uri));
        }
        for (String task : tasks) {
            targets.add(new Target(Target.Type.TASK, task));
        }
        for (Target target : targets) {
            if (!usable(target.id())) {
                return new Unusable("params.notifications names something unusable");
            }
        }
        return new Found(targets);
    }

    private static Targets one(Target.Type type, @Nullable String id, String member) {
        if (id == null) {
            return new Unusable(member + " is missing or not a string");
        }
        return usable(id) ? new Found(List.of(new Target(type, id))) : new Unusable(member + " is unusable");
    }

    /** A control character would end the name early for some readers, and forge lines in logs. */
    private static boolean usable(String id) {
        if (id.isEmpty() || id.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c < ' ' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
