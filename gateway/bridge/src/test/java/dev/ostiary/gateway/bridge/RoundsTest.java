package dev.ostiary.gateway.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server of the older era asks a client of the modern one: MCP 2026-07-28, "Multi Round-Trip Requests". */
@Timeout(180)
class RoundsTest {

    private static final String ALL = "{\"sampling\":{},\"elicitation\":{},\"roots\":{}}";
    private static final Pattern STATE = Pattern.compile("\"requestState\":\"([^\"]+)\"");
    private static final String NOT_WAITING = "is of no call that waits here";

    private static Bridge bridge;

    @BeforeAll
    static void start() throws Exception {
        bridge = Bridge.of("--close-timeout", "300ms", "--kill-timeout", "300ms");
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    /** A round; {@code more} are further members of params. */
    private static String round(String id, String tool, long n, String abilities, String more) {
        return Bridge.rpc(
                id,
                "tools/call",
                "{\"name\":\"" + tool + "\",\"arguments\":{\"n\":" + n + "}," + more
                        + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                        + "\"io.modelcontextprotocol/clientCapabilities\":" + abilities + "}}");
    }

    private static HttpResponse<String> post(Bridge where, String user, String body) throws Exception {
        return where.post(user, null, body, "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call");
    }

    private static String call(Bridge where, String user, String id, String tool, long n) throws Exception {
        return post(where, user, round(id, tool, n, ALL, "")).body();
    }

    private static String again(
            Bridge where, String user, String id, String tool, long n, String state, String responses)
            throws Exception {
        return post(where, user, round(id, tool, n, ALL, back(state, responses)))
                .body();
    }

    private static String back(String state, String responses) {
        return "\"inputResponses\":" + responses + ",\"requestState\":\"" + state + "\",";
    }

    private static String state(String answer) {
        Matcher matcher = STATE.matcher(answer);
        assertThat(matcher.find()).as(answer).isTrue();
        return matcher.group(1);
    }

    @Test
    void whatTheServerAsksIsTheResultAndTheNextRoundBringsTheAnswer() throws Exception {
        String asked = call(bridge, "anna", "1", "elicit", 1);
        String state = state(asked);
        assertThat(asked)
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"input_required\",\"inputRequests\":{"
                                + "\"ask-1\":{\"method\":\"elicitation/create\",\"params\":{\"message\":\"Who?\","
                                + "\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}},\"requestState\":\""
                                + state
                                + "\",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"small\",\"version\":\"1\"}}}}");
        String answer = again(
                bridge,
                "anna",
                "\"two\"",
                "elicit",
                1,
                state,
                "{\"ask-1\":{\"action\":\"accept\",\"content\":{\"x\":[1]}}}");
        assertThat(answer)
                .startsWith("{\"jsonrpc\":\"2.0\",\"id\":\"two\",\"result\":{\"resultType\":\"complete\"")
                .contains("\"heard\":[{\"jsonrpc\":\"2.0\",\"id\":\"q-1\",\"result\":{\"action\":\"accept\","
                        + "\"content\":{\"x\":[1]}}}]");
    }

    @Test
    void asOftenAsNeeded() throws Exception {
        String answer = call(bridge, "anna", "1", "elicit", 3);
        for (int i = 1; i <= 3; i++) {
            assertThat(answer).contains("\"id\":" + i + ",").contains("\"ask-" + i + "\":{\"method\"");
            answer = again(
                    bridge,
                    "anna",
                    Integer.toString(i + 1),
                    "elicit",
                    3,
                    state(answer),
                    "{\"ask-" + i + "\":{\"n\":" + i + "}}");
        }
        assertThat(answer)
                .contains("\"id\":4,")
                .contains("\"id\":\"q-1\",\"result\":{\"n\":1}")
                .contains("\"id\":\"q-2\",\"result\":{\"n\":2}")
                .contains("\"id\":\"q-3\",\"result\":{\"n\":3}");
    }

    @Test
    void whatIsMissingIsAskedAgain() throws Exception {
        String answer = call(bridge, "anna", "1", "elicit-at-once", 3);
        StringBuilder bring = new StringBuilder();
        int rounds = 0;
        while (answer.contains("input_required")) {
            // Of what is asked at once the first alone is answered, and something that nobody has asked for.
            Matcher name = Pattern.compile("\"(ask-[0-9]+)\":\\{\"method\"").matcher(answer);
            assertThat(name.find()).as(answer).isTrue();
            bring.setLength(0);
            bring.append("{\"")
                    .append(name.group(1))
                    .append("\":{\"round\":")
                    .append(++rounds)
                    .append("},\"other\":{}}");
            assertThat(rounds).isLessThan(10);
            answer = again(bridge, "anna", "9", "elicit-at-once", 3, state(answer), bring.toString());
        }
        assertThat(rounds).isEqualTo(3);
        assertThat(answer).contains("q-1").contains("q-2").contains("q-3").doesNotContain("\"error\"");
    }

