package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens whose signature would have to be verified, in numbers. */
class ForgedTokensTest extends GatewayScenario {

    private static final JsonMapper JSON = new JsonMapper();

    private CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void signInAtTheGateway() {
        release = new CountDownLatch(1);
        withFacade();
        gateway.apply(notes(), gateway.route("other"));
    }

    @AfterEach
    void letGo() {
        release.countDown();
        await().until(() -> gateway.server.proofs().waiting() == 0);
    }

    private FacadeClient signedIn(String user) throws Exception {
        FacadeClient client = new FacadeClient(gateway, "notes").signIn(user);
        assertThat(client.call(READ).statusCode()).isEqualTo(200);
        return client;
    }

    /** All threads that verify are busy until the test says otherwise. */
    private void occupyEveryThread() {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        CountDownLatch begun = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            assertThat(gateway.server.proofs().run("busy-" + i, () -> untilReleased(begun)))
                    .isTrue();
        }
        await().until(() -> begun.getCount() == 0);
    }

    private void untilReleased(CountDownLatch begun) {
        begun.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Altered in a way that only the signature tells. */
    private static String forged(String token, int number) throws Exception {
        String[] parts = token.split("\\.", -1);
        ObjectNode claims = (ObjectNode) JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
        claims.put("exp", claims.path("exp").asLong() + 1 + number);
        return parts[0]
                + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(claims.toString().getBytes(StandardCharsets.UTF_8))
                + "."
                + parts[2];
    }

    private CompletableFuture<HttpResponse<String>> send(String token) {
        HttpRequest request = gateway.request("", "notes")
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString(READ))
                .build();
        return gateway.http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aKnownTokenIsServedWhileForgeriesWaitAndOthersStillGetIn() throws Exception {
        FacadeClient anna = signedIn("anna");
        FacadeClient ben = new FacadeClient(gateway, "notes").signIn("ben");
        occupyEveryThread();
        List<CompletableFuture<HttpResponse<String>>> forgeries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            forgeries.add(send(forged(anna.accessToken, i)));
        }
        await().until(() -> forgeries.stream().filter(CompletableFuture::isDone).count() == 68);
        assertThat(gateway.server.proofs().waiting())
                .as("one user's share of the queue")
                .isEqualTo(32);
        assertThat(anna.call(READ).statusCode()).isEqualTo(200);
        CompletableFuture<HttpResponse<String>> other = send(ben.accessToken);
        await().until(() -> gateway.server.proofs().waiting() == 33);

        release.countDown();
        assertThat(other.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        int refused = 0;
        for (CompletableFuture<HttpResponse<String>> each : forgeries) {
            HttpResponse<String> answer = each.get(10, TimeUnit.SECONDS);
            if (answer.statusCode() == 503) {
                assertBusy(answer);
            } else {
                assertThat(answer.statusCode()).isEqualTo(401);
                assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                        .contains("invalid_token");
                refused++;
            }
        }
        assertThat(refused).isEqualTo(32);
        assertThat(anna.call(READ).statusCode())
                .as("no harm done to whom they were about")
                .isEqualTo(200);
    }

    @Test
    void whenTooManyWaitAnUnseenTokenIsAskedToComeBackAndAKnownOneIsNot() throws Exception {
        FacadeClient anna = signedIn("anna");
        FacadeClient ben = new FacadeClient(gateway, "notes").signIn("ben");
        occupyEveryThread();
        int users = 0;
        while (gateway.server.proofs().run("user-" + users, () -> {})) {
            users++;
        }
        assertThat(users).isEqualTo(512);
        assertBusy(ben.call(READ));
        assertThat(anna.call(READ).statusCode()).isEqualTo(200);

        release.countDown();
        await().untilAsserted(() -> assertThat(ben.call(READ).statusCode()).isEqualTo(200));
    }

    @Test
    void whatStrangersMakeUpIsRefusedWithoutLookingAtItsSignature() throws Exception {
        FacadeClient anna = signedIn("anna");
        occupyEveryThread();
        String[] parts = anna.accessToken.split("\\.", -1);
        ObjectNode claims = (ObjectNode) JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
        claims.put("jti", "CCCCCCCCCCCCCCCCCCCCCC");
        String made = parts[0]
                + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(claims.toString().getBytes(StandardCharsets.UTF_8))
                + "."
                + parts[2];
        assertThat(send(made).get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(401);
        assertThat(gateway.server.proofs().waiting()).isZero();
    }

    private static void assertBusy(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
        assertThat(answer.body()).contains("temporarily_unavailable").doesNotContain("identity provider");
    }
}
