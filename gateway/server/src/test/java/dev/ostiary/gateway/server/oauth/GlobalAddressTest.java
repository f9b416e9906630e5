package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses and URLs strangers may make the gateway read. */
class GlobalAddressTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.255",
                "169.254.169.254",
                "168.63.129.16",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.1",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "::127.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b:1::a00:1",
                "100::1",
                "2001::1",
                "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                "2001:20::1",
                "2001:db8::1",
                "2002:7f00:1::1",
                "2002:a9fe:a9fe::1",
                "2606:4700::5efe:a00:1",
                "2606:4700::200:5efe:a00:1",
                "3fff::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void anAddressInsideIsNotGlobal(String address) throws Exception {
        assertThat(GlobalAddress.is(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.255.255",
                "172.32.0.1",
                "160.79.104.10",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001:81b::200e"
            })
    void anAddressOfTheInternetIsGlobal(String address) throws Exception {
        assertThat(GlobalAddress.is(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://clients.contoso.com/app.json",
                "https://clients.contoso.com",
                "https://clients.contoso.com/",
                "https://clients.contoso.com:8443/app.json",
                "https://clients.contoso.com:443/app.json",
                "https://user@clients.contoso.com/app.json",
                "https://clients.contoso.com/app.json#x",
                "https://clients.contoso.com/app.json?x=1",
                "https://clients.contoso.com/a/../app.json",
                "https://clients.contoso.com/./app.json",
                "https://clients.contoso.com/%2e%2e/app.json",
                "https://clients.contoso.com//app.json",
                "https://clients.contoso.com\\@evil.com/app.json",
                "https://Clients.contoso.com/app.json",
                "https://clients.contoso.com./app.json",
                "https://localhost/app.json",
                "https://metadata/app.json",
                "https://metadata.google.internal/app.json",
                "https://grants.mcp.svc/app.json",
                "https://grants.mcp.svc.cluster.local/app.json",
                "https://127.0.0.1/app.json",
                "https://2130706433/app.json",
                "https://0x7f.0.0.1/app.json",
                "https://[::1]/app.json",
                "https://cl\u0456ents.contoso.com/app.json",
                "HTTPS://clients.contoso.com/app.json",
                "file:///etc/passwd"
            })
    void anUnfitUrlIsNoClientId(String url) {
        assertThat(DocumentUrl.parse(url)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://claude.ai/oauth/claude-code-client-metadata",
                "https://vscode.dev/oauth/client-metadata.json",
                "https://xn--80ak6aa92e.com/client.json"
            })
    void aDocumentOnTheInternetIs(String url) {
        assertThat(DocumentUrl.parse(url)).isEqualTo(URI.create(url));
    }
}
