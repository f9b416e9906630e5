package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations, addresses and ranges, as people write and miswrite them. */
class PrimitivesTest {

    @ParameterizedTest
    @CsvSource({"30s,PT30S", "1h30m,PT1H30M", "7d,PT168H", "250ms,PT0.25S", "1m500ms,PT1M0.5S", "0s,PT0S"})
    void durationsAreRead(String text, String iso) {
        assertThat(Durations.parse(text)).hasToString(iso);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "s", "-1s", "1.5h", "1 h", "PT30S", "1w", "999999s", "1s1s1s1s1s", "١s"})
    void otherTextsAreNoDurations(String text) {
        assertThat(Durations.parse(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "https://MCP.Example.com:443,https://mcp.example.com",
        "http://localhost:8080,http://localhost:8080",
        "http://127.0.0.1:80,http://127.0.0.1",
        "http://[::1]:8080,http://[::1]:8080",
        "https://mcp.example.com:8443,https://mcp.example.com:8443"
    })
    void publicOriginsHaveOneSpelling(String text, String normal) {
        assertThat(WebAddress.safeOrigin(text)).hasToString(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mcp.example.com",
                "//mcp.example.com",
                "https://",
                "https:///x",
                "https://mcp.example.com/",
                "https://mcp.example.com?x",
                "https://mcp.example.com#x",
                "https://user@mcp.example.com",
                "https://user:password@mcp.example.com",
                "https://my_host.example.com",
                "http://local_host",
                "https://mcp.example.com:0",
                "https://mcp.example.com:65536",
                "https://mcp example.com",
                "https://mcp.example.com\\@evil.example",
                "http://mcp.example.com",
                "http://localhost.evil.example",
                "http://127.0.0.1.evil.example",
                "http://0.0.0.0",
                "ftp://localhost",
                "javascript://localhost"
            })
    void othersAreNoPublicOrigins(String text) {
        assertThat(WebAddress.safeOrigin(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example.com/callback",
                "https://app.example.com:8443/callback?x=y",
                "http://localhost/callback",
                "http://127.0.0.1:33418/",
                "http://[::1]:1/cb",
                "cursor://anysphere.cursor-retrieval/oauth/callback",
                "com.example.app:/oauth2redirect",
                "com.example.app:///oauth2redirect"
            })
    void signInsMayLeadHere(String uri) {
        assertThat(RedirectUris.problem(uri)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/callback",
                "//app.example.com/callback",
                "app.example.com",
                "https:///callback",
                "https:app.example.com",
                "https://app.example.com/callback#",
                "https://app.example.com/callback#x",
                "https://user@app.example.com/",
                "https://user:password@app.example.com/",
                "https://@app.example.com/",
                "https://my_app.example.com/",
                "https://*.example.com/cb",
                "https://app.example.com:0/",
                "https://app.example.com/a b",
                "https://app.example.com\\@evil.example/",
                "https://app.example.com/\r\nX: y",
                "https://äpp.example.com/",
                "https://app.example.com/ü",
                "http://app.example.com/callback",
                "http://localhost.evil.example/",
                "http://127.0.0.1.evil.example/",
                "http://127.0.0.1@evil.example/",
                "http://0.0.0.0/",
                "HTTP://app.example.com/",
                "javascript:alert(1)",
                "JavaScript://localhost/%0aalert(1)",
                "data:text/html,x",
                "data:/x",
                "vbscript:/x",
                "file:///etc/passwd",
                "blob:https://app.example.com/x",
                "about:blank",
                "view-source:https://app.example.com/",
                "ws://localhost/",
                "ftp://localhost/",
                "intent://x/",
                "mailto:x@example.com",
                "urn:ietf:wg:oauth:2.0:oob",
                "cursor:callback",
                "cursor://user@host/x",
                "cursor://host/x#y",
                "1cursor://host/x"
            })
    void signInsMayNotLeadThere(String uri) {
        assertThat(RedirectUris.problem(uri)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http", "https", "javascript", "data", "file", "a b", "a_b", "1a", "a:"})
    void schemesThatAreNoApplications(String scheme) {
        assertThat(RedirectUris.schemeProblem(scheme)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/8,10.0.0.0/8",
        "10.0.0.1,10.0.0.1/32",
        "0.0.0.0/0,0.0.0.0/0",
        "192.168.1.130/25,192.168.1.128/25",
        "2001:db8::1/32,2001:db8::/32",
        "::1,::1/128",
        "::/0,::/0",
        "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1/128",
        "2001:0:0:1:0:0:0:1,2001:0:0:1::1/128",
        "A0:0:0:b0:0:0:0:1,a0:0:0:b0::1/128",
        "1:0:3:4:5:6:7:8,1:0:3:4:5:6:7:8/128",
        "1:2:3:4:5:6:0:0/112,1:2:3:4:5:6::/112"
    })
    void rangesHaveOneSpelling(String text, String normal) {
        assertThat(Cidr.normalize(text)).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0/8",
                "010.0.0.1",
                "1",
                "2130706433",
                "::/129",
                "fe80::1%eth0",
                "example.com",
                "256.0.0.1"
            })
    void otherTextsAreNoRanges(String text) {
        assertThat(Cidr.normalize(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "notes", "a-b", "0", "abcdefghijklmnopqrstuvwxyz-0123456789-ab"})
    void labelsCanBeRoutes(String name) {
        assertThat(RouteNames.problem(name)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-a",
                "a-",
                "A",
                "a.b",
                "a_b",
                "ä",
                "a b",
                "../a",
                "abcdefghijklmnopqrstuvwxyz-0123456789-abc",
                ".well-known",
                "authorize",
                "consent",
                "oauth",
                "token",
                "register",
                "revoke",
                "introspect",
                "userinfo",
                "logout",
                "grants",
                "jwks.json",
                "healthz",
                "livez",
                "readyz",
                "metrics",
                "admin",
                "api",
                "assets",
                "static",
                "favicon.ico",
                "robots.txt",
                "sse",
                "mcp"
            })
    void othersAndReservedOnesCannot(String name) {
        assertThat(RouteNames.problem(name)).isNotNull();
    }

    @Test
    void aSecretsFactsSayWhichValuesCouldBeHeaders() {
        SecretFacts facts = SecretFacts.of(Map.of(
                "good",
                "Bearer abc",
                "newline",
                "abc\n",
                "empty",
                "",
                "inner",
                "a\r\nX: y",
                "umlaut",
                "ü",
                "space",
                " a"));

        assertThat(facts.keys()).containsExactly("empty", "good", "inner", "newline", "space", "umlaut");
        assertThat(facts.notHeaderValues()).containsExactly("empty", "inner", "newline", "space", "umlaut");
        assertThat(facts.toString()).doesNotContain("abc");
    }
}
