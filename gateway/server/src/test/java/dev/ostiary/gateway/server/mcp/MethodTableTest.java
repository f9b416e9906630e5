package dev.ostiary.gateway.server.mcp;

import static dev.ostiary.gateway.server.mcp.Message.Kind.NOTIFICATION;
import static dev.ostiary.gateway.server.mcp.Message.Kind.REQUEST;
import static dev.ostiary.gateway.server.mcp.MethodTable.Direction.TO_CLIENT;
import static dev.ostiary.gateway.server.mcp.MethodTable.Direction.TO_SERVER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.mcp.MethodTable.Direction;
import dev.ostiary.gateway.server.mcp.MethodTable.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MethodTableTest {

    /** Set to rewrite the published table instead of comparing with it. */
    private static final String WRITE = "ostiary.docs.write";

    static List<Row> rows() {
        return MethodTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aMethodHasItsRuleInItsOwnDirectionAndKindAlone(Row row) {
        for (Direction direction : Direction.values()) {
            for (Message.Kind kind : Message.Kind.values()) {
                for (Era era : Era.values()) {
                    Rule rule = MethodTable.rule(direction, era, kind, row.method());
                    if (direction == row.direction() && kind == row.kind()) {
                        assertThat(rule).isEqualTo(row.rule(era));
                    } else if (rows().stream()
                            .noneMatch(other -> other.direction() == direction
                                    && other.kind() == kind
                                    && other.method().equals(row.method()))) {
                        assertThat(rule).isInstanceOf(Rule.Refuse.class);
                    }
                }
            }
        }
    }

    /** The methods that clients send, from the schemas of the revisions; rule in the legacy and in the modern era. */
    @ParameterizedTest
    @CsvSource({
        "initialize, allow, refuse",
        "ping, allow, refuse",
        "server/discover, refuse, allow",
        "subscriptions/listen, refuse, decide LISTEN_FILTER",
        "tools/list, filter TOOLS, filter TOOLS",
        "tools/call, decide TOOL_NAME, decide TOOL_NAME",
        "prompts/list, filter PROMPTS, filter PROMPTS",
        "prompts/get, decide PROMPT_NAME, decide PROMPT_NAME",
        "resources/list, filter RESOURCES, filter RESOURCES",
        "resources/templates/list, filter RESOURCE_TEMPLATES, filter RESOURCE_TEMPLATES",
        "resources/read, decide RESOURCE_URI, decide RESOURCE_URI",
        "resources/subscribe, decide RESOURCE_URI, refuse",
        "resources/unsubscribe, decide RESOURCE_URI, refuse",
        "completion/complete, decide REFERENCE, decide REFERENCE",
        "logging/setLevel, allow, refuse",
        "tasks/get, decide TASK_ID, decide TASK_ID",
        "tasks/result, decide TASK_ID, refuse",
        "tasks/cancel, decide TASK_ID, decide TASK_ID",
        "tasks/update, refuse, decide TASK_ID",
        "tasks/list, filter TASKS, refuse"
    })
    void everyRequestOfTheSchemasHasItsRule(String method, String legacy, String modern) {
        assertThat(text(MethodTable.rule(TO_SERVER, Era.LEGACY, REQUEST, method)))
                .isEqualTo(legacy);
        assertThat(text(MethodTable.rule(TO_SERVER, Era.MODERN, REQUEST, method)))
                .isEqualTo(modern);
    }

    @ParameterizedTest
    @CsvSource({
        "notifications/initialized, allow, refuse",
        "notifications/cancelled, allow, allow",
        "notifications/progress, allow, refuse",
        "notifications/roots/list_changed, allow, refuse",
        "notifications/tasks/status, allow, refuse"
    })
    void everyClientNotificationOfTheSchemasHasItsRule(String method, String legacy, String modern) {
        assertThat(text(MethodTable.rule(TO_SERVER, Era.LEGACY, NOTIFICATION, method)))
                .isEqualTo(legacy);
        assertThat(text(MethodTable.rule(TO_SERVER, Era.MODERN, NOTIFICATION, method)))
                .isEqualTo(modern);
    }

    @ParameterizedTest
    @CsvSource({
        "REQUEST, ping, allow, refuse",
        "REQUEST, sampling/createMessage, allow, refuse",
        "REQUEST, elicitation/create, allow, refuse",
        "REQUEST, roots/list, allow, refuse",
        "REQUEST, tasks/get, allow, refuse",
        "REQUEST, tasks/result, allow, refuse",
        "REQUEST, tasks/list, allow, refuse",
        "REQUEST, tasks/cancel, allow, refuse",
        "NOTIFICATION, notifications/cancelled, allow, allow",
        "NOTIFICATION, notifications/progress, allow, allow",
        "NOTIFICATION, notifications/message, allow, allow",
        "NOTIFICATION, notifications/resources/updated, decide RESOURCE_URI, decide RESOURCE_URI",
        "NOTIFICATION, notifications/resources/list_changed, allow, allow",
        "NOTIFICATION, notifications/tools/list_changed, allow, allow",
        "NOTIFICATION, notifications/prompts/list_changed, allow, allow",
        "NOTIFICATION, notifications/elicitation/complete, allow, refuse",
        "NOTIFICATION, notifications/tasks/status, decide TASK_ID, refuse",
        "NOTIFICATION, notifications/tasks, refuse, decide TASK_ID",
        "NOTIFICATION, notifications/subscriptions/acknowledged, refuse, allow",
        "RESPONSE, '', match, match"
    })
    void everyServerMessageOfTheSchemasHasItsRule(Message.Kind kind, String method, String legacy, String modern) {
        assertThat(text(MethodTable.rule(TO_CLIENT, Era.LEGACY, kind, method))).isEqualTo(legacy);
        assertThat(text(MethodTable.rule(TO_CLIENT, Era.MODERN, kind, method))).isEqualTo(modern);
    }

    @Test
    void clientsAnswerInTheLegacyEraAlone() {
        assertThat(MethodTable.rule(TO_SERVER, Era.LEGACY, Message.Kind.RESPONSE, ""))
                .isInstanceOf(Rule.MatchRequest.class);
        assertThat(MethodTable.rule(TO_SERVER, Era.MODERN, Message.Kind.RESPONSE, ""))
                .isInstanceOf(Rule.Refuse.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tools",
                "tools/Call",
                "TOOLS/CALL",
                "tools/call ",
                " tools/call",
                "tools/call\u0000",
                "tools//call",
                "tools/call/",
                "features/list",
                "find_tool",
                "notifications/",
                "rpc.discover",
                "admin/anything",
                "sampling/createMessage",
                "elicitation/create",
                "roots/list"
            })
    void whatHasNoRowIsRefused(String method) {
        for (Era era : Era.values()) {
            assertThat(MethodTable.rule(TO_SERVER, era, REQUEST, method)).isInstanceOf(Rule.Refuse.class);
            assertThat(MethodTable.rule(TO_SERVER, era, NOTIFICATION, method)).isInstanceOf(Rule.Refuse.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tools/call | {\"name\":\"t\",\"uri\":\"u:u\"} | TOOL t",
                "prompts/get | {\"name\":\"p\"} | PROMPT p",
                "resources/read | {\"name\":\"n\",\"uri\":\"u:u\"} | RESOURCE u:u",
                "tasks/get | {\"taskId\":\"k\"} | TASK k",
                "completion/complete | {\"ref\":{\"type\":\"ref/prompt\",\"name\":\"p\",\"uri\":\"u:u\"}} | PROMPT p",
                "completion/complete | {\"ref\":{\"type\":\"ref/resource\",\"name\":\"p\",\"uri\":\"u:u\"}} | RESOURCE u:u",
                "completion/complete | {\"ref\":{\"type\":\"ref/resource\",\"uri\":\"u:{u}\"}} | RESOURCE_TEMPLATE u:{u}",
                "subscriptions/listen | {\"notifications\":{}} | ''",
                "subscriptions/listen | {\"notifications\":{\"resourceSubscriptions\":[\"a:1\",\"b:2\"],\"taskIds\":[\"k\"]}}"
                        + " | RESOURCE a:1, RESOURCE b:2, TASK k"
            })
    void aMessagesTargetsAreWhereItsRuleSays(String method, String params, String expected) {
        assertThat(targets(method, params))
                .isInstanceOfSatisfying(
                        Targets.Found.class,
                        found -> assertThat(String.join(
                                        ", ",
                                        found.targets().stream()
                                                .map(target -> target.type() + " " + target.id())
                                                .toList()))
                                .isEqualTo(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tools/call | {} | params.name",
                "tools/call | {\"name\":1} | params.name",
                "tools/call | {\"name\":\"\"} | params.name",
                "tools/call | {\"name\":\"a\\u0000b\"} | params.name",
                "tools/call | {\"name\":\"a\\nb\"} | params.name",
                "tools/call | {\"uri\":\"x:y\"} | params.name",
                "prompts/get | {\"name\":null} | params.name",
                "resources/read | {\"name\":\"x\"} | params.uri",
                "tasks/get | {\"taskId\":[\"a\"]} | params.taskId",
                "completion/complete | {} | params.ref.type",
                "completion/complete | {\"ref\":{\"type\":\"ref/tool\",\"name\":\"x\"}} | params.ref.type",
                "completion/complete | {\"ref\":{\"type\":\"ref/prompt\",\"uri\":\"x\"}} | params.ref.name",
                "completion/complete | {\"ref\":{\"type\":\"ref/resource\",\"name\":\"x\"}} | params.ref.uri",
                "subscriptions/listen | {\"notifications\":{\"resourceSubscriptions\":[1]}} | resourceSubscriptions",
                "subscriptions/listen | {\"notifications\":{\"resourceSubscriptions\":\"a\"}} | resourceSubscriptions",
                "subscriptions/listen | {\"notifications\":{\"resourceSubscriptions\":[\"\"]}} | params.notifications",
                "subscriptions/listen | {\"notifications\":{\"taskIds\":{}}} | taskIds"
            })
    void aMessageWithoutAUsableTargetCannotBeDecided(String method, String params, String member) {
        assertThat(targets(method, params))
                .isInstanceOfSatisfying(
                        Targets.Unusable.class,
                        unusable -> assertThat(unusable.reason()).contains(member));
    }

    @Test
    void thePublishedTableIsThisOne() throws IOException {
        Path published = Path.of("../../docs/mcp-methods.md");
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(published.getParent());
            Files.writeString(published, page());
        }

        assertThat(published)
                .as("rewrite it with -D" + WRITE + "=true")
                .usingCharset(UTF_8)
                .hasContent(page());
    }

    private static Targets targets(String method, String params) {
        byte[] body = ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}")
                .getBytes(UTF_8);
        Message message = ((McpMessages.Reading.Single) McpMessages.read(body, 64, 1)).message();
        Rule.Decide rule = (Rule.Decide) MethodTable.rows().stream()
                .filter(row -> row.direction() == TO_SERVER && row.method().equals(method))
                .map(Row::modern)
                .findFirst()
                .orElseThrow();
        return Targets.of(rule, message);
    }

    private static String text(Rule rule) {
        return switch (rule) {
            case Rule.Allow allow -> "allow";
            case Rule.Decide decide -> "decide " + decide.where();
            case Rule.Filter filter -> "filter " + filter.list();
            case Rule.MatchRequest match -> "match";
            case Rule.Refuse refuse -> "refuse";
        };
    }

    private static String page() {
        StringBuilder page = new StringBuilder("""
                # MCP methods and what the gateway does with them

                This page is checked against the code: a build fails when they differ.

                *Legacy* is every revision up to 2025-11-25, *modern* 2026-07-28. A method without a row is refused, and so is a
                request sent as a notification. A refused request is answered with JSON-RPC error -32601 (modern: HTTP 404);
                refused notifications from clients with an HTTP error; what a server sends and may not is dropped.

                | rule | meaning |
                |---|---|
                | allow | passes; whoever may use the route may send it |
                | decide | passes when policy permits every target; tools by `call_tool`, prompts by `get_prompt`, resources by `read_resource`, tasks by who created them |
                | filter | passes; of the list in the answer only what policy permits is shown, with a private cache scope |
                | match | a response: passes when it answers a request that went in the other direction on the same session |
                | refuse | does not pass |
                """);
        section(page, "From client to server", TO_SERVER);
        section(page, "From server to client", TO_CLIENT);
        return page.toString();
    }

    private static void section(StringBuilder page, String title, Direction direction) {
        page.append("\n## ")
                .append(title)
                .append("\n\n| method | kind | legacy | modern | note |\n|---|---|---|---|---|\n");
        for (Row row : MethodTable.rows()) {
            if (row.direction() == direction) {
                page.append("| ")
                        .append(row.method().isEmpty() ? "(any)" : "`" + row.method() + "`")
                        .append(" | ")
                        .append(row.kind().name().toLowerCase(Locale.ROOT))
                        .append(" | ")
                        .append(cell(row.legacy()))
                        .append(" | ")
                        .append(cell(row.modern()))
                        .append(" | ")
                        .append(row.note())
                        .append(" |\n");
            }
        }
    }

    private static String cell(Rule rule) {
        return switch (rule) {
            case Rule.Allow allow -> "allow";
            case Rule.Decide decide ->
                "decide: "
                        + switch (decide.where()) {
                            case TOOL_NAME -> "tool `params.name`";
                            case PROMPT_NAME -> "prompt `params.name`";
                            case RESOURCE_URI -> "resource `params.uri`";
                            case REFERENCE -> "prompt or resource `params.ref`";
                            case LISTEN_FILTER -> "resources and tasks of `params.notifications`";
                            case TASK_ID -> "task `params.taskId`";
                        };
            case Rule.Filter filter -> "filter: `" + filter.list().member() + "`";
            case Rule.MatchRequest match -> "match";
            case Rule.Refuse refuse -> "refuse: " + refuse.reason();
        };
    }
}
