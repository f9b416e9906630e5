package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class BatchesTest extends GatewayScenario {

    private static final String OLD = "MCP-Protocol-Version";
    private static final String VERSION = "2025-03-26";

    private HttpResponse<String> batch(String user, String... messages) throws Exception {
        return gateway.post(user, "notes", "[" + String.join(",", messages) + "]", OLD, VERSION);
    }

    @Test
    void aBatchOfWhichEverythingMayPassReachesTheWorkloadAsItCame() throws Exception {
        gateway.workload.script((request, reply) -> {
            if (request.body().startsWith("[")) {
                reply.json(200, "[" + result(2, "{}") + "," + result(3, "{}") + "]");
            } else {
                answering(request, reply);
            }
        });
        HttpResponse<String> response = batch("ben", READ, DELETE);
        assertThat(response.body()).isEqualTo("[" + result(2, "{}") + "," + result(3, "{}") + "]");
        assertThat(gateway.workload.received().getLast().body()).isEqualTo("[" + READ + "," + DELETE + "]");
    }

    @Test
    void oneRefusedMessageKeepsAllBackAndEachRequestIsTold() throws Exception {
        HttpResponse<String> response = batch("anna", READ, DELETE, notification("notifications/initialized", "{}"));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .startsWith("[")
                .contains("\"id\":2")
                .contains("none was sent on")
                .contains("\"id\":3")
                .contains("NoPermit");
        assertThat(gateway.workload.received())
                .noneMatch(request -> request.body().startsWith("["));
    }

    @Test
    void listsAndRepeatedIdsAreNotTakenInBatches() throws Exception {
        assertThat(batch("ben", LIST, READ).body())
                .contains("on its own")
                .contains("\"id\":1")
                .contains("\"id\":2");
        assertThat(batch("ben", READ, READ).body()).contains("an id is used twice");
        assertThat(batch("ben", LIST).body()).startsWith("[");
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void newerVersionsHaveNoBatches() throws Exception {
        HttpResponse<String> response =
                gateway.post("ben", "notes", "[" + READ + "]", "MCP-Protocol-Version", "2025-06-18");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void aBatchThatIsKeptBackClosesNoRequestOfTheWorkload() throws Exception {
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("initialize")) {
                reply.header("Mcp-Session-Id", "old")
                        .result(request, GatewayFixture.INITIALIZED.replace("2025-06-18", VERSION));
            } else {
                streaming(request, reply);
            }
        });
        String session = gateway.initialize("anna", "notes");
        Events events = gateway.listen("anna", "notes", session);
        Workload.Stream stream = stream();
        stream.message(request(70, "roots/list", "{}"));
        String answer = result(70, "{\"roots\":[]}").replace("70", Events.id(events.next()));

        assertThat(inSession("anna", session, "[" + answer + "," + DELETE + "]").body())
                .contains("NoPermit");
        assertThat(inSession("anna", session, "[" + answer + "," + answer + "]").statusCode())
                .isEqualTo(400);
        assertThat(inSession("anna", session, "[" + answer + "]").statusCode()).isEqualTo(202);
        assertThat(inSession("anna", session, answer).statusCode()).isEqualTo(400);
        stream.end();
    }
}
