package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.FacadeSettings.Redirects;
import dev.ostiary.gateway.config.FacadeSettings.Redirects.Hosts;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where answers may be sent, URI by URI. */
class RedirectUrisTest {

    private static final RedirectUris KNOWN = new RedirectUris(Redirects.DEFAULT);
    private static final RedirectUris ANY = new RedirectUris(new Redirects(Hosts.ANY, List.of(), List.of("acme-tool")));
    private static final RedirectUris LISTED = new RedirectUris(
            new Redirects(Hosts.LISTED, List.of("n8n.example.com", "n8n.example.com:5678"), List.of()));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost/callback",
                "http://localhost:53123/callback",
                "http://127.0.0.1/",
                "http://127.0.0.1:33418/",
                "http://127.0.0.1:19876/mcp/oauth/callback",
                "http://[::1]:8080/cb",
                "http://localhost:8787/callback?session=1",
                "https://claude.ai/api/mcp/auth_callback",
                "https://claude.com/api/mcp/auth_callback",
                "https://vscode.dev/redirect",
                "https://insiders.vscode.dev/redirect",
                "https://chatgpt.com/connector_platform_oauth_redirect",
                "https://www.cursor.com/agents/mcp/oauth/callback",
                "https://teams.microsoft.com/api/platform/v1.0/oAuthRedirect",
                "https://antigravity.google/oauth-callback",
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "vscode://vscode.microsoft-authentication/"
            })
    void knownClientsAreAnsweredWhereTheyListen(String uri) {
        assertThat(KNOWN.acceptable(uri)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "callback",
                "//localhost/callback",
                "http:localhost",
                "http:///callback",
                "http://evil.example/callback",
                "http://localhost.evil.example/callback",
                "http://localhost@evil.example/callback",
                "http://evil.example@localhost/callback",
                "http://user:secret@localhost/callback",
                "http://LOCALHOST/callback",
                "HTTP://localhost/callback",
                "http://localhost./callback",
                "http://127.1/callback",
                "http://127.0.0.2/callback",
                "http://2130706433/callback",
                "http://0x7f000001/callback",
                "http://0177.0.0.1/callback",
                "http://0.0.0.0/callback",
                "http://[::ffff:127.0.0.1]/callback",
                "http://[0:0:0:0:0:0:0:1]/callback",
                "http://localhost:/callback",
                "http://localhost:0/callback",
                "http://localhost:080/callback",
                "http://localhost:65536/callback",
                "http://localhost:1:2/callback",
                "http://localhost/callback#fragment",
                "http://localhost/a/../callback",
                "http://localhost/./callback",
                "http://localhost/..;x/callback",
                "http://localhost/a%2fb",
                "http://localhost/a%2Fb",
                "http://localhost/%2e%2e/b",
                "http://localhost/a%5cb",
                "http://localhost/a%00b",
                "http://localhost/a%0d%0aSet-Cookie",
                "http://localhost/a%252fb",
                "http://localhost/a\\b",
                "http://localhost\\@evil.example/",
                "http://localhost/a b",
                "http://localhost/a\nb",
                "http://localhost/<script>",
                "http://localhost/caf\u00e9",
                "http://localhost/cb?code=stolen",
                "http://localhost/cb?x=1&state=2",
                "http://localhost/cb?%63ode=1",
                "http://localhost/cb?iss=other",
                "http://localhost/%zz",
                "https://claude.ai:8443/cb",
                "https://claude.ai./cb",
                "https://CLAUDE.ai/cb",
                "https://claude.ai.evil.example/cb",
                "https://evil-claude.ai/cb",
                "https://claude.ai@evil.example/cb",
                "https://[::1]/cb",
                "https:///cb",
                "https://cl\u0430ude.ai/cb",
                "javascript:alert(1)",
                "javascript://localhost/%0aalert(1)",
                "JavaScript://x/y",
                "data:text/html,x",
                "file:///etc/passwd",
                "vbscript:x",
                "about:blank",
                "blob:https://claude.ai/x",
                "intent://x/y",
                "ms-msdt:/id",
                "ftp://localhost/x",
                "ws://localhost/x",
                "unknown-scheme://x/y",
                "cursor:opaque",
                "cursor://user@x/y",
                "cursor://x:1/y"
            })
    void nobodyElseIsAnswered(String uri) {
        assertThat(KNOWN.acceptable(uri)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://anything.example/cb, true",
        "https://anything.example:8443/cb, true",
        "https://10.0.0.1/cb, false",
        "https://0x7f.1/cb, false",
        "acme-tool://done/cb, true",
        "acme-tool:/cb, true",
        "javascript:/cb, false",
        "http://anything.example/cb, false"
    })
    void anyHostIsAnyNameAndNothingElse(String uri, boolean acceptable) {
        assertThat(ANY.acceptable(uri)).isEqualTo(acceptable);
    }

    @ParameterizedTest
    @CsvSource({
        "https://n8n.example.com/rest/oauth2-credential/callback, true",
        "https://n8n.example.com:5678/rest/oauth2-credential/callback, true",
        "https://n8n.example.com:5679/rest/oauth2-credential/callback, false",
        "https://claude.ai/api/mcp/auth_callback, false",
        "https://sub.n8n.example.com/cb, false"
    })
    void aListOfHostsIsMeantLiterally(String uri, boolean acceptable) {
        assertThat(LISTED.acceptable(uri)).isEqualTo(acceptable);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost/callback, http://localhost:5/callback, true",
        "http://localhost:1/callback, http://localhost:2/callback, true",
        "http://localhost:1/callback, http://localhost/callback, true",
        "http://127.0.0.1:33418/, http://127.0.0.1:40000/, true",
        "http://[::1]/cb, http://[::1]:9/cb, true",
        "http://localhost/callback, http://127.0.0.1/callback, false",
        "http://localhost/callback, http://localhost/callback/, false",
        "http://localhost/callback, http://localhost/Callback, false",
        "http://localhost/callback, http://localhost/callback?x=1, false",
        "http://localhost/callback?x=1, http://localhost:7/callback?x=1, true",
        "http://localhost/callback, https://localhost/callback, false",
        "https://claude.ai/cb, https://claude.ai/cb, true",
        "https://claude.ai/cb, https://claude.ai:443/cb, false",
        "https://claude.ai/cb, https://claude.ai/cb/, false",
        "https://claude.ai/cb, https://claude.com/cb, false",
        "cursor://a/cb, cursor://a/cb, true",
        "cursor://a/cb, cursor://b/cb, false"
    })
    void onlyThePortOfALoopbackUriMayDiffer(String registered, String asked, boolean matches) {
        Client client =
                new Client("id", Client.Kind.REGISTERED, "name", List.of(registered), Client.Authentication.NONE, null);
        assertThat(KNOWN.matches(client, asked)).isEqualTo(matches);
    }
}
