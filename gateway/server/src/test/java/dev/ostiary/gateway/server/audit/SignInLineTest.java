package dev.ostiary.gateway.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.gateway.server.oauth.FacadeEvent;
import dev.ostiary.gateway.server.oauth.GrantEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SignInLineTest {

    private static final FacadeEvent.Source SOURCE = new FacadeEvent.Source("192.0.2.7", "0af7651916cd43dd");
    private static final GrantEvent.Whose WHOSE = new GrantEvent.Whose("g1", "tenant", "anna", "id", "notes");
    private static final String FROM = ",\"clientAddress\":\"192.0.2.7\",\"trace\":\"0af7651916cd43dd\"";
    private static final String WHO =
            ",\"grant\":\"g1\",\"tid\":\"tenant\",\"oid\":\"anna\",\"client\":\"id\",\"route\":\"notes\"";

    private final SignInLine lines = new SignInLine(InstantSource.fixed(Instant.parse("2026-11-21T10:00:00Z")));

    static Stream<Arguments> events() {
        return Stream.of(
                Arguments.of(
                        new FacadeEvent.Registered(SOURCE, "id", "A client", true),
                        "client_registered",
                        FROM + ",\"client\":\"id\",\"name\":\"A client\",\"confidential\":true"),
                Arguments.of(
                        new FacadeEvent.Refused(SOURCE, "/authorize", null, "BAD_REQUEST", "words"),
                        "request_refused",
                        FROM + ",\"endpoint\":\"/authorize\",\"error\":\"BAD_REQUEST\",\"description\":\"words\""),
                Arguments.of(
                        new FacadeEvent.RateLimited(SOURCE, "/register", "register"),
                        "rate_limited",
                        FROM + ",\"endpoint\":\"/register\",\"limit\":\"register\""),
                Arguments.of(
                        new FacadeEvent.ConsentAnswered(SOURCE, "id", "A client", "localhost", "notes", true, "t1"),
                        "consent_answered",
                        FROM
                                + ",\"client\":\"id\",\"clientName\":\"A client\",\"redirectHost\":\"localhost\""
                                + ",\"route\":\"notes\",\"approved\":true,\"transaction\":\"t1\""),
                Arguments.of(
                        new FacadeEvent.SignedInFor(SOURCE, "tenant", "anna", "id", "notes", false, "t1"),
                        "signed_in",
                        FROM
                                + ",\"tid\":\"tenant\",\"oid\":\"anna\",\"client\":\"id\",\"route\":\"notes\""
                                + ",\"remembered\":false,\"transaction\":\"t1\""),
                Arguments.of(
                        new FacadeEvent.SignInFailed(SOURCE, "id", "USER_REFUSED", "AADSTS50105"),
                        "sign_in_failed",
                        FROM + ",\"client\":\"id\",\"reason\":\"USER_REFUSED\",\"code\":\"AADSTS50105\""),
                Arguments.of(
                        new FacadeEvent.GrantEnded(SOURCE, "tenant", "anna", "g1"),
                        "grant_ended_by_user",
                        FROM + ",\"tid\":\"tenant\",\"oid\":\"anna\",\"grant\":\"g1\""),
                Arguments.of(new GrantEvent.Made(WHOSE), "grant_made", WHO),
                Arguments.of(
                        new GrantEvent.Redeemed(WHOSE, "192.0.2.7"),
                        "grant_redeemed",
                        WHO + ",\"clientAddress\":\"192.0.2.7\""),
                Arguments.of(
                        new GrantEvent.Rotated(WHOSE, "192.0.2.7"),
                        "grant_rotated",
                        WHO + ",\"clientAddress\":\"192.0.2.7\""),
                Arguments.of(
                        new GrantEvent.Refused(null, null, "192.0.2.7", "invalid_grant", "MalformedCode"),
                        "token_refused",
                        ",\"clientAddress\":\"192.0.2.7\",\"error\":\"invalid_grant\",\"reason\":\"MalformedCode\""),
                Arguments.of(
                        new GrantEvent.Reused(WHOSE, "192.0.2.7", "Code"),
                        "grant_reused",
                        WHO + ",\"clientAddress\":\"192.0.2.7\",\"what\":\"Code\""),
                Arguments.of(
                        new GrantEvent.Revoked(WHOSE, "EndedByUser"),
                        "grant_revoked",
                        WHO + ",\"reason\":\"EndedByUser\""),
                Arguments.of(
                        new GrantEvent.Unanswered("tenant", "anna", "AADSTS7000222"),
                        "entra_unanswered",
                        ",\"tid\":\"tenant\",\"oid\":\"anna\",\"reason\":\"AADSTS7000222\""));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventIsOneLine(Object event, String name, String rest) {
        assertThat(line(event)).isEqualTo("{\"time\":\"2026-11-21T10:00:00Z\",\"event\":\"" + name + "\"" + rest + "}");
    }

    @Test
    void everyKindOfEventHasItsLineAboveAndNoneHasAPlaceForASecret() {
        Set<Class<?>> shown = events().map(event -> event.get()[0].getClass()).collect(Collectors.toSet());
        Set<Class<?>> kinds = Stream.of(FacadeEvent.class, GrantEvent.class)
                .flatMap(event -> Arrays.stream(event.getPermittedSubclasses()))
                .collect(Collectors.toSet());

        assertThat(shown).isEqualTo(kinds);
        for (Class<?> kind : kinds) {
            assertThat(Arrays.stream(kind.getRecordComponents())
                            .map(component -> component.getName().toLowerCase(Locale.ROOT)))
                    .as(kind.getSimpleName())
                    .noneMatch(field -> field.contains("token")
                            || field.contains("secret")
                            || field.contains("verifier")
                            || field.equals("state"));
        }
    }

    @Test
    void whateverAClientCallsItselfStaysInsideItsLine() throws Exception {
        String hostile = "\"}\n{\"event\":\"signed_in\"\u2028\u0000";

        String line = line(new FacadeEvent.Registered(SOURCE, "id", hostile, false));

        assertThat(line).doesNotContain("\n", "\u0000");
        JsonNode read = new ObjectMapper().readTree(line);
        assertThat(read.get("event").textValue()).isEqualTo("client_registered");
        assertThat(read.get("name").textValue()).isEqualTo(hostile);
    }

    private String line(Object event) {
        byte[] line = event instanceof FacadeEvent facade ? lines.of(facade) : lines.of((GrantEvent) event);
        return new String(line, StandardCharsets.UTF_8);
    }
}
