package dev.ostiary.gateway.server.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NettyLeakDetectorExtension.class)
class EgressProxyTest {

    private static final String CREDENTIALS =
            "Basic " + Base64.getEncoder().encodeToString("us er:p+w:é".getBytes(StandardCharsets.UTF_8));

    private final TestAuthority authority = new TestAuthority("Corporate CA");

    /** Only the proxy's name resolves, as behind a firewall. */
    private static final NameLookup PROXY_ONLY = host -> {
        if (host.equals("proxy.test")) {
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        }
        throw new UnknownHostException(host);
    };

    @Test
    void httpsGoesThroughATunnelAndTheWorkloadsNameIsLeftToTheProxy() throws Exception {
        try (ScriptedWorkload workload =
                        ScriptedWorkload.https(authority.serverFor("github.example"), ScriptedWorkload.Peer::serveOk);
                ScriptedWorkload proxy = ScriptedWorkload.http(peer -> tunnel(peer, workload.port()));
                Caller caller = Caller.settings()
                        .egress(new EgressSettings(
                                proxy("us%20er:p+w:%C3%A9@", proxy), null, List.of(), authority.pem()))
                        .caller(PROXY_ONLY)) {
            for (int i = 0; i < 3; i++) {
                assertThat(caller.post(URI.create("https://github.example/mcp"), "{}")
                                .ok()
                                .body())
                        .isEqualTo("ok");
            }
            assertThat(ScriptedWorkload.lines(proxy.nextHead()))
                    .first()
                    .isEqualTo("CONNECT github.example:443 HTTP/1.1");
            assertThat(proxy.connections()).isEqualTo(1);
            assertThat(workload.nextHead()).doesNotContainIgnoringCase("proxy-").contains("host: github.example\r\n");
        }
    }

