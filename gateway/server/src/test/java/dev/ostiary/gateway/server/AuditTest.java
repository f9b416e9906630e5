package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ostiary.gateway.config.AuditSettings;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AuditTest extends GatewayScenario {

    private static final String ASKING =
            request(8, "tools/call", "{\"name\":\"delete_note\",\"arguments\":{\"id\":\"a-secret\"}}");

    @AfterEach
    void mend() {
        gateway.audit.broken = false;
        gateway.auditedArguments = AuditSettings.Arguments.NONE;
    }

    @Test
    void aLineSaysWhoDidWhatWhyUnderWhichRevisionAndTrace() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        gateway.post("ben", "notes", DELETE, "traceparent", "00-" + trace + "-b7ad6b7169203331-01");
        await().untilAsserted(() -> assertThat(gateway.auditLines().lines())
                .anySatisfy(line -> assertThat(line)
                        .contains("\"outcome\":\"allow\"")
                        .contains("\"tid\":\"" + dev.ostiary.entra.emulator.DemoDirectory.TENANT_ID)
                        .contains("\"oid\":\"" + dev.ostiary.entra.emulator.DemoDirectory.BEN)
                        .contains("\"client\":\"04b07795-8ddb-461a-bbee-02f9e1bf7b46\"")
                        .contains("\"route\":\"notes\",\"method\":\"tools/call\",\"target\":\"delete_note\"")
                        .contains("\"policies\":[\"mcp/p1#0\"]")
                        .contains("\"revision\":\"" + gateway.server.revision())
                        .contains("\"trace\":\"" + trace)
                        .contains("\"micros\":")));
        assertThat(gateway.workload.received().getLast().header("Traceparent"))
                .singleElement()
                .asString()
                .contains(trace);
    }

    @Test
    void argumentsAreWrittenDownOnlyWhereAskedFor() throws Exception {
        for (AuditSettings.Arguments detail : AuditSettings.Arguments.values()) {
            gateway.auditedArguments = detail;
            gateway.apply(notes(), gateway.route("other"));
            int before = gateway.auditLines().length();
            gateway.post("ben", "notes", ASKING);
            await().untilAsserted(() ->
                    assertThat(gateway.auditLines().substring(before)).contains("tools/call"));
            String line = gateway.auditLines().substring(before);
            assertThat(line.contains("\"arguments\":[\"id\"]")).isEqualTo(detail == AuditSettings.Arguments.NAMES);
            assertThat(line.contains("a-secret")).isEqualTo(detail == AuditSettings.Arguments.VALUES);
        }
    }

    @Test
    void callsAreRefusedWhileNothingCanBeWrittenDownAndServedAgainAfterwards() throws Exception {
        gateway.audit.broken = true;
        gateway.post("ben", "notes", DELETE);
        await().untilAsserted(() -> {
            HttpResponse<String> refused = gateway.post("ben", "notes", DELETE);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(refused.body()).contains("\"id\":3").contains("correlationId");
        });
        int reached = gateway.workload.received().size();
        assertThat(gateway.post("ben", "notes", DELETE).statusCode()).isEqualTo(503);
        assertThat(gateway.post("ben", "notes", LIST).statusCode()).isEqualTo(503);
        assertThat(gateway.post("anna", "notes", DELETE).body()).contains("NoPermit");
        assertThat(gateway.workload.received().stream()
                        .skip(reached)
                        .filter(request -> request.rpc().equals("tools/call")))
                .isEmpty();
        gateway.audit.broken = false;
        await().untilAsserted(() ->
                assertThat(gateway.post("ben", "notes", DELETE).statusCode()).isEqualTo(200));
    }

    @Test
    void noTokenIsEverWrittenDown() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger("dev.ostiary.gateway");
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> seen = new ListAppender<>();
        seen.start();
        root.addAppender(seen);
        root.setLevel(Level.TRACE);
        try {
            String good = gateway.token("ben", "notes");
            String session = gateway.initialize("ben", "notes");
            for (String token :
                    List.of(good, good + "x", good.substring(0, good.length() - 4), "eyJunk.eyJunk.eyJunk")) {
                gateway.post("", "notes", DELETE, "Authorization", "Bearer " + token);
                gateway.post("", "other", DELETE, "Authorization", "Bearer " + token, "Mcp-Session-Id", session);
            }
            gateway.workload.script((request, reply) -> reply.empty(500));
            gateway.post("", "notes", READ, "Authorization", "Bearer " + good);
            await().untilAsserted(() -> assertThat(gateway.auditLines()).contains("delete_note"));
            assertThat(List.copyOf(seen.list)).isNotEmpty().allSatisfy(event -> {
                String said = event.getFormattedMessage()
                        + event.getKeyValuePairs()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : event.getThrowableProxy().getMessage());
                assertThat(said).doesNotContain("eyJ").doesNotContain(session);
            });
            assertThat(gateway.auditLines()).doesNotContain("eyJ").doesNotContain(session);
        } finally {
            root.setLevel(before);
            root.detachAppender(seen);
        }
    }
}
