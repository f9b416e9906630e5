package dev.ostiary.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.oauth.OpenPoints;
import dev.ostiary.entra.emulator.token.SigningKeys;
import dev.ostiary.entra.graph.DeviceCodeLogin;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.LoginException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Signing in with a code, asked for at an emulated tenant; time passes by the emulator's clock. */
class DeviceCodeLoginTest {

    private static final User ADA = User.member("3d4b0f7e-0000-4000-8000-0000000002aa", "ada@ostiary.example", "Ada")
            .withRoles(DirectoryRole.GlobalAdministrator);

    /** Made once: a key pair takes longer than a sign-in. */
    private static final SigningKeys KEYS = SigningKeys.generate();

    /** With {@code slow_down} for whoever asks too often (RFC 8628 §3.5). */
    private final EntraEmulator entra = EntraEmulator.start(Settings.of(Directory.of(new Tenant(
                    TestTenant.TENANT_ID,
                    "ostiary.example",
                    "Example",
                    List.of(ADA),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of())))
            .withOpenPoints(OpenPoints.CONTRARY)
            .withKeys(KEYS));

    private final Exchange exchange = new Exchange();
    private final List<String> said = new ArrayList<>();
    private final List<Long> waited = new ArrayList<>();

    /** What happens while the command waits. */
    private interface Meanwhile {
        void at(int pause, Duration asked) throws IOException, InterruptedException;
    }

    @AfterEach
    void end() {
        exchange.close();
        entra.close();
    }

    @Test
    void itWaitsUntilTheUserHasSignedIn() throws Exception {
        DeviceCodeLogin login = login(TestTenant.TENANT_ID, (pause, asked) -> {
            entra.clock().advance(asked);
            if (pause == 3) {
                browser("_user", ADA.oid());
            }
        });

        GraphClient graph =
                new GraphClient(exchange, URI.create(entra.graphOrigin()), login.token(), time -> {}, line -> {});

        assertThat(graph.list("/applications")).isEmpty();
        assertThat(waited).containsExactly(5L, 5L, 5L);
        assertThat(said)
                .containsExactly(
                        "To sign in, open " + entra.origin() + "/devicelogin and enter the code " + userCode());
    }

    @Test
    void itAsksMoreSlowlyWhenToldTo() throws Exception {
        DeviceCodeLogin login = login(TestTenant.TENANT_ID, (pause, asked) -> {
            // This machine's timers run ahead of Entra's once.
            entra.clock().advance(pause == 2 ? Duration.ofSeconds(1) : asked.plusSeconds(1));
            if (pause == 3) {
                browser("_user", ADA.oid());
            }
        });

        login.token();

        assertThat(waited).containsExactly(5L, 5L, 10L);
    }

    @Test
    void aLostConnectionOnlySlowsItDown() throws Exception {
        DeviceCodeLogin login = login(TestTenant.TENANT_ID, (pause, asked) -> {
            entra.clock().advance(asked);
            if (pause == 1) {
                entra.faults().arm(Area.TOKEN, new Fault.Cut(), 0, 1);
            }
            if (pause == 2) {
                browser("_user", ADA.oid());
            }
        });

        login.token();

        assertThat(waited).containsExactly(5L, 10L);
    }

    @Test
    void aUserWhoDeclinesIsNotAskedAgain() {
        DeviceCodeLogin login = login(TestTenant.TENANT_ID, (pause, asked) -> {
            entra.clock().advance(asked);
            browser("_action", "cancel");
        });

        assertThatThrownBy(login::token)
                .isInstanceOf(LoginException.class)
                .hasMessage("the sign-in was declined in the browser");
        assertThat(waited).containsExactly(5L);
    }

    @Test
    void aCodeThatNobodyUsedEnds() {
        DeviceCodeLogin login = login(
                TestTenant.TENANT_ID,
                (pause, asked) -> entra.clock().advance(pause == 1 ? asked : Duration.ofMinutes(16)));

        assertThatThrownBy(login::token)
                .isInstanceOf(LoginException.class)
                .hasMessage("nobody signed in within 15 minutes, and the code has expired; run it again");
        assertThat(waited).containsExactly(5L, 5L);
    }

    @Test
    void aTenantThatIsNotThereIsNamed() {
        DeviceCodeLogin login = login("3d4b0f7e-0000-4000-8000-000000000009", (pause, asked) -> {});

        assertThatThrownBy(login::token)
                .isInstanceOf(LoginException.class)
                .hasMessage("there is no tenant 3d4b0f7e-0000-4000-8000-000000000009 at " + entra.origin()
                        + " (AADSTS90002); compare spec.entra.tenantId, and the cloud");
        assertThat(said).isEmpty();
    }

    private DeviceCodeLogin login(String tenant, Meanwhile meanwhile) {
        return new DeviceCodeLogin(
                exchange,
                URI.create(entra.origin()),
                tenant,
                FirstPartyApps.AZURE_CLI_ID,
                URI.create(entra.graphOrigin()),
                said::add,
                time -> {
                    waited.add(time.toSeconds());
                    try {
                        meanwhile.at(waited.size(), time);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                entra.clock()::instant);
    }

    private String userCode() {
        Matcher code = Pattern.compile("enter the code (\\S+)").matcher(said.getFirst());
        assertThat(code.find()).isTrue();
        return code.group(1);
    }

    private void browser(String name, String value) throws IOException, InterruptedException {
        String form = "user_code=" + userCode() + "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> page = http.send(
                    HttpRequest.newBuilder(URI.create(entra.origin() + "/devicelogin"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(form))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
        }
    }
}
