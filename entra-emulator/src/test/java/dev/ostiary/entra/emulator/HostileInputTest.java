package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.SampleDirectories.CONTOSO;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON_SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileInputTest {

    private static final String TOKEN = "/" + CONTOSO + "/oauth2/v2.0/token";
    private static final Map<String, String> GOOD = Browserless.params(
            "grant_type",
            "client_credentials",
            "client_id",
            DAEMON,
            "client_secret",
            DAEMON_SECRET,
            "scope",
            SampleDirectories.API_URI + "/.default");

    private static EntraEmulator entra;
    private static Flow flow;

    @BeforeAll
    static void start() {
        entra = Flow.start();
        flow = new Flow(entra);
    }

    @AfterAll
    static void stop() {
        entra.close();
    }

    private static HttpResponse<String> raw(String path, String body) {
        return flow.http.send(flow.http
                .to(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grant_type=client_credentials&grant_type=client_credentials",
                "grant_type=%zz",
                "grant_type=client_credentials&scope=%"
            })
    void duplicateAndBrokenParametersAreMalformed(String body) {
        Flow.refused(raw(TOKEN, body), 400, "invalid_request", 9002313);
    }

    @Test
    void tooManyParametersAreMalformed() {
        StringBuilder body = new StringBuilder("grant_type=client_credentials");
        IntStream.range(0, 500).forEach(n -> body.append("&p").append(n).append("=1"));
        Flow.refused(raw(TOKEN, body.toString()), 400, "invalid_request", 9002313);
    }

    @Test
    void aHugeBodyIsRefusedInEntrasShape() {
        HttpResponse<String> response = raw(TOKEN, "grant_type=" + "x".repeat((1 << 20) + 10));
        Flow.refused(response, 400, "invalid_request", 9002313);
        flow.success(GOOD);
    }

    @Test
    void duplicateParametersOfAuthorizeAreAPage() {
        HttpResponse<String> response = flow.http.get("/" + CONTOSO + "/oauth2/v2.0/authorize?client_id=a&client_id=b");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("AADSTS9002313");
    }

    @Test
    void anUnknownTenantIsRefusedInEntrasShape() {
        Flow.refused(flow.http.token("nowhere.example", GOOD), 400, "invalid_request", 90002);
        Flow.refused(flow.http.token("a%20b", GOOD), 400, "invalid_request", 900023);
    }

    @Test
    void randomBytesNeverCrashAnEndpoint() {
        Random random = new Random(42);
        List<String> paths = List.of(
                TOKEN,
                "/" + CONTOSO + "/oauth2/v2.0/authorize",
                "/" + CONTOSO + "/oauth2/v2.0/devicecode",
                "/" + CONTOSO + "/adminconsent",
                "/" + CONTOSO + "/oauth2/v2.0/logout",
                "/devicelogin",
                "/v1.0/me/checkMemberGroups",
                "/_emulator/clock");
        String alphabet = "abc=&%+{}\"'<>/\\\u0000\u00e9 0123456789._-";
        List<String> names = List.of(
                "grant_type",
                "client_id",
                "scope",
                "code",
                "assertion",
                "client_assertion",
                "claims",
                "redirect_uri",
                "response_type",
                "state",
                "resource",
                "user_code",
                "refresh_token",
                "prompt",
                "_user");
        for (int i = 0; i < 400; i++) {
            StringBuilder body = new StringBuilder();
            for (int pair = 0; pair < 6; pair++) {
                body.append(names.get(random.nextInt(names.size()))).append('=');
                for (int c = random.nextInt(20); c > 0; c--) {
                    body.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                body.append('&');
            }
            String path = paths.get(i % paths.size());
            HttpResponse<String> response = raw(path, body.toString());
            assertThat(response.statusCode()).as(path + " " + body).isLessThan(500);
        }
    }

    @Test
    void aHundredTokenRequestsAtOnceAllSucceedWithTheirOwnToken() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<JsonNode> request = () -> flow.success(GOOD);
            List<Future<JsonNode>> answers = threads.invokeAll(
                    IntStream.range(0, 100).mapToObj(n -> request).toList());
            Set<String> ids = new HashSet<>();
            for (Future<JsonNode> answer : answers) {
                ids.add(Browserless.claims(answer.get().get("access_token").asText())
                        .get("uti")
                        .asText());
            }
            assertThat(ids).hasSize(100);
        }
    }

    @Test
    void aCodeRedeemedManyTimesAtOnceWorksOnce() throws Exception {
        String code = flow.code();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> request = () -> flow.token(Flow.codeParams(code)).statusCode();
            List<Future<Integer>> answers = threads.invokeAll(
                    IntStream.range(0, 20).mapToObj(n -> request).toList());
            int successes = 0;
            for (Future<Integer> answer : answers) {
                successes += answer.get() == 200 ? 1 : 0;
            }
            assertThat(successes).isEqualTo(1);
        }
    }
}
