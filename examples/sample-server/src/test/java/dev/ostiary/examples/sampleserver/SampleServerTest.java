package dev.ostiary.examples.sampleserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleServerTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private SampleServer server;

    @BeforeEach
    void start() throws IOException {
        server = SampleServer.start(0);
    }

    @AfterEach
    void stop() {
        server.close();
        http.close();
    }

    @Test
    void toolsSayWhetherTheyReadWriteOrDestroy() throws Exception {
        JsonNode tools = result("tools/list", "{}").path("tools");

        Map<String, String> hints = new TreeMap<>();
        for (JsonNode tool : tools) {
            JsonNode annotations = tool.path("annotations");
            hints.put(
                    tool.path("name").asText(),
                    annotations.path("readOnlyHint") + " " + annotations.path("destructiveHint"));
        }
        assertThat(hints)
                .containsExactly(
                        Map.entry("delete_note", "false true"),
                        Map.entry("list_notes", "true false"),
                        Map.entry("read_note", "true false"),
                        Map.entry("search_notes", "true false"),
                        Map.entry("write_note", "false false"));
    }

    @Test
    void aCallNeedsNoHandshake() throws Exception {
        assertThat(call("list_notes", "{}")).isEqualTo("roadmap\nstandup\nwelcome");
    }

    @Test
    void aNoteIsWrittenFoundReadAndDeleted() throws Exception {
        call("write_note", "{\"id\":\"lunch\",\"text\":\"Sandwiches at NOON\"}");

        assertThat(call("search_notes", "{\"query\":\"noon\"}")).isEqualTo("lunch");
        assertThat(call("read_note", "{\"id\":\"lunch\"}")).isEqualTo("Sandwiches at NOON");
        assertThat(call("delete_note", "{\"id\":\"lunch\"}")).isEqualTo("Deleted lunch.");
        assertThat(call("search_notes", "{\"query\":\"noon\"}")).isEqualTo("(none)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            read_note  | {}                                     | the argument id is missing or not a string
            read_note  | {"id":7}                               | the argument id is missing or not a string
            read_note  | {"id":"nowhere"}                       | There is no note nowhere; list_notes names them.
            read_note  | {"id":"welcome","shout":"yes"}         | this tool takes no arguments beside [id]
            write_note | {"id":"../etc","text":"x"}             | id must be 1 to 40 lower-case letters
            delete_note| {"id":"nowhere"}                       | There is no note nowhere; list_notes names them.
            """)
    void aWrongArgumentIsAnErrorOfTheTool(String tool, String arguments, String message) throws Exception {
        JsonNode result = result("tools/call", "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}");

        assertThat(result.path("isError").asBoolean()).isTrue();
        assertThat(result.at("/content/0/text").asText()).startsWith(message);
    }

    @Test
    void notesAreBounded() throws Exception {
        ObjectNode tooLong = JSON.createObjectNode().put("id", "long").put("text", "x".repeat(Notes.MAX_TEXT + 1));
        assertThat(call("write_note", tooLong.toString())).contains("at most 10000 characters");

        for (int i = 3; i < Notes.MAX_NOTES; i++) {
            assertThat(call("write_note", "{\"id\":\"n" + i + "\",\"text\":\"x\"}"))
                    .startsWith("Wrote");
        }
        assertThat(call("write_note", "{\"id\":\"one-more\",\"text\":\"x\"}")).contains("already 100 notes");
        assertThat(call("write_note", "{\"id\":\"welcome\",\"text\":\"x\"}")).startsWith("Wrote");
    }

    @Test
    void thePromptContainsTheNote() throws Exception {
        assertThat(result("prompts/list", "{}").at("/prompts/0/name").asText()).isEqualTo("summarise");
        assertThat(result("prompts/get", "{\"name\":\"summarise\",\"arguments\":{\"id\":\"welcome\"}}")
                        .at("/messages/0/content/text")
                        .asText())
                .contains("Notes live in memory only");
        assertThat(rpc("prompts/get", "{\"name\":\"summarise\",\"arguments\":{\"id\":\"nowhere\"}}")
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32602);
    }

    @Test
    void notesAreResourcesToo() throws Exception {
        assertThat(result("resources/list", "{}").at("/resources/0/uri").asText())
                .isEqualTo("notes://readme");
        assertThat(result("resources/templates/list", "{}")
                        .at("/resourceTemplates/0/uriTemplate")
                        .asText())
                .isEqualTo("notes://note/{id}");
        assertThat(result("resources/read", "{\"uri\":\"notes://readme\"}")
                        .at("/contents/0/text")
                        .asText())
                .startsWith("# Notes");
        assertThat(result("resources/read", "{\"uri\":\"notes://note/welcome\"}")
                        .at("/contents/0/text")
                        .asText())
                .contains("memory only");
        assertThat(rpc("resources/read", "{\"uri\":\"notes://note/nowhere\"}")
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32002);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "{\"jsonrpc\":\"2.0\"}"})
    void whatIsNotAMessageIsAnErrorAndServingGoesOn(String body) throws Exception {
        // The SDK answers 400 or 500, depending on how the message is wrong.
        assertThat(post(body, "application/json").statusCode()).isBetween(400, 500);
        assertThat(call("list_notes", "{}")).contains("welcome");
    }

    @Test
    void aPageOfAnotherOriginIsRefused() throws Exception {
        HttpRequest request =
                request("{}").header("Origin", "https://evil.example").build();

        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(403);
    }

    @Test
    void aTooBigRequestIsRefused() throws Exception {
        assertThat(post("\"" + "x".repeat(70_000) + "\"", "application/json").statusCode())
                .isEqualTo(413);
    }

    @Test
    void aTakenPortIsNamed() {
        assertThatThrownBy(() -> SampleServer.start(server.url().getPort()).close())
                .isInstanceOf(IOException.class)
                .hasMessage("port " + server.url().getPort() + " on 127.0.0.1 is taken");
    }

    private String call(String tool, String arguments) throws Exception {
        return result("tools/call", "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}")
                .at("/content/0/text")
                .asText();
    }

    private JsonNode result(String method, String params) throws Exception {
        JsonNode answer = rpc(method, params);
        assertThat(answer.has("result")).as(answer.toString()).isTrue();
        return answer.path("result");
    }

    private JsonNode rpc(String method, String params) throws Exception {
        HttpResponse<String> response = post(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}",
                "application/json");
        return JSON.readTree(response.body());
    }

    private HttpResponse<String> post(String body, String contentType) throws Exception {
        return http.send(
                request(body).header("Content-Type", contentType).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String body) {
        URI url = server.url();
        return HttpRequest.newBuilder(url)
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }
}