    @Test
    void theTunnelIsAskedForWithTheCredentialsOfTheProxysUrl() throws Exception {
        try (ScriptedWorkload proxy = ScriptedWorkload.http(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
                    peer.awaitClose();
                });
                Caller caller = Caller.settings()
                        .egress(new EgressSettings(proxy("us%20er:p+w:%C3%A9@", proxy), null, List.of(), null))
                        .caller(PROXY_ONLY)) {
            Caller.Told told =
                    caller.post(URI.create("https://github.example/mcp"), "{}").failed(Kind.UNREACHABLE);
            assertThat(proxy.nextHead()).containsIgnoringCase("proxy-authorization: " + CREDENTIALS);
            assertThat(told.failure.detail()).contains("proxy.test", "407").doesNotContain("p+w", "us er", "Basic");
        }
    }

    @Test
    void httpIsAskedForInAbsoluteForm() throws Exception {
        try (ScriptedWorkload proxy = ScriptedWorkload.friendly();
                Caller caller = Caller.settings()
                        .egress(new EgressSettings(null, proxy("us%20er:p+w:%C3%A9@", proxy), List.of(), null))
                        .caller(PROXY_ONLY)) {
            caller.post(URI.create("http://notes.example:8080/mcp?x=1"), "{}").ok();
            caller.post(URI.create("http://notes.example:8080/mcp?x=1"), "{}").ok();
            assertThat(proxy.nextHead())
                    .startsWith("POST http://notes.example:8080/mcp?x=1 HTTP/1.1\r\n")
                    .contains("host: notes.example:8080\r\n")
                    .containsIgnoringCase("proxy-authorization: " + CREDENTIALS);
            assertThat(proxy.connections()).isEqualTo(1);
        }
    }

    @Test
    void aProxyThatRefusesTheCredentialsIsNotMistakenForTheWorkload() throws Exception {
        try (ScriptedWorkload proxy = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
                });
                Caller caller = Caller.settings()
                        .egress(new EgressSettings(null, proxy("a:b@", proxy), List.of(), null))
                        .caller(PROXY_ONLY)) {
            caller.post(URI.create("http://notes.example/"), "{}").failed(Kind.UNREACHABLE);
        }
    }

    @Test
    void aProxyThatIsDownIsNamed() throws Exception {
        int port;
        try (ScriptedWorkload gone = ScriptedWorkload.friendly()) {
            port = gone.port();
        }
        try (Caller caller = Caller.settings()
                .egress(new EgressSettings(URI.create("http://u:pw@proxy.test:" + port), null, List.of(), null))
                .caller(PROXY_ONLY)) {
            Caller.Told told =
                    caller.post(URI.create("https://github.example/"), "{}").failed(Kind.UNREACHABLE);
            assertThat(told.failure.detail())
                    .isEqualTo("https://github.example: proxy proxy.test:" + port + ": connection refused");
        }
    }

    @Test
    void aWorkloadThatNoProxyNamesIsReachedDirectly() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings()
                        .egress(new EgressSettings(
                                null, URI.create("http://proxy.test:1"), List.of(".svc.cluster.local"), null))
                        .caller(host -> new InetAddress[] {InetAddress.getLoopbackAddress()})) {
            caller.post(workload.url("notes.mcp.svc.cluster.local"), "{}").ok();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "notes.example, false",
        "plain.example, true",
        "sub.plain.example, false",
        "a.suffix.example, true",
        "b.a.suffix.example, true",
        "suffix.example, false",
        "othersuffix.example, false",
        "CAPITAL.example, true",
        "192.0.2.7, true",
        "192.0.2.8, false",
        "10.1.2.3, true",
        "11.1.2.3, false",
        "172.16.128.1, true",
        "172.16.127.1, false",
        "[2001:db8::7], true",
        "[2001:db8:1::7], false",
        "localhost, true",
        "127.0.0.1, true",
        "127.9.9.9, true",
        "[::1], true"
    })
    void noProxyRules(String host, boolean direct) {
        EgressRules rules = new EgressRules(new EgressSettings(
                null,
                URI.create("http://proxy.test"),
                List.of(
                        "plain.example",
                        " .suffix.example ",
                        "capital.EXAMPLE",
                        "192.0.2.7",
                        "10.0.0.0/8",
                        "172.16.128.0/17",
                        "2001:db8::/48",
                        ""),
                null));
        EgressProxy proxy = rules.proxyFor(Origin.of(URI.create("http://" + host + "/")));
        assertThat(proxy == null).isEqualTo(direct);
        assertThat(rules.proxyFor(Origin.of(URI.create("https://" + host + "/"))))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://proxy:1", "proxy:3128", "//proxy", "http:///", "socks5://proxy:1", "http://proxy:0"})
    void aProxyUrlThatCannotBeUsedIsRefusedWithTheSettings(String url) {
        assertThatThrownBy(() -> new EgressRules(new EgressSettings(URI.create(url), null, List.of(), null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("egress.proxy.https");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/x", "name/8", "10.0.0.0/-1"})
    void aBlockThatIsNoneIsRefusedWithTheSettings(String entry) {
        assertThatThrownBy(() -> new EgressRules(new EgressSettings(null, null, List.of(entry), null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("egress.proxy.noProxy");
    }

    @Test
    void credentialsAreNotPrinted() {
        EgressProxy proxy = EgressProxy.of("egress.proxy.http", URI.create("http://user:secret@proxy:8"));
        assertThat(proxy.toString()).isEqualTo("proxy proxy:8");
    }

    private static URI proxy(String userInfo, ScriptedWorkload proxy) {
        return URI.create("http://" + userInfo + "proxy.test:" + proxy.port());
    }

    private static void tunnel(ScriptedWorkload.Peer peer, int port) throws Exception {
        peer.readHead();
        try (Socket onward = new Socket(InetAddress.getLoopbackAddress(), port)) {
            peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
            Thread back = Thread.ofVirtual().start(() -> {
                try {
                    onward.getInputStream().transferTo(peer.socket().getOutputStream());
                } catch (IOException e) {
                    // One side has closed.
                }
            });
            peer.socket().getInputStream().transferTo(onward.getOutputStream());
            onward.shutdownOutput();
            back.join();
        }
    }
}