    @Test
    void aStateIsOfOneCallerOneCallAndOneUse() throws Exception {
        String state = state(call(bridge, "anna", "1", "elicit", 1));
        String accept = "{\"ask-1\":{\"action\":\"accept\"}}";
        assertThat(again(bridge, "ben", "2", "elicit", 1, state, accept))
                .contains(NOT_WAITING)
                .contains("\"id\":2,");
        assertThat(again(bridge, "anna", "2", "elicit", 2, state, accept)).contains(NOT_WAITING);
        assertThat(again(bridge, "anna", "2", "roots", 1, state, accept)).contains(NOT_WAITING);
        assertThat(again(bridge, "anna", "2", "elicit", 1, state + "x", accept)).contains(NOT_WAITING);
        assertThat(again(bridge, "anna", "2", "elicit", 1, "", accept)).contains(NOT_WAITING);
        // Nothing of this has used it up.
        assertThat(again(bridge, "anna", "2", "elicit", 1, state, accept))
                .contains("q-1")
                .contains("accept");
        assertThat(again(bridge, "anna", "3", "elicit", 1, state, accept))
                .contains(NOT_WAITING)
                .contains("-32602");
    }

    @Test
    void anotherClientOfTheSameUserHasNoBusinessInIt() throws Exception {
        String state = state(call(bridge, "anna", "1", "elicit", 1));
        String body = round("2", "elicit", 1, ALL, back(state, "{\"ask-1\":{}}"));
        HttpResponse<String> other = bridge.http.send(
                bridge.request("anna")
                        .setHeader("Ostiary-Assertion", bridge.keys.of("anna", "another-client"))
                        .header("MCP-Protocol-Version", "2026-07-28")
                        .header("Mcp-Method", "tools/call")
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(other.body()).contains(NOT_WAITING);
        assertThat(post(bridge, "anna", body).body()).contains("\"heard\"");
    }

    @Test
    void whatIsNotInOrderIsSaidAndUsesNothingUp() throws Exception {
        String state = state(call(bridge, "anna", "1", "elicit", 1));
        assertThat(again(bridge, "anna", "2", "elicit", 1, state, "[]"))
                .contains("-32602")
                .contains("\"id\":2");
        assertThat(again(bridge, "anna", "2", "elicit", 1, state, "{\"ask-1\":\"text\"}"))
                .contains("-32602");
        String number = round("2", "elicit", 1, ALL, "\"requestState\":7,");
        assertThat(post(bridge, "anna", number).body()).contains("requestState must be a string");
        assertThat(again(bridge, "anna", "2", "elicit", 1, state, "{\"ask-1\":{}}"))
                .contains("\"heard\"");
    }

    /** What nobody asked for is ignored, and never seen by the server ("Error Handling"). */
    @Test
    void answersWithoutAStateAreForNobody() throws Exception {
        String echo = round("1", "echo", 1, ALL, "\"inputResponses\":{\"ask-1\":{}},");
        assertThat(post(bridge, "ida", echo).body())
                .contains("\"echo\":{\"n\":1}")
                .doesNotContain("inputResponses")
                .doesNotContain("ask-1");
        String early = round("2", "elicit", 1, ALL, "\"inputResponses\":{\"ask-1\":{\"action\":\"accept\"}},");
        assertThat(post(bridge, "ida", early).body()).contains("input_required").contains("\"ask-1\":{\"method\"");
    }

    @Test
    void aClientThatCannotIsNotAskedAndTheServerHearsAtOnce() throws Exception {
        for (String abilities : new String[] {"{}", "{\"sampling\":{}}", "{\"elicitation\":{\"url\":{}}}"}) {
            assertThat(post(bridge, "carl", round("1", "elicit", 1, abilities, ""))
                            .body())
                    .contains("\"heard\":[{\"jsonrpc\":\"2.0\",\"id\":\"q-1\",\"error\":{\"code\":-32601");
        }
        assertThat(post(bridge, "carl", round("1", "elicit", 1, "{\"elicitation\":{\"form\":{}}}", ""))
                        .body())
                .contains("input_required");
        // The first process waits for its answer.
        assertThat(post(bridge, "cleo", round("1", "roots", 1, "{\"elicitation\":{}}", ""))
                        .body())
                .contains("-32601");
    }

    @Test
    void callersThatShareAServerAreNotAsked() throws Exception {
        try (Bridge shared = Bridge.of("--stateless")) {
            assertThat(call(shared, "anna", "1", "elicit", 1))
                    .contains("-32601")
                    .contains("\"heard\"");
        }
    }

    @Test
    void aCallThatNobodyComesBackForIsCancelled() throws Exception {
        try (Bridge hasty = Bridge.of("--input-timeout", "500ms")) {
            String state = state(call(hasty, "anna", "1", "elicit", 1));
            hasty.awaitLog(line -> line.contains("cancelled: ") && line.contains("the client is gone"));
            assertThat(again(hasty, "anna", "2", "elicit", 1, state, "{\"ask-1\":{}}"))
                    .contains(NOT_WAITING);
            // The process has taken no harm.
            assertThat(call(hasty, "anna", "3", "echo", 3)).contains("\"n\":3");
            assertThat(hasty.children()).hasSize(1);
        }
    }

    @Test
    void aServerThatDiesMeanwhileSaysHow() throws Exception {
        try (Bridge own = Bridge.of()) {
            String state = state(call(own, "anna", "1", "elicit", 1));
            long pid = own.pidOf("anna");
            assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
            await().atMost(Bridge.PATIENCE)
                    .until(() -> own.log.stream().anyMatch(line -> line.contains("session ended")));
            assertThat(again(own, "anna", "\"x\"", "elicit", 1, state, "{\"ask-1\":{}}"))
                    .contains("\"id\":\"x\"")
                    .contains("signal 9");
        }
    }

    @Test
    void callsAtOnceEachHaveTheirOwnQuestionAndOnlySoManyWait() throws Exception {
        try (Bridge own = Bridge.of()) {
            List<String> states = new ArrayList<>();
            for (int i = 1; i <= 16; i++) {
                String answer = call(own, "anna", Integer.toString(i), "later", i);
                assertThat(answer).contains("\"message\":\"" + i + "\"");
                states.add(state(answer));
            }
            assertThat(call(own, "anna", "17", "later", 17)).contains("refused").contains("\"id\":17,");
            for (int i : new int[] {16, 1, 8}) {
                assertThat(again(own, "anna", "20", "later", i, states.get(i - 1), "{\"ask-1\":{}}"))
                        .contains("answered")
                        .contains("\"id\":20,");
            }
            assertThat(state(call(own, "anna", "18", "later", 18))).isNotEmpty();
            assertThat(own.children()).hasSize(1);
        }
    }

    @Test
    void aServerThatDoesNotWaitHasAnsweredWhenItsClientIsBack() throws Exception {
        String asked = call(bridge, "hugo", "1", "impatient", 5_000);
        bridge.awaitLog(line -> line.contains("waits no more"));
        assertThat(again(bridge, "hugo", "2", "impatient", 5_000, state(asked), "{\"ask-1\":{\"action\":\"accept\"}}"))
                .startsWith("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":")
                .contains("without");
        // What came too late for the server was not passed on to it: it would be an answer to nothing.
        assertThat(call(bridge, "hugo", "3", "echo", 3)).contains("\"n\":3");
    }

    @Test
    void whatIsLargeIsAskedOnceAndIsNotKept() throws Exception {
        String answered = call(bridge, "fred", "1", "elicit-large", 200_000);
        assertThat(answered).contains("x".repeat(200_000));
        assertThat(again(
                        bridge,
                        "fred",
                        "2",
                        "elicit-large",
                        200_000,
                        state(answered),
                        "{\"ask-1\":{\"action\":\"accept\"}}"))
                .contains("\"result\":{\"action\":\"accept\"}");
        String ignored = call(bridge, "fred", "3", "elicit-large", 200_000);
        assertThat(again(bridge, "fred", "4", "elicit-large", 200_000, state(ignored), "{}"))
                .contains("the client has not answered")
                .contains("\"id\":4");
    }

    @Test
    void aServerThatAsksTooMuchIsRefused() throws Exception {
        String answer = call(bridge, "gina", "1", "elicit-at-once", 70);
        // A round that brings nothing is asked the same again, and what the server has asked meanwhile: until as many
        // are open as may be.
        for (int round = 0; names(answer).size() < 64; round++) {
            assertThat(round).as(answer).isLessThan(10_000);
            answer = again(bridge, "gina", "2", "elicit-at-once", 70, state(answer), "{}");
        }
        for (int round = 0; answer.contains("input_required"); round++) {
            assertThat(round).isLessThan(70);
            String bring = names(answer).stream()
                    .map(name -> "\"" + name + "\":{}")
                    .collect(Collectors.joining(",", "{", "}"));
            answer = again(bridge, "gina", "3", "elicit-at-once", 70, state(answer), bring);
        }
        assertThat(answer).contains("\"heard\"").contains("too many requests are open");
    }

    private static List<String> names(String answer) {
        return Pattern.compile("\"(ask-[0-9]+)\":\\{\"method\"")
                .matcher(answer)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void aStreamThatHasBegunEndsWithTheQuestion() throws Exception {
        String body = round("1", "elicit", 1, ALL, "").replace("\"_meta\":{", "\"_meta\":{\"progressToken\":\"p\",");
        String answer = post(bridge, "dora", body).body();
        assertThat(answer.lines().filter(line -> line.startsWith("data: ")).toList())
                .hasSize(2)
                .last()
                .asString()
                .contains("input_required");
        String second = round("2", "elicit", 1, ALL, back(state(answer), "{\"ask-1\":{}}"))
                .replace("\"_meta\":{", "\"_meta\":{\"progressToken\":\"q\",");
        assertThat(post(bridge, "dora", second).body())
                .contains("\"progressToken\":\"q\"")
                .contains("\"heard\"");
    }
}
