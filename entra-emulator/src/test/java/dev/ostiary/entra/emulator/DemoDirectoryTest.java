package dev.ostiary.entra.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoDirectoryTest {

    private static EntraEmulator entra;
    private static Browserless http;

    @BeforeAll
    static void start() {
        entra = EntraEmulator.start(
                Settings.of(DemoDirectory.forGateway("http://localhost:8080", List.of("notes", "wiki")))
                        .withKeys(Flow.KEYS));
        http = new Browserless(entra);
    }

    @AfterAll
    static void stop() {
        entra.close();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"anna," + DemoDirectory.READERS, "ben," + DemoDirectory.WRITERS, "carl,-"})
    void eachUserSignsInThroughTheAzureCliAndHasTheirGroup(String user, String group) {
        String redirect = "http://localhost:5555";
        String scope = "http://localhost:8080/notes/mcp.notes";
        Map<String, String> params = Browserless.params(
                "client_id",
                FirstPartyApps.AZURE_CLI_ID,
                "response_type",
                "code",
                "redirect_uri",
                redirect,
                "scope",
                scope,
                "resource",
                "http://localhost:8080/notes",
                "login_hint",
                user + "@" + DemoDirectory.DOMAIN);
        String code = Flow.redirect(
                        http.get("/" + DemoDirectory.TENANT_ID + "/oauth2/v2.0/authorize?" + Browserless.form(params)))
                .get("code");
        JsonNode body = Browserless.json(http.token(
                DemoDirectory.TENANT_ID,
                Browserless.params(
                        "grant_type", "authorization_code",
                        "client_id", FirstPartyApps.AZURE_CLI_ID,
                        "code", code,
                        "redirect_uri", redirect,
                        "scope", scope)));
        JsonNode claims = Browserless.claims(body.get("access_token").asText());
        assertThat(claims.get("aud").asText()).isEqualTo(DemoDirectory.GATEWAY_CLIENT_ID);
        assertThat(claims.get("azp").asText()).isEqualTo(FirstPartyApps.AZURE_CLI_ID);
        assertThat(claims.get("scp").asText()).isEqualTo("mcp.notes");
        assertThat(claims.get("ver").asText()).isEqualTo("2.0");
        assertThat(Flow.texts(claims.path("groups"))).isEqualTo(group == null ? List.of() : List.of(group));
    }

    @Test
    void vsCodeIsPreAuthorisedToo() {
        Map<String, String> params = Browserless.params(
                "client_id", FirstPartyApps.VS_CODE_ID,
                "response_type", "code",
                "redirect_uri", "http://127.0.0.1:33418/",
                "scope", "http://localhost:8080/wiki/mcp.wiki",
                "login_hint", "anna@" + DemoDirectory.DOMAIN);
        assertThat(Flow.redirect(http.get("/organizations/oauth2/v2.0/authorize?" + Browserless.form(params))))
                .containsKey("code");
    }

    @Test
    void theFacadeRedeemsItsOwnDefaultScope() {
        String redirect = "http://localhost:8080/oauth/callback";
        Map<String, String> params = Browserless.params(
                "client_id",
                DemoDirectory.GATEWAY_CLIENT_ID,
                "response_type",
                "code",
                "redirect_uri",
                redirect,
                "scope",
                "openid profile offline_access " + DemoDirectory.GATEWAY_CLIENT_ID + "/.default",
                "login_hint",
                "ben@" + DemoDirectory.DOMAIN);
        String code = Flow.redirect(
                        http.get("/" + DemoDirectory.DOMAIN + "/oauth2/v2.0/authorize?" + Browserless.form(params)))
                .get("code");
        JsonNode body = Browserless.json(http.token(
                DemoDirectory.TENANT_ID,
                Browserless.params(
                        "grant_type",
                        "authorization_code",
                        "client_id",
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        "client_secret",
                        DemoDirectory.GATEWAY_CLIENT_SECRET,
                        "code",
                        code,
                        "redirect_uri",
                        redirect,
                        "scope",
                        "openid profile offline_access " + DemoDirectory.GATEWAY_CLIENT_ID + "/.default")));
        assertThat(body.has("refresh_token")).isTrue();
        assertThat(Flow.texts(Browserless.claims(body.get("id_token").asText()).get("groups")))
                .containsExactly(DemoDirectory.WRITERS);
    }
}
