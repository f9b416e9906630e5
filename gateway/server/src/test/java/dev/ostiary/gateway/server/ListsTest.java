package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListsTest extends GatewayScenario {

    private static final String SOME = "permit(principal in Group::\"" + DemoDirectory.READERS
            + "\", action, resource) when { [Prompt::\"shown\", Resource::\"note://shown\"].contains(resource) };";

    @Override
    String[] policies() {
        return new String[] {GatewayFixture.READ_TOOLS, GatewayFixture.WRITERS_MAY, SOME};
    }

    @ParameterizedTest
    @CsvSource({
        "prompts/list, prompts, name, shown, hidden",
        "resources/list, resources, uri, note://shown, note://hidden"
    })
    void everyListIsCutDownToWhatTheCallerMayUse(String method, String list, String key, String shown, String hidden)
            throws Exception {
        gateway.workload.script((request, reply) -> reply.result(
                request,
                "{\"" + list + "\":[{\"" + key + "\":\"" + hidden + "\"},{\"" + key + "\":\"" + shown
                        + "\",\"title\":\"kept\\u00e9\"}],\"nextCursor\":\"c\"}"));
        HttpResponse<String> annas = gateway.post("anna", "notes", request(4, method, "{}"));
        assertThat(annas.body())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"" + list + "\":[{\"" + key + "\":\"" + shown
                        + "\",\"title\":\"kept\\u00e9\"}],\"nextCursor\":\"c\"}}");
        assertThat(gateway.post("ben", "notes", request(4, method, "{}")).body())
                .contains(hidden)
                .contains(shown);
        assertThat(gateway.post("carl", "notes", request(4, method, "{}")).body())
                .contains("\"" + list + "\":[]");
    }

    @Test
    void resourceTemplatesAreFilteredToo() throws Exception {
        gateway.workload.script((request, reply) ->
                reply.result(request, "{\"resourceTemplates\":[{\"uriTemplate\":\"note://{id}\",\"name\":\"n\"}]}"));
        String list = request(4, "resources/templates/list", "{}");
        assertThat(gateway.post("anna", "notes", list).body()).contains("\"resourceTemplates\":[]");
        assertThat(gateway.post("ben", "notes", list).body()).contains("note://{id}");
    }

    @Test
    void aListThatComesAsAnEventIsFilteredAsWell() throws Exception {
        gateway.workload.script(
                (request, reply) -> reply.events().write(utf8("id: 7\ndata: " + result(1, TOOLS) + "\n\n")));
        HttpResponse<String> list = gateway.post("anna", "notes", LIST);
        assertThat(list.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        assertThat(list.body()).startsWith("id: 7\n").contains("read_note").doesNotContain("delete_note");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"delete_note\"}],\"tools\":[]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"Tools\":[{\"name\":\"delete_note\"}]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":{\"name\":\"delete_note\"}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"delete_note\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{\"tools\":[{\"name\":\"delete_note\"}]}}",
                "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"delete_note\"}]}}]",
                "delete_note",
                ""
            })
    void aListThatCannotBeReadIsWithheld(String answer) throws Exception {
        gateway.workload.script((request, reply) -> reply.json(200, answer));
        HttpResponse<String> list = gateway.post("ben", "notes", LIST);
        assertThat(list.statusCode()).isEqualTo(502);
        assertThat(list.body()).contains("\"id\":1").contains("correlationId").doesNotContain("delete_note");
    }

    @Test
    void anUnreadableListOnAStreamIsAnErrorEvent() throws Exception {
        gateway.workload.script((request, reply) -> reply.events()
                .write(utf8("id: 7\ndata: " + result(1, "{\"tools\":{\"name\":\"delete_note\"}}") + "\n\n")));
        assertThat(gateway.post("ben", "notes", LIST).body())
                .startsWith("id: 7\n")
                .contains("\"error\"")
                .doesNotContain("delete_note");
    }

    @Test
    void whatOneMaySeeIsNotWhatAnotherMay() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(gateway.post("ben", "notes", LIST).body()).contains("delete_note");
            assertThat(gateway.post("anna", "notes", LIST).body())
                    .contains("read_note")
                    .doesNotContain("delete_note");
            assertThat(gateway.post("carl", "notes", LIST).body()).contains("\"tools\":[]");
            assertThat(gateway.post("ben", "other", LIST).body()).contains("\"tools\":[]");
            assertThat(gateway.post("ben", "notes", DELETE).body()).contains("\"result\"");
            assertThat(gateway.post("anna", "notes", DELETE).body()).contains("\"error\"");
            assertThat(gateway.post("ben", "other", DELETE).body()).contains("\"error\"");
        }
    }

    @Test
    void aFilteredListIsWrittenDown() throws Exception {
        gateway.post("anna", "notes", LIST);
        await().untilAsserted(() -> assertThat(gateway.auditLines())
                .contains("\"outcome\":\"filter\"")
                .contains("\"listed\":2,\"shown\":1"));
    }
}
