package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What cannot be audited does not happen: at the facade neither. */
class AuditedSignInsTest extends GatewayScenario {

    @BeforeEach
    void signInAtTheGateway() {
        withFacade();
        gateway.apply(notes(), gateway.route("other"));
    }

    @AfterEach
    void mend() {
        gateway.audit.broken = false;
    }

    private HttpResponse<String> get(String path) throws Exception {
        return gateway.http.send(
                HttpRequest.newBuilder(URI.create(gateway.publicUrl() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void nothingIsSpentWhileNothingCanBeWrittenDown() throws Exception {
        FacadeClient anna = new FacadeClient(gateway, "notes").signIn("anna");
        String refreshToken = anna.refreshToken;
        gateway.audit.broken = true;
        gateway.post("ben", "notes", DELETE);
        await().untilAsserted(() -> assertThat(anna.refresh().statusCode()).isEqualTo(503));
        String spent = anna.refreshToken;
        HttpResponse<String> refused = anna.refresh();
        assertThat(refused.body()).contains("temporarily_unavailable");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        HttpResponse<String> page = get("/authorize?client_id=x");
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.headers().firstValue("Retry-After")).isPresent();
        assertThat(get("/.well-known/oauth-authorization-server").statusCode()).isEqualTo(200);

        gateway.audit.broken = false;
        await().untilAsserted(() -> assertThat(anna.refresh().statusCode()).isEqualTo(200));
        assertThat(anna.refreshToken).isNotEqualTo(refreshToken).isNotEqualTo(spent);
        await().untilAsserted(() -> assertThat(gateway.auditLines())
                .contains("\"event\":\"grant_made\"")
                .contains("grant_rotated"));
        assertThat(gateway.metric("ostiary_audit_lost_total")).isZero();
    }
}
