package dev.ostiary.gateway.server.mcp;

import static dev.ostiary.gateway.server.mcp.Message.Kind.NOTIFICATION;
import static dev.ostiary.gateway.server.mcp.Message.Kind.REQUEST;
import static dev.ostiary.gateway.server.mcp.Message.Kind.RESPONSE;
import static dev.ostiary.gateway.server.mcp.MethodTable.Direction.TO_CLIENT;
import static dev.ostiary.gateway.server.mcp.MethodTable.Direction.TO_SERVER;

import dev.ostiary.gateway.server.mcp.Rule.TargetIn;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every MCP method of both eras and what happens to it; what has no row is refused. Published as
 * {@code docs/mcp-methods.md}, which a test compares with this table.
 *
 * <p>Sources: {@code schema.ts} of the revisions 2024-11-05 to 2026-07-28, and the Tasks extension (2026-07-28).
 */
public final class MethodTable {

    /** Who speaks to whom. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    /**
     * One row.
     *
     * @param direction who sends it
     * @param kind request, notification or response
     * @param method the method; empty for responses, which have none
     * @param legacy the rule up to 2025-11-25
     * @param modern the rule from 2026-07-28
     * @param note for readers of the table; may be empty
     */
    public record Row(Direction direction, Message.Kind kind, String method, Rule legacy, Rule modern, String note) {

        public Rule rule(Era era) {
            return era == Era.LEGACY ? legacy : modern;
        }
    }

    private static final Rule ALLOW = new Rule.Allow();
    private static final Rule MATCH = new Rule.MatchRequest();
    private static final Rule REMOVED = new Rule.Refuse("removed in 2026-07-28");
    private static final Rule NOT_YET = new Rule.Refuse("new in 2026-07-28");
    private static final Rule UNKNOWN = new Rule.Refuse("not a method of this era and direction");
    private static final Rule TOOL = new Rule.Decide(TargetIn.TOOL_NAME);
    private static final Rule PROMPT = new Rule.Decide(TargetIn.PROMPT_NAME);
    private static final Rule RESOURCE = new Rule.Decide(TargetIn.RESOURCE_URI);
    private static final Rule REFERENCE = new Rule.Decide(TargetIn.REFERENCE);
    private static final Rule LISTEN = new Rule.Decide(TargetIn.LISTEN_FILTER);
    private static final Rule OWN_TASK = new Rule.Decide(TargetIn.TASK_ID);
    private static final Rule EMBEDDED = new Rule.Refuse("input requests are part of results since 2026-07-28");

