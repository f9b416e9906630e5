package dev.ostiary.connect.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChallengeTest {

    @Test
    void parametersAreReadQuotedAndBare() {
        Challenge challenge = Challenge.of(List.of(
                "Basic realm=\"bearer\"",
                "Bearer realm=\"x, y\", error=invalid_token, error_description=\"say \\\"no\\\"\","
                        + " scope = \"a b\", resource_metadata=\"https://mcp.example.com/m\", error=\"second\""));
        assertThat(challenge)
                .isEqualTo(new Challenge("https://mcp.example.com/m", "a b", "invalid_token", "say \"no\""));
    }

    @Test
    void aChallengeAfterAnotherSchemesIsFound() {
        assertThat(Challenge.of(List.of("Negotiate, Bearer error=\"invalid_token\""))
                        .error())
                .isEqualTo("invalid_token");
    }

    @Test
    void nothingIsMadeOfWhatIsNone() {
        for (String header : new String[] {"", "Basic realm=\"Bearer error=x\"", "Bearerish error=x", "Bearer \"\\"}) {
            assertThat(Challenge.of(List.of(header))).as(header).isEqualTo(Challenge.NONE);
        }
    }

    /** A regular expression would take a frame of the stack for every character. */
    @Test
    void aLongTextOfEscapesIsReadOnASmallStack() throws Exception {
        String escapes = "\\x".repeat(4000);
        FutureTask<Challenge> reading =
                new FutureTask<>(() -> Challenge.of(List.of("Bearer error_description=\"" + escapes + "\"")));
        Thread.ofVirtual().start(reading);
        assertThat(reading.get(30, TimeUnit.SECONDS).errorDescription()).isEqualTo("x".repeat(4000));
    }
}
