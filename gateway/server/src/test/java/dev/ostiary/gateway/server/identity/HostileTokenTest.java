package dev.ostiary.gateway.server.identity;

import static dev.ostiary.gateway.server.identity.Snapshots.PUBLIC_URL;
import static dev.ostiary.gateway.server.identity.Tenants.ANNA;
import static dev.ostiary.gateway.server.identity.Tenants.CLI;
import static dev.ostiary.gateway.server.identity.Tenants.GATEWAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.token.SigningMode;
import dev.ostiary.entra.emulator.token.TokenBuilder;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that must not be believed: each with the status, the error and the audit reason that it gets. */
class HostileTokenTest {

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    static Stream<Arguments> tokens() {
        return Stream.of(
                        // Form
                        raw("not a JWT at all", "abc", "NotAJwt"),
                        raw("dots only", "..", "NotAJwt"),
                        raw("two parts", "eyJhbGciOiJSUzI1NiJ9.e30", "NotAJwt"),
                        raw("four parts", "a.b.c.d", "NotAJwt"),
                        raw("six parts", "a.b.c.d.e.f", "NotAJwt"),
                        raw("JWE in compact form", "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d", "EncryptedToken"),
                        raw("opaque token", "0.AXoAv4j5cvGGr0GRqy180BHbR", "NotAJwt"),
                        text("padding at the end", good -> good + "=", "MalformedSignature"),
                        text(
                                "signature left out",
                                good -> good.substring(0, good.lastIndexOf('.') + 1),
                                "MalformedSignature"),
                        text("signature cut short", good -> good.substring(0, good.length() - 6), "WrongSignature"),
                        text("signature spelled otherwise", HostileTokenTest::respell, "MalformedSignature"),
                        text(
                                "standard base64 in the signature",
                                good -> good.substring(0, good.length() - 4) + "+/+/",
                                "MalformedSignature"),
                        text(
                                "header of another token",
                                good -> "e30" + good.substring(good.indexOf('.')),
                                "AlgorithmNotAccepted"),
                        text("payload changed after signing", HostileTokenTest::promote, "WrongSignature"),
                        // Header
                        signed("alg none", SigningMode.NONE, "AlgorithmNotAccepted"),
                        header("alg nOnE", h -> h.replace("RS256", "nOnE"), "AlgorithmNotAccepted"),
                        header("alg in another case", h -> h.replace("RS256", "rs256"), "AlgorithmNotAccepted"),
                        signed(
                                "HS256 keyed with the public key",
                                SigningMode.HS256_WITH_PUBLIC_KEY,
                                "AlgorithmNotAccepted"),
                        signed("RS384", SigningMode.RS384, "AlgorithmNotAccepted"),
                        signed("RS512", SigningMode.RS512, "AlgorithmNotAccepted"),
                        signed("PS256", SigningMode.PS256, "AlgorithmNotAccepted"),
                        signed("ES256", SigningMode.ES256, "AlgorithmNotAccepted"),
                        header("alg given twice", h -> h.replace("{", "{\"alg\":\"none\","), "MalformedHeader"),
                        header(
                                "alg given twice, once with an escape",
                                h -> h.replace("{", "{\"\\u0061lg\":\"none\","),
                                "MalformedHeader"),
                        header("no typ", h -> h.replace("\"typ\":\"JWT\",", ""), "TypeNotAccepted"),
                        header(
                                "typ of another kind of token",
                                h -> h.replace("\"JWT\"", "\"at+jwt\""),
                                "TypeNotAccepted"),
                        header("typ not text", h -> h.replace("\"JWT\"", "[\"JWT\"]"), "TypeNotAccepted"),
                        header("no kid", h -> h.replaceAll(",\"kid\":\"[^\"]*\"", ""), "KeyIdMissing"),
                        header("empty kid", h -> h.replaceAll("\"kid\":\"[^\"]*\"", "\"kid\":\"\""), "KeyIdMissing"),
                        header("kid not text", h -> h.replaceAll("\"kid\":\"[^\"]*\"", "\"kid\":7"), "KeyIdMissing"),
                        header(
                                "kid with a path",
                                h -> h.replaceAll("\"kid\":\"[^\"]*\"", "\"kid\":\"../../keys\""),
                                "KeyUnknown"),
                        header(
                                "kid too long",
                                h -> h.replaceAll("\"kid\":\"[^\"]*\"", "\"kid\":\"" + "k".repeat(257) + "\""),
                                "KeyIdMissing"),
                        header("crit", h -> h.replace("{", "{\"crit\":[\"exp\"],"), "HeaderNotUnderstood"),
                        header("empty crit", h -> h.replace("{", "{\"crit\":[],"), "HeaderNotUnderstood"),
                        header(
                                "unencoded payload (RFC 7797)",
                                h -> h.replace("{", "{\"b64\":false,"),
                                "HeaderNotUnderstood"),
                        header("nested token", h -> h.replace("{", "{\"cty\":\"JWT\","), "HeaderNotUnderstood"),
                        header("compressed", h -> h.replace("{", "{\"zip\":\"DEF\","), "EncryptedToken"),
                        header(
                                "key by URL",
                                h -> h.replace("{", "{\"jku\":\"https://evil.example/keys\","),
                                "KeyInHeader"),
                        header("key enclosed", h -> h.replace("{", "{\"jwk\":{\"kty\":\"RSA\"},"), "KeyInHeader"),
                        header("certificate enclosed", h -> h.replace("{", "{\"x5c\":[\"MIIB\"],"), "KeyInHeader"),
                        header(
                                "nonce, as in tokens for Graph",
                                h -> h.replace("{", "{\"nonce\":\"abc\","),
                                "GraphToken"),
                        header(
                                "header deeper than any",
                                h -> h.replace("{", "{\"x\":" + "[".repeat(50) + "]".repeat(50) + ","),
                                "MalformedHeader"),
                        header("header with something after it", h -> h + "{}", "MalformedHeader"),
                        header("header is an array", h -> "[" + h + "]", "MalformedHeader"),
                        header("header is empty", h -> " ", "MalformedHeader"),
                        bytes(
                                "header in UTF-16",
                                (h, p) -> List.of(
                                        h.getBytes(StandardCharsets.UTF_16LE), p.getBytes(StandardCharsets.UTF_8)),
                                "MalformedHeader"),
                        // Signature
                        signed("signed with another published key", SigningMode.RS256_OTHER_PUBLISHED_KEY, null),
                        signed("signed with a key nobody published", SigningMode.RS256_UNPUBLISHED_KEY, "KeyUnknown"),
                        signed(
                                "the kid of a published key, another key",
                                SigningMode.RS256_FORGED_KID,
                                "WrongSignature"),
                        signed("the key for personal accounts", SigningMode.RS256_PERSONAL_ACCOUNT_KEY, "KeyUnknown"),
                        signed("one bit flipped", SigningMode.RS256_CORRUPTED, "WrongSignature"),
                        // Payload as JSON
                        payload(
                                "aud given twice",
                                p -> p.replace("{\"aud\"", "{\"aud\":\"x\",\"aud\""),
                                "MalformedClaims"),
                        payload(
                                "a member of a member given twice",
                                p -> p.replace("{\"aud\"", "{\"x\":{\"a\":1,\"a\":2},\"aud\""),
                                "MalformedClaims"),
                        payload(
                                "payload deeper than any",
                                p -> p.replace("{\"aud\"", "{\"x\":" + "[".repeat(500) + "]".repeat(500) + ",\"aud\""),
                                "MalformedClaims"),
                        payload(
                                "a number of a thousand digits",
                                p -> p.replace("{\"aud\"", "{\"x\":1" + "0".repeat(1000) + ",\"aud\""),
                                "MalformedClaims"),
                        payload(
                                "payload with a comment",
                                p -> p.replace("{\"aud\"", "{/**/\"aud\""),
                                "MalformedClaims"),
                        payload("payload with something after it", p -> p + "x", "MalformedClaims"),
                        payload("payload is text", p -> "\"" + "x" + "\"", "MalformedClaims"),
                        payload(
                                "payload with NaN",
                                p -> p.replace("{\"aud\"", "{\"x\":NaN,\"aud\""),
                                "MalformedClaims"),
                        bytes(
                                "payload with bytes that are not UTF-8",
                                (h, p) -> List.of(h.getBytes(StandardCharsets.UTF_8), broken(p)),
                                "MalformedClaims"),
                        bytes(
                                "payload with a byte order mark",
                                (h, p) -> List.of(
                                        h.getBytes(StandardCharsets.UTF_8),
                                        ("\uFEFF" + p).getBytes(StandardCharsets.UTF_8)),
                                "MalformedClaims"),
                        // Version, issuer, tenant
                        claims("no ver", t -> t.withoutClaim("ver"), "VersionNotAccepted"),
                        claims("a ver of the future", t -> t.claim("ver", "3.0"), "VersionNotAccepted"),
                        claims("ver as a number", t -> t.claim("ver", 2.0), "VersionNotAccepted"),
                        claims(
                                "the v1 issuer in a v2 token",
                                t -> t.issuer("https://sts.windows.net/" + Tenants.OURS + "/"),
                                "WrongIssuer"),
                        claims(
                                "the v2 issuer in a v1 token",
                                t -> t.version(1).issuer(entra().issuer(Tenants.OURS)),
                                "WrongIssuer"),
                        claims(
                                "v1 issuer without its slash",
                                t -> t.version(1).issuer("https://sts.windows.net/" + Tenants.OURS),
                                "WrongIssuer"),
                        claims(
                                "issuer with a slash more",
                                t -> t.issuer(entra().issuer(Tenants.OURS) + "/"),
                                "WrongIssuer"),
                        claims(
                                "issuer in another case",
                                t -> t.issuer(entra().issuer(Tenants.OURS).replace("http:", "HTTP:")),
                                "WrongIssuer"),
                        claims(
                                "the template as the issuer",
                                t -> t.issuer(entra().origin() + "/{tenantid}/v2.0"),
                                "WrongIssuer"),
                        claims(
                                "another host as the issuer",
                                t -> t.issuer("https://login.evil.example/" + Tenants.OURS + "/v2.0"),
                                "WrongIssuer"),
                        claims("no issuer", t -> t.withoutClaim("iss"), "WrongIssuer"),
                        arguments(
                                "another tenant, in full",
                                token(() -> entra().tokens()
                                        .userToken(Tenants.ZOE, CLI, GATEWAY, "mcp.notes")
                                        .build()),
                                401,
                                "invalid_token",
                                "WrongTenant"),
                        claims("another tenant's tid", t -> t.tenantId(Tenants.THEIRS), "WrongTenant"),
                        claims("another tenant's issuer", t -> t.issuer(entra().issuer(Tenants.THEIRS)), "WrongIssuer"),
                        claims("no tid", t -> t.withoutClaim("tid"), "MalformedClaims"),
                        claims("tid that is no GUID", t -> t.tenantId("common"), "MalformedClaims"),
                        // Audience
                        claims("another application's audience", t -> t.audience(Tenants.OTHER_API), "WrongAudience"),
                        arguments(
                                "another application's token, in full",
                                token(() -> entra().tokens()
                                        .userToken(ANNA, CLI, Tenants.OTHER_API, "mcp.notes")
                                        .build()),
                                401,
                                "invalid_token",
                                "WrongAudience"),
                        claims("v2 token with an identifier URI", t -> t.audience("api://" + GATEWAY), "WrongAudience"),
                        claims(
                                "v2 token with the route's URL",
                                t -> t.audience(PUBLIC_URL + "/notes"),
                                "WrongAudience"),
                        // Whoever may register applications can claim a route's URL while it is free.
                        claims(
                                "v1 token for the route",
                                t -> t.version(1).audience(PUBLIC_URL + "/notes"),
                                "WrongAudience"),
                        arguments(
                                "v1 token of another registration that claims the route's URL and the gateway's roles",
                                token(() -> entra().tokens()
                                        .userToken(ANNA, CLI, Tenants.OTHER_API, "mcp.notes")
                                        .version(1)
                                        .audience(PUBLIC_URL + "/notes")
                                        .roles("Mcp.Admin")
                                        .build()),
                                401,
                                "invalid_token",
                                "WrongAudience"),
                        claims(
                                "v1 token for another route",
                                t -> t.version(1).audience(PUBLIC_URL + "/mail"),
                                "WrongAudience"),
                        claims(
                                "v1 token for the route with a slash",
                                t -> t.version(1).audience(PUBLIC_URL + "/notes/"),
                                "WrongAudience"),
                        claims("v1 token for the origin", t -> t.version(1).audience(PUBLIC_URL), "WrongAudience"),
                        claims("audience as a list", t -> t.claim("aud", List.of(GATEWAY, "x")), "MalformedClaims"),
                        claims("no audience", t -> t.withoutClaim("aud"), "MalformedClaims"),
                        claims("Graph's audience", t -> t.audience(FirstPartyApps.GRAPH_ID), "GraphToken"),
                        arguments(
                                "a token for Graph, in full",
                                token(() -> entra().tokens()
                                        .userToken(ANNA, CLI, FirstPartyApps.GRAPH_ID, "User.Read")
                                        .build()),
                                401,
                                "invalid_token",
                                "GraphToken"),
                        arguments(
                                "an id_token of the gateway's own registration",
                                token(HostileTokenTest::idToken),
                                401,
                                "invalid_token",
                                "MalformedClaims"),
                        // Time
                        claims("expired an hour ago", TokenBuilder::expired, "Expired"),
                        claims("valid in an hour", TokenBuilder::notYetValid, "NotYetValid"),
                        claims("issued in the future, valid now", t -> t.claim("iat", seconds(3600)), "NotYetValid"),
                        claims("no exp", t -> t.withoutClaim("exp"), "MalformedClaims"),
                        claims("exp as text", t -> t.claim("exp", "9999999999"), "MalformedClaims"),
                        claims("exp with a fraction", t -> t.claim("exp", 9999999999.5), "MalformedClaims"),
                        claims("exp beyond all years", t -> t.claim("exp", Long.MAX_VALUE), "MalformedClaims"),
                        claims("exp negative", t -> t.claim("exp", -1), "MalformedClaims"),
                        claims("no nbf", t -> t.withoutClaim("nbf"), "MalformedClaims"),
                        claims("no iat", t -> t.withoutClaim("iat"), "MalformedClaims"),
                        // Identity
                        claims("no oid", t -> t.withoutClaim("oid"), "MalformedClaims"),
                        claims("oid that is no GUID", t -> t.claim("oid", "anna@ours.example"), "MalformedClaims"),
                        claims(
                                "oid with a null character",
                                t -> t.claim("oid", ANNA.substring(0, 35) + "\u0000"),
                                "MalformedClaims"),
                        claims("no sub", t -> t.withoutClaim("sub"), "MalformedClaims"),
                        claims("an endless sub", t -> t.claim("sub", "s".repeat(257)), "MalformedClaims"),
                        claims("no azp", t -> t.withoutClaim("azp"), "MalformedClaims"),
                        claims(
                                "azp of the other version",
                                t -> t.withoutClaim("azp").claim("appid", CLI),
                                "MalformedClaims"),
                        claims("azpacr unheard of", t -> t.claim("azpacr", "9"), "MalformedClaims"),
                        claims("scopes as a list", t -> t.claim("scp", List.of("mcp.notes")), "MalformedClaims"),
                        claims("scopes with blanks between them", t -> t.scp("mcp.notes  mcp.mail"), "MalformedClaims"),
                        claims("roles as text", t -> t.claim("roles", "Mcp.Call"), "MalformedClaims"),
                        claims("groups as text", t -> t.claim("groups", Tenants.READERS), "MalformedClaims"),
                        claims("groups that are not text", t -> t.claim("groups", List.of(1, 2)), "MalformedClaims"),
                        claims("_claim_names as text", t -> t.claim("_claim_names", "groups"), "MalformedClaims"),
                        claims("an application with a user's scopes", t -> t.claim("idtyp", "app"), "MalformedClaims"),
                        // Sound, but not enough
                        refused(
                                "a client that is not listed",
                                t -> t.client(Tenants.VS_CODE),
                                403,
                                null,
                                "ClientNotAccepted"),
                        refused(
                                "no scope of this route",
                                t -> t.scp("mcp.mail"),
                                403,
                                "insufficient_scope",
                                "ScopeMissing"),
                        refused(
                                "a scope that only begins alike",
                                t -> t.scp("mcp.notes2"),
                                403,
                                "insufficient_scope",
                                "ScopeMissing"),
                        refused(
                                "the scope in another case",
                                t -> t.scp("MCP.notes"),
                                403,
                                "insufficient_scope",
                                "ScopeMissing"),
                        refused(
                                "the scope in full",
                                t -> t.scp(PUBLIC_URL + "/notes/mcp.notes"),
                                403,
                                "insufficient_scope",
                                "ScopeMissing"),
                        refused(
                                "no scope, but a user",
                                t -> t.withoutClaim("scp"),
                                403,
                                "insufficient_scope",
                                "ScopeMissing"),
                        refused(
                                "no scope, but an app role, and a user",
                                t -> t.withoutClaim("scp").roles("Mcp.Call"),
                                403,
                                "insufficient_scope",
                                "ScopeMissing"),
                        refused("groups left out", TokenBuilder::overage, 403, null, "GroupsOverage"),
                        refused("groups left out, implicit flow", TokenBuilder::hasGroups, 403, null, "GroupsOverage"),
                        refused(
                                "groups left out and some listed",
                                t -> t.overage().claim("groups", List.of(Tenants.READERS)),
                                403,
                                null,
                                "GroupsOverage"),
                        refused("groups by name", t -> t.groups("CONTOSO\\Readers"), 403, null, "GroupsNotObjectIds"),
                        arguments(
                                "an application without a role",
                                token(() -> entra().tokens()
                                        .appToken(Tenants.IDLE_DAEMON, GATEWAY)
                                        .build()),
                                403,
                                null,
                                "AppRoleMissing"),
                        arguments(
                                "an application with another role",
                                token(() -> entra().tokens()
                                        .appToken(Tenants.DAEMON, GATEWAY)
                                        .roles("Mcp.Admin")
                                        .build()),
                                403,
                                null,
                                "AppRoleMissing"),
                        arguments(
                                "an application that proved nothing",
                                token(() -> entra().tokens()
                                        .appToken(Tenants.DAEMON, GATEWAY)
                                        .clientAuthentication(0)
                                        .build()),
                                401,
                                "invalid_token",
                                "NotAnAccessToken"))
                .map(row -> Arguments.of(row.get()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokens")
    void aHostileTokenIsRefusedWithItsReason(
            String name, Function<Gateway, String> token, int status, String error, String auditReason) {
        String hostile = token.apply(gateway);
        Authentication answer = gateway.authenticate("notes", hostile);
        if (auditReason == null) {
            // Any published key may sign; listed here to show that the refusals beside it are about the key.
            assertThat(answer).isInstanceOf(Authentication.Authenticated.class);
            return;
        }
        assertThat(answer).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.auditReason()).isEqualTo(auditReason);
            assertThat(rejected.status()).isEqualTo(status);
            assertThat(rejected.error()).isEqualTo(error);
            assertThat(rejected.description())
                    .matches("[\\x20-\\x7e&&[^\"\\\\]]+")
                    .doesNotContain("kid");
            assertThat(rejected.principal() != null).isEqualTo(status == 403);
        });
        assertThat(gateway.authenticate("notes", hostile)).as("the second time").isEqualTo(answer);
    }