    private static final List<Row> ROWS = List.of(
            row(TO_SERVER, REQUEST, "initialize", ALLOW, REMOVED, "opens a session"),
            row(TO_SERVER, REQUEST, "ping", ALLOW, REMOVED, ""),
            row(TO_SERVER, REQUEST, "server/discover", NOT_YET, ALLOW, "cache hints of the result are limited"),
            row(TO_SERVER, REQUEST, "subscriptions/listen", NOT_YET, LISTEN, "every resource and task asked for"),
            row(TO_SERVER, REQUEST, "tools/list", new Rule.Filter(ListKind.TOOLS), new Rule.Filter(ListKind.TOOLS), ""),
            row(TO_SERVER, REQUEST, "tools/call", TOOL, TOOL, "on the tool, its annotations and the arguments"),
            row(
                    TO_SERVER,
                    REQUEST,
                    "prompts/list",
                    new Rule.Filter(ListKind.PROMPTS),
                    new Rule.Filter(ListKind.PROMPTS),
                    ""),
            row(TO_SERVER, REQUEST, "prompts/get", PROMPT, PROMPT, "on the prompt and the arguments"),
            row(
                    TO_SERVER,
                    REQUEST,
                    "resources/list",
                    new Rule.Filter(ListKind.RESOURCES),
                    new Rule.Filter(ListKind.RESOURCES),
                    ""),
            row(
                    TO_SERVER,
                    REQUEST,
                    "resources/templates/list",
                    new Rule.Filter(ListKind.RESOURCE_TEMPLATES),
                    new Rule.Filter(ListKind.RESOURCE_TEMPLATES),
                    "templates are decided on their type and server"),
            row(TO_SERVER, REQUEST, "resources/read", RESOURCE, RESOURCE, "cache hints of the result are limited"),
            row(TO_SERVER, REQUEST, "resources/subscribe", RESOURCE, REMOVED, ""),
            row(TO_SERVER, REQUEST, "resources/unsubscribe", RESOURCE, REMOVED, ""),
            row(TO_SERVER, REQUEST, "completion/complete", REFERENCE, REFERENCE, "as a get or read of its reference"),
            row(TO_SERVER, REQUEST, "logging/setLevel", ALLOW, REMOVED, ""),
            row(TO_SERVER, REQUEST, "tasks/get", OWN_TASK, OWN_TASK, ""),
            row(TO_SERVER, REQUEST, "tasks/result", OWN_TASK, REMOVED, ""),
            row(TO_SERVER, REQUEST, "tasks/cancel", OWN_TASK, OWN_TASK, ""),
            row(TO_SERVER, REQUEST, "tasks/update", NOT_YET, OWN_TASK, ""),
            row(TO_SERVER, REQUEST, "tasks/list", new Rule.Filter(ListKind.TASKS), REMOVED, "the caller's own tasks"),
            row(TO_SERVER, NOTIFICATION, "notifications/initialized", ALLOW, REMOVED, ""),
            row(
                    TO_SERVER,
                    NOTIFICATION,
                    "notifications/cancelled",
                    ALLOW,
                    ALLOW,
                    "modern clients close the response stream instead"),
            row(TO_SERVER, NOTIFICATION, "notifications/progress", ALLOW, REMOVED, "on a server-to-client request"),
            row(TO_SERVER, NOTIFICATION, "notifications/roots/list_changed", ALLOW, REMOVED, ""),
            row(TO_SERVER, NOTIFICATION, "notifications/tasks/status", ALLOW, REMOVED, "of the client's own tasks"),
            row(
                    TO_SERVER,
                    RESPONSE,
                    "",
                    MATCH,
                    new Rule.Refuse("clients must not post responses since 2026-07-28"),
                    "to a request that the server has sent on this session"),
            row(TO_CLIENT, REQUEST, "ping", ALLOW, REMOVED, ""),
            row(TO_CLIENT, REQUEST, "sampling/createMessage", ALLOW, EMBEDDED, "on a stream of an authorized session"),
            row(TO_CLIENT, REQUEST, "elicitation/create", ALLOW, EMBEDDED, "on a stream of an authorized session"),
            row(TO_CLIENT, REQUEST, "roots/list", ALLOW, EMBEDDED, "on a stream of an authorized session"),
            row(TO_CLIENT, REQUEST, "tasks/get", ALLOW, REMOVED, "a task that the client made for this server"),
            row(TO_CLIENT, REQUEST, "tasks/result", ALLOW, REMOVED, "a task that the client made for this server"),
            row(TO_CLIENT, REQUEST, "tasks/cancel", ALLOW, REMOVED, "a task that the client made for this server"),
            row(TO_CLIENT, REQUEST, "tasks/list", ALLOW, REMOVED, "tasks that the client made for this server"),
            row(TO_CLIENT, NOTIFICATION, "notifications/cancelled", ALLOW, ALLOW, ""),
            row(TO_CLIENT, NOTIFICATION, "notifications/progress", ALLOW, ALLOW, ""),
            row(TO_CLIENT, NOTIFICATION, "notifications/message", ALLOW, ALLOW, ""),
            row(
                    TO_CLIENT,
                    NOTIFICATION,
                    "notifications/resources/updated",
                    RESOURCE,
                    RESOURCE,
                    "dropped once the resource is no longer permitted"),
            row(TO_CLIENT, NOTIFICATION, "notifications/resources/list_changed", ALLOW, ALLOW, ""),
            row(TO_CLIENT, NOTIFICATION, "notifications/tools/list_changed", ALLOW, ALLOW, ""),
            row(TO_CLIENT, NOTIFICATION, "notifications/prompts/list_changed", ALLOW, ALLOW, ""),
            row(TO_CLIENT, NOTIFICATION, "notifications/elicitation/complete", ALLOW, REMOVED, ""),
            row(TO_CLIENT, NOTIFICATION, "notifications/tasks/status", OWN_TASK, REMOVED, "of the caller's own tasks"),
            row(TO_CLIENT, NOTIFICATION, "notifications/tasks", NOT_YET, OWN_TASK, "of the caller's own tasks"),
            row(TO_CLIENT, NOTIFICATION, "notifications/subscriptions/acknowledged", NOT_YET, ALLOW, ""),
            row(TO_CLIENT, RESPONSE, "", MATCH, MATCH, "to the request that was forwarded"));

