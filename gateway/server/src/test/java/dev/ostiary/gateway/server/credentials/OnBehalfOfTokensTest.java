package dev.ostiary.gateway.server.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ostiary.gateway.server.credentials.DelegatedTokens.TokenAnswer;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Refused;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.SignInAgain;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Unavailable;
import dev.ostiary.gateway.server.entra.EntraDiagnosis;
import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import dev.ostiary.gateway.server.entra.EntraToken;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.entra.ManualTime;
import dev.ostiary.gateway.server.identity.CallerCredential;
import dev.ostiary.gateway.server.identity.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tokens from the facade's Entra sessions, which a test scripts, and what is kept of them. */
class OnBehalfOfTokensTest {

    private static final List<String> SCOPES = List.of("api://notes/Notes.Read");
    private static final String CLAIMS = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";

    private final ManualTime time = new ManualTime();
    private final AtomicInteger asked = new AtomicInteger();
    private EntraSessions script =
            (tenant, user, scopes) -> new EntraToken("token-" + asked.get() + "-" + user, inAnHour(), "rotated");
    private final DelegatedTokens kept = new DelegatedTokens(time);
    private final OnBehalfOfTokens tokens = new OnBehalfOfTokens(
            kept,
            null,
            (tenant, user, scopes) -> {
                asked.incrementAndGet();
                return script.tokenFor(tenant, user, scopes);
            },
            time);

    private Instant inAnHour() {
        return Instant.ofEpochMilli(time.wallMillis()).plusSeconds(3600);
    }

    private Principal user(String objectId) {
        return new Principal(
                "tenant",
                objectId,
                objectId,
                "client",
                false,
                List.of(),
                List.of(),
                List.of(),
                JsonNodeFactory.instance.objectNode(),
                inAnHour(),
                "key");
    }

    private TokenAnswer ask(String objectId, @Nullable String refused) throws Exception {
        CompletableFuture<TokenAnswer> answer =
                tokens.get(user(objectId), new CallerCredential.EntraSession(), SCOPES, refused);
        assertThat(answer).isNotNull();
        return answer.get(10, TimeUnit.SECONDS);
    }

    /** An answer is kept a moment after it was given out, and the clock must not be put forward in between. */
    private void pass(Duration duration) {
        await().until(() -> kept.asking() == 0);
        time.advance(duration);
    }

    private String token(String objectId) throws Exception {
        return ((TokenAnswer.Token) ask(objectId, null)).value();
    }

    private WorkloadCredential.Withheld withheld() throws Exception {
        return ((TokenAnswer.None) ask("anna", null)).why();
    }

    private static EntraRefusedException refusal(Meaning meaning, @Nullable String claims) {
        return new EntraRefusedException(
                meaning, new EntraDiagnosis("AADSTS50076", "Summary.", "a field", "Fix.", "trace"), claims);
    }

    @Test
    void aTokenServesItsUserUntilShortlyBeforeItsEnd() throws Exception {
        assertThat(token("anna")).isEqualTo("token-1-anna");
        pass(Duration.ofMinutes(57));
        assertThat(token("anna")).isEqualTo("token-1-anna");
        assertThat(token("ben")).isEqualTo("token-2-ben");
        pass(Duration.ofMinutes(2));
        assertThat(token("anna")).isEqualTo("token-3-anna");
    }

    @ParameterizedTest
    @EnumSource(names = {"SIGN_IN_AGAIN", "GRANT_ENDED"})
    void whoeverEntraWantsToSeeIsAskedToSignInAndTheClaimsAreForTheFacade(Meaning meaning) throws Exception {
        script = (tenant, user, scopes) -> {
            throw refusal(meaning, CLAIMS);
        };
        assertThat(withheld()).isEqualTo(new SignInAgain(null));
        assertThat(withheld()).isEqualTo(new SignInAgain(null));
        assertThat(asked).hasValue(1);

        // The user has signed in meanwhile.
        script = (tenant, user, scopes) -> new EntraToken("fresh", inAnHour(), null);
        pass(Duration.ofSeconds(2));
        assertThat(token("anna")).isEqualTo("fresh");
    }

    @Test
    void whatIsWrongWithTheSettingsIsForTheAdministrator() throws Exception {
        script = (tenant, user, scopes) -> {
            throw refusal(Meaning.MISCONFIGURED, null);
        };
        assertThat(withheld()).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.user()).isFalse();
            assertThat(refused.diagnosis().field()).isEqualTo("a field");
        });
    }

    @Test
    void anOutageMarksNobodyAndIsNotAskedAgainBeforeItIsTime() throws Exception {
        script = (tenant, user, scopes) -> {
            throw new EntraUnavailableException("Throttled", Duration.ofSeconds(5), "429", null);
        };
        assertThat(withheld()).isEqualTo(new Unavailable("Throttled", Duration.ofSeconds(5)));
        pass(Duration.ofSeconds(4));
        withheld();
        assertThat(asked).hasValue(1);
        pass(Duration.ofSeconds(2));
        withheld();
        assertThat(asked).hasValue(2);
        script = (tenant, user, scopes) -> {
            throw new SessionsUnavailableException("store", null);
        };
        pass(Duration.ofSeconds(6));
        assertThat(withheld()).isInstanceOf(Unavailable.class);
        script = (tenant, user, scopes) -> {
            throw new IllegalStateException("unforeseen");
        };
        pass(Duration.ofSeconds(6));
        assertThat(withheld()).isInstanceOf(Unavailable.class);
    }

    @Test
    void aReplacementThatIsRefusedTooIsNotReplacedAtOnce() throws Exception {
        String first = token("anna");
        String second = ((TokenAnswer.Token) ask("anna", first)).value();
        assertThat(second).isNotEqualTo(first);
        assertThat(ask("anna", first)).as("somebody else has replaced it").isEqualTo(ask("anna", null));
        assertThat(tokens.get(user("anna"), new CallerCredential.EntraSession(), SCOPES, second))
                .isNull();
        pass(Duration.ofSeconds(61));
        assertThat(((TokenAnswer.Token) ask("anna", second)).value()).isNotEqualTo(second);
        assertThat(asked).hasValue(3);
    }

    @Test
    void soManyMayAskAtOnceAndNobodyElseWaits() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        script = (tenant, user, scopes) -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new EntraToken("late", inAnHour(), null);
        };
        try {
            for (int i = 0; i < 256; i++) {
                assertThat(tokens.get(user("user-" + i), new CallerCredential.EntraSession(), SCOPES, null))
                        .isNotDone();
            }
            assertThat(withheld()).isInstanceOf(Unavailable.class);
        } finally {
            gate.countDown();
        }
        pass(Duration.ofSeconds(1));
        org.awaitility.Awaitility.await().until(() -> ask("anna", null) instanceof TokenAnswer.Token);
    }
}