    @Test
    void theGoodTokenThatTheOthersAreMadeFromIsAccepted() {
        assertThat(gateway.authenticate("notes", good().build())).isInstanceOf(Authentication.Authenticated.class);
    }

    @Test
    void onlyTheMissingScopeThatAUserCanGrantIsNamedInAForbiddenAnswer() {
        assertThat(gateway.authenticate("notes", good().scp("mcp.mail").build()))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.scope()).isEqualTo(PUBLIC_URL + "/notes/mcp.notes"));
        assertThat(gateway.authenticate("notes", good().overage().build()))
                .isInstanceOfSatisfying(
                        Rejected.class, rejected -> assertThat(rejected.scope()).isNull());
    }

    @Test
    void aHugeTokenIsRefusedBeforeItIsParsed() {
        assertThat(gateway.authenticate("notes", "a".repeat(BearerToken.MAX_CHARS + 1)))
                .isEqualTo(new Rejected(
                        400, "invalid_request", "the token is longer than 32768 characters", null, "TokenTooLarge"));
    }

    private static EntraEmulator entra() {
        return gateway.entra;
    }

    private static TokenBuilder good() {
        return entra().tokens().userToken(ANNA, CLI, GATEWAY, "mcp.notes");
    }

    private static long seconds(long fromNow) {
        return gateway.time.wallMillis() / 1000 + fromNow;
    }

    private interface Supplier {
        String get();
    }

    private static Function<Gateway, String> token(Supplier supplier) {
        return ignored -> supplier.get();
    }

    private static Arguments raw(String name, String token, String auditReason) {
        return arguments(name, token(() -> token), 401, "invalid_token", auditReason);
    }

    private static Arguments text(String name, UnaryOperator<String> change, String auditReason) {
        return arguments(name, token(() -> change.apply(good().build())), 401, "invalid_token", auditReason);
    }

    private static Arguments signed(String name, SigningMode mode, String auditReason) {
        return arguments(name, token(() -> good().signedWith(mode).build()), 401, "invalid_token", auditReason);
    }

    private static Arguments claims(String name, UnaryOperator<TokenBuilder> change, String auditReason) {
        return refused(name, change, 401, "invalid_token", auditReason);
    }

    private static Arguments refused(
            String name, UnaryOperator<TokenBuilder> change, int status, String error, String auditReason) {
        return arguments(name, token(() -> change.apply(good()).build()), status, error, auditReason);
    }

    private static Arguments header(String name, UnaryOperator<String> change, String auditReason) {
        return bytes(
                name,
                (header, payload) -> List.of(
                        change.apply(header).getBytes(StandardCharsets.UTF_8),
                        payload.getBytes(StandardCharsets.UTF_8)),
                auditReason);
    }

    private static Arguments payload(String name, UnaryOperator<String> change, String auditReason) {
        return bytes(
                name,
                (header, payload) -> List.of(
                        header.getBytes(StandardCharsets.UTF_8),
                        change.apply(payload).getBytes(StandardCharsets.UTF_8)),
                auditReason);
    }

    /** Header and payload as bytes of the row's choice, under a signature that is right for them. */
    private static Arguments bytes(String name, BiFunction<String, String, List<byte[]>> change, String auditReason) {
        return arguments(
                name,
                token(() -> {
                    String good = good().build();
                    List<byte[]> parts = change.apply(Jws.part(good, 0), Jws.part(good, 1));
                    return Jws.sign(parts.getFirst(), parts.getLast(), key());
                }),
                401,
                "invalid_token",
                auditReason);
    }

    private static PrivateKey key() {
        return entra().keys().active().privateKey();
    }

    private static byte[] broken(String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        int at = payload.indexOf(GATEWAY);
        System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
        longer[at] = (byte) 0xff;
        return longer;
    }

    /** The same signature bytes in another spelling: the last character has bits that no byte uses. */
    private static String respell(String token) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(token.charAt(token.length() - 1));
        return token.substring(0, token.length() - 1) + alphabet.charAt(last | 1);
    }

    private static String promote(String token) {
        String[] parts = token.split("\\.", -1);
        String payload = Jws.part(token, 1).replace("mcp.notes", "mcp.notes mcp.mail");
        return parts[0] + "." + Jws.encode(payload.getBytes(StandardCharsets.UTF_8)) + "." + parts[2];
    }

    private static String idToken() {
        long now = gateway.time.wallMillis() / 1000;
        return entra().tokens()
                .signIdToken(Map.ofEntries(
                        Map.entry("aud", GATEWAY),
                        Map.entry("iss", entra().issuer(Tenants.OURS)),
                        Map.entry("iat", now),
                        Map.entry("nbf", now),
                        Map.entry("exp", now + 3600),
                        Map.entry("name", "Anna Reader"),
                        Map.entry("oid", ANNA),
                        Map.entry("preferred_username", "anna@ours.example"),
                        Map.entry("roles", List.of("Mcp.Call")),
                        Map.entry("sub", "subject-of-anna"),
                        Map.entry("tid", Tenants.OURS),
                        Map.entry("uti", "u"),
                        Map.entry("ver", "2.0")));
    }
}