    private static final Map<Direction, Map<Message.Kind, Map<String, Row>>> INDEX = index();
    private static final String[][] KNOWN = known();

    private MethodTable() {}

    /** All rows, in the order in which they are published. */
    public static List<Row> rows() {
        return ROWS;
    }

    /**
     * The rule for a message; {@link Rule.Refuse} where the table has no row, so also for a request sent as a notification
     * and the other way round. A refused request is answered with -32601, in the modern era as HTTP 404.
     */
    public static Rule rule(Direction direction, Era era, Message message) {
        return rule(direction, era, message.kind(), message.method());
    }

    /** As {@link #rule(Direction, Era, Message)}. */
    public static Rule rule(Direction direction, Era era, Message.Kind kind, String method) {
        Row row = find(direction, kind, method);
        return row == null ? UNKNOWN : row.rule(era);
    }

    /** The known method spelt by these bytes, without making a string; null when there is none. */
    static @Nullable String known(byte[] in, int start, int end) {
        int length = end - start;
        if (length >= KNOWN.length) {
            return null;
        }
        next:
        for (String method : KNOWN[length]) {
            for (int i = 0; i < length; i++) {
                if (method.charAt(i) != in[start + i]) {
                    continue next;
                }
            }
            return method;
        }
        return null;
    }

    private static Row row(
            Direction direction, Message.Kind kind, String method, Rule legacy, Rule modern, String note) {
        return new Row(direction, kind, method, legacy, modern, note);
    }

    private static @Nullable Row find(Direction direction, Message.Kind kind, String method) {
        Map<Message.Kind, Map<String, Row>> kinds = INDEX.get(direction);
        Map<String, Row> rows = kinds == null ? null : kinds.get(kind);
        return rows == null ? null : rows.get(method);
    }

    private static Map<Direction, Map<Message.Kind, Map<String, Row>>> index() {
        Map<Direction, Map<Message.Kind, Map<String, Row>>> index = new EnumMap<>(Direction.class);
        for (Row row : ROWS) {
            Row other = index.computeIfAbsent(row.direction, direction -> new EnumMap<>(Message.Kind.class))
                    .computeIfAbsent(row.kind, kind -> new HashMap<>())
                    .put(row.method, row);
            if (other != null) {
                throw new IllegalStateException("two rows for " + row.method);
            }
        }
        return index;
    }

    private static String[][] known() {
        List<List<String>> byLength = new ArrayList<>();
        for (Row row : ROWS) {
            while (byLength.size() <= row.method.length()) {
                byLength.add(new ArrayList<>());
            }
            List<String> same = byLength.get(row.method.length());
            if (!same.contains(row.method)) {
                same.add(row.method);
            }
        }
        return byLength.stream().map(methods -> methods.toArray(String[]::new)).toArray(String[][]::new);
    }
}
