package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.oauth.Facade.Answer;
import dev.ostiary.gateway.server.store.MemoryGrantStore;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Token requests that are wrong in one thing each: what they are answered, and that they consume nothing. */
class TokenRequestsTest {

    private static final String BASIC_REALM = "Basic realm=\"token\", charset=\"UTF-8\"";

    private final ManualClock clock = new ManualClock();
    private final Facade facade =
            new Facade(clock, new WatchedStore(new MemoryGrantStore(clock)), new ScriptedEntra(clock));

    /** A change to a good form; null removes. */
    private record Row(String name, String field, String value, String expected) {}

    private static Row row(String name, String field, String value, String expected) {
        return new Row(name, field, value, expected);
    }

    private static final List<Row> CODE_ROWS = List.of(
            row("no grant type", "grant_type", null, "400 invalid_request"),
            row("empty grant type", "grant_type", "", "400 invalid_request"),
            row("client credentials", "grant_type", "client_credentials", "400 unsupported_grant_type"),
            row("password", "grant_type", "password", "400 unsupported_grant_type"),
            row("implicit", "grant_type", "implicit", "400 unsupported_grant_type"),
            row(
                    "device code",
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:device_code",
                    "400 unsupported_grant_type"),
            row(
                    "jwt bearer",
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:jwt-bearer",
                    "400 unsupported_grant_type"),
            row(
                    "token exchange",
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:token-exchange",
                    "400 unsupported_grant_type"),
            row("grant type in capitals", "grant_type", "AUTHORIZATION_CODE", "400 unsupported_grant_type"),
            row("grant type with a blank", "grant_type", "authorization_code ", "400 unsupported_grant_type"),
            row("two grant types", "grant_type", "authorization_code refresh_token", "400 unsupported_grant_type"),
            row("no client", "client_id", null, "401 invalid_client"),
            row("empty client", "client_id", "", "401 invalid_client"),
            row("unknown client", "client_id", "https://nobody.example/meta.json", "401 invalid_client"),
            row("another public client", "client_id", "https://other.example/meta.json", "400 invalid_grant"),
            row("a confidential client without its secret", "client_id", "static:client", "401 invalid_client"),
            row("client id in capitals", "client_id", "HTTPS://CLIENT.EXAMPLE/META.JSON", "401 invalid_client"),
            row("a secret nobody can check", "client_secret", "x", "401 invalid_client"),
            row("an assertion nobody can check", "client_assertion", "a.b.c", "401 invalid_client"),
            row(
                    "an assertion type alone",
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    "401 invalid_client"),
            row("no code", "code", null, "400 invalid_request"),
            row("empty code", "code", "", "400 invalid_request"),
            row("code of one letter", "code", "a", "400 invalid_grant"),
            row("code of dots", "code", "......................................", "400 invalid_grant"),
            row("code with a slash in its id", "code", "../../../../../../etc/p.x", "400 invalid_grant"),
            row(
                    "code of an unknown grant",
                    "code",
                    "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                    "400 invalid_grant"),
            row("code of great length", "code", "A".repeat(5000), "400 invalid_grant"),
            row("no redirect", "redirect_uri", null, "400 invalid_request"),
            row("empty redirect", "redirect_uri", "", "400 invalid_request"),
            row("another path", "redirect_uri", Facade.REDIRECT + "/x", "400 invalid_grant"),
            row("another port", "redirect_uri", "http://127.0.0.1:33419/callback", "400 invalid_grant"),
            row(
                    "another name for the same host",
                    "redirect_uri",
                    "http://localhost:33418/callback",
                    "400 invalid_grant"),
            row(
                    "user info before the host",
                    "redirect_uri",
                    "http://127.0.0.1:33418@evil.example/callback",
                    "400 invalid_grant"),
            row("a query more", "redirect_uri", Facade.REDIRECT + "?x=1", "400 invalid_grant"),
            row("a fragment", "redirect_uri", Facade.REDIRECT + "#x", "400 invalid_grant"),
            row("a slash at the end", "redirect_uri", Facade.REDIRECT + "/", "400 invalid_grant"),
            row("another case", "redirect_uri", "HTTP://127.0.0.1:33418/callback", "400 invalid_grant"),
            row("no verifier", "code_verifier", null, "400 invalid_request"),
            row("empty verifier", "code_verifier", "", "400 invalid_request"),
            row("verifier of 42 characters", "code_verifier", "a".repeat(42), "400 invalid_request"),
            row("verifier of 129 characters", "code_verifier", "a".repeat(129), "400 invalid_request"),
            row("verifier with a blank", "code_verifier", "a".repeat(42) + " b", "400 invalid_request"),
            row("verifier with an umlaut", "code_verifier", "a".repeat(43) + "ä", "400 invalid_request"),
            row("another verifier", "code_verifier", "a".repeat(43), "400 invalid_grant"),
            row("the challenge as verifier", "code_verifier", Secrets.digest(Facade.VERIFIER), "400 invalid_grant"),
            row(
                    "verifier in another case",
                    "code_verifier",
                    Facade.VERIFIER.toUpperCase(java.util.Locale.ROOT),
                    "400 invalid_grant"),
            row("another route", "resource", Facade.ORIGIN + "/mail", "400 invalid_target"),
            row("the origin", "resource", Facade.ORIGIN, "400 invalid_target"),
            row("another host", "resource", "https://evil.example/notes", "400 invalid_target"),
            row("another scheme", "resource", "http://mcp.example.com/notes", "400 invalid_target"),
            row("another port", "resource", "https://mcp.example.com:444/notes", "400 invalid_target"),
            row("path in another case", "resource", Facade.ORIGIN + "/Notes", "400 invalid_target"),
            row("two slashes at the end", "resource", Facade.NOTES + "//", "400 invalid_target"),
            row("dots in the path", "resource", Facade.ORIGIN + "/mail/../notes", "400 invalid_target"),
            row("a resource with a fragment", "resource", Facade.NOTES + "#x", "400 invalid_target"),
            row("a fragment behind a query", "resource", Facade.NOTES + "?x#y", "400 invalid_target"),
            row("the path in the query", "resource", Facade.ORIGIN + "/mail?/notes", "400 invalid_target"),
            row("the path as the query", "resource", Facade.ORIGIN + "?/notes", "400 invalid_target"),
            row("a resource of great length", "resource", Facade.NOTES + "a".repeat(4000), "400 invalid_target"),
            row("no URL", "resource", "notes", "400 invalid_target"));

    @TestFactory
    Stream<DynamicTest> aCodeRequestThatIsWrongInOneThingIsRefusedAndTheCodeStaysGood() {
        return CODE_ROWS.stream()
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> {
                    String code = facade.begin(Facade.PUBLIC);
                    Map<String, String> form = new LinkedHashMap<>(Facade.codeForm(Facade.PUBLIC, code));
                    change(form, row);
                    assertThat(facade.post(facade.token, form).summary()).isEqualTo(row.expected());
                    assertThat(facade.redeem(Facade.PUBLIC, code).status()).isEqualTo(200);
                }));
    }

    private static final List<Row> REFRESH_ROWS = List.of(
            row("no token", "refresh_token", null, "400 invalid_request"),
            row("token of one letter", "refresh_token", "a", "400 invalid_grant"),
            row("token of great length", "refresh_token", "a.".repeat(3000), "400 invalid_grant"),
            row("another client", "client_id", "https://other.example/meta.json", "400 invalid_grant"),
            row("unknown client", "client_id", "gone", "401 invalid_client"),
            row("another route", "resource", Facade.ORIGIN + "/mail", "400 invalid_target"),
            row("a wider scope", "scope", "mcp:notes mcp:mail", "400 invalid_scope"),
            row("another scope", "scope", "mcp:mail", "400 invalid_scope"),
            row("offline access", "scope", "offline_access", "400 invalid_scope"),
            row("two blanks in the scope", "scope", "mcp:notes  mcp:notes", "400 invalid_scope"));

    @TestFactory
    Stream<DynamicTest> aRefreshThatIsWrongInOneThingIsRefusedAndTheTokenStaysGood() {
        return REFRESH_ROWS.stream()
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> {
                    String token = signIn(Facade.PUBLIC);
                    Map<String, String> form = new LinkedHashMap<>(Map.of(
                            "grant_type",
                            "refresh_token",
                            "client_id",
                            Facade.PUBLIC.id(),
                            "refresh_token",
                            token,
                            "resource",
                            Facade.NOTES));
                    change(form, row);
                    assertThat(facade.post(facade.token, form).summary()).isEqualTo(row.expected());
                    assertThat(facade.refresh(Facade.PUBLIC, token).status()).isEqualTo(200);
                }));
    }

    @TestFactory
    Stream<DynamicTest> aRefreshTokenThatIsChangedAnywhereIsNoneAndEndsNothing() {
        List<UnaryOperator<String>> changes = new ArrayList<>();
        changes.add(token -> token.substring(0, token.length() - 1));
        changes.add(token -> token + "A");
        changes.add(token -> token.replace(".1.", ".2."));
        changes.add(token -> token.replace(".1.", ".01."));
        changes.add(token -> token.replace(".1.", ".0."));
        changes.add(token -> token.replace(".1.", ".-1."));
        changes.add(token -> token.replace(".1.", ".4294967297."));
        changes.add(token -> token.replace(".1.", "."));
        changes.add(token -> "B" + token.substring(1));
        changes.add(token -> token.substring(0, token.lastIndexOf('.') + 1));
        return changes.stream()
                .map(change -> DynamicTest.dynamicTest(change.apply("I".repeat(22) + ".1.m"), () -> {
                    String token = signIn(Facade.PUBLIC);
                    assertThat(facade.refresh(Facade.PUBLIC, change.apply(token))
                                    .summary())
                            .isEqualTo("400 invalid_grant");
                    assertThat(facade.refresh(Facade.PUBLIC, token).status()).isEqualTo(200);
                }));
    }

    @Test
    void theResourceIsComparedWithItsHostFoldedAndItsQueryAndOneSlashDropped() throws Exception {
        for (String spelling : List.of(
                "HTTPS://MCP.Example.Com/notes",
                Facade.NOTES + "/",
                Facade.NOTES,
                Facade.NOTES + "?utm_source=client",
                Facade.NOTES + "/?")) {
            Map<String, String> form = new LinkedHashMap<>(Facade.codeForm(Facade.PUBLIC, facade.begin(Facade.PUBLIC)));
            form.put("resource", spelling);
            assertThat(facade.post(facade.token, form).status()).as(spelling).isEqualTo(200);
        }
    }

    @Test
    void aClientThatNamesNoResourceGetsTheOneThatWasGranted() throws Exception {
        Map<String, String> form = new LinkedHashMap<>(Facade.codeForm(Facade.PUBLIC, facade.begin(Facade.PUBLIC)));
        form.remove("resource");
        assertThat(facade.post(facade.token, form).status()).isEqualTo(200);
    }

    @TestFactory
    Stream<DynamicTest> aSecretProvesAClientInTheHeaderOrTheForm() {
        return Stream.of(
                        new Basic("encoded as RFC 6749 asks", basic("static%3Aclient", "s3cret%2F%2B+%25%C3%A4"), 200),
                        new Basic(
                                "lower-case scheme",
                                basic("static%3Aclient", "s3cret%2F%2B+%25%C3%A4")
                                        .replace("Basic", "basic"),
                                200),
                        new Basic("another secret", basic("static%3Aclient", "wrong"), 401),
                        new Basic("no secret", basic("static%3Aclient", ""), 401),
                        new Basic("not encoded: another id", basic("static:client", "s3cret"), 401),
                        new Basic("no colon", "Basic " + b64("static%3Aclient"), 401),
                        new Basic("a percent sign too many", basic("static%3Aclient", "%"), 401),
                        new Basic("no base64", "Basic !!!", 401),
                        new Basic("nothing", "Basic", 401),
                        new Basic(
                                "bytes that are no UTF-8",
                                "Basic " + Base64.getEncoder().encodeToString(new byte[] {(byte) 0xff, ':', 'a'}),
                                401),
                        new Basic("bearer", "Bearer abc", 401),
                        new Basic("of great length", "Basic " + "QUFB".repeat(5000), 401))
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> {
                    Map<String, String> form =
                            new LinkedHashMap<>(Facade.codeForm(Facade.SECRET, facade.begin(Facade.SECRET)));
                    form.remove("client_id");
                    Answer answer = facade.post(facade.token, form, row.header());
                    assertThat(answer.status()).isEqualTo(row.status());
                    if (row.status() == 401) {
                        assertThat(answer.error()).isEqualTo("invalid_client");
                        assertThat(answer.raw().headers()).containsEntry("WWW-Authenticate", BASIC_REALM);
                    }
                }));
    }

    private record Basic(String name, String header, int status) {}

    @Test
    void aSecretInTheFormIsAsGood() throws Exception {
        Map<String, String> form = new LinkedHashMap<>(Facade.codeForm(Facade.SECRET, facade.begin(Facade.SECRET)));
        form.put("client_secret", "s3cret/+ %ä");
        assertThat(facade.post(facade.token, form).status()).isEqualTo(200);
        form.put("client_secret", "s3cret");
        assertThat(facade.post(facade.token, form).summary()).isEqualTo("401 invalid_client");
    }

    @Test
    void twoWaysOfAuthenticationAtOnceAreRefused() throws Exception {
        Map<String, String> form = new LinkedHashMap<>(Facade.codeForm(Facade.SECRET, facade.begin(Facade.SECRET)));
        form.put("client_secret", "s3cret/+ %ä");
        String header = basic("static%3Aclient", "s3cret%2F%2B+%25%C3%A4");
        assertThat(facade.post(facade.token, form, header).summary()).isEqualTo("400 invalid_request");
        form.put("client_assertion", "a.b.c");
        assertThat(facade.post(facade.token, form).summary()).isEqualTo("400 invalid_request");
        form.remove("client_secret");
        assertThat(facade.post(facade.token, form, header).summary()).isEqualTo("400 invalid_request");
        form.remove("client_assertion");
        assertThat(facade.post(facade.token, form, header, header).summary()).isEqualTo("400 invalid_request");
        form.put("client_id", "https://client.example/meta.json");
        assertThat(facade.post(facade.token, form, header).summary()).isEqualTo("400 invalid_request");
    }

    @Test
    void noAnswerQuotesTheRequest() throws Exception {
        Map<String, String> form = new LinkedHashMap<>(Facade.codeForm(Facade.PUBLIC, "needle"));
        form.put("resource", "needle");
        form.put("redirect_uri", "needle");
        assertThat(facade.post(facade.token, form).raw().json()).doesNotContain("needle");
        form.put("grant_type", "needle");
        assertThat(facade.post(facade.token, form).raw().json()).doesNotContain("needle");
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", "needle");
        assertThat(facade.post(facade.token, form).raw().json()).doesNotContain("needle");
        assertThat(facade.events.toString()).doesNotContain("needle");
    }

    private String signIn(Client client) throws StoreUnavailableException {
        return facade.redeem(client, facade.begin(client)).refreshToken();
    }

    private static void change(Map<String, String> form, Row row) {
        if (row.value() == null) {
            form.remove(row.field());
        } else {
            form.put(row.field(), row.value());
        }
    }

    private static String basic(String id, String secret) {
        return "Basic " + b64(id + ":" + secret);
    }

    private static String b64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
