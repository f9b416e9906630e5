package dev.ostiary.gateway.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is removed from headers, and whose word is believed. */
class HeaderHygieneTest {

    private static HttpHeaders headers(String... namesAndValues) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "keep-alive",
                "Proxy-Connection",
                "Proxy-Authenticate",
                "Proxy-Authorization",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade",
                "HTTP2-Settings"
            })
    void hopByHopHeadersAreRemoved(String name) {
        HttpHeaders headers = headers(name, "x", "Kept", "y");
        HopByHopHeaders.strip(headers);
        assertThat(headers.names()).containsExactly("Kept");
    }

    @Test
    void whatConnectionNominatesIsRemovedInEveryWriting() {
        HttpHeaders headers = headers(
                "Connection",
                "close, X-One ,,x-TWO",
                "connection",
                "X-Three",
                "x-one",
                "1",
                "X-One",
                "2",
                "X-Two",
                "3",
                "x-three",
                "4",
                "X-Four",
                "5");
        HopByHopHeaders.strip(headers);
        assertThat(headers.names()).containsExactly("X-Four");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"trailers | trailers", "gzip, Trailers;q=0.5 | ", "gzip, trailers | trailers", "deflate | "})
    void onlyTrailersSurvivesOfTe(String sent, String left) {
        HttpHeaders headers = headers("TE", sent);
        HopByHopHeaders.strip(headers);
        assertThat(headers.get("te")).isEqualTo(left);
    }

    private static InetSocketAddress peer(String address) {
        return new InetSocketAddress(io.netty.util.NetUtil.createInetAddressFromIpAddressString(address), 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // trusted          | peer        | X-Forwarded-For                 | client
                "10.0.0.0/8          | 10.1.2.3    | 203.0.113.7                     | 203.0.113.7",
                "10.0.0.0/8          | 10.1.2.3    | 6.6.6.6, 203.0.113.7            | 203.0.113.7",
                "10.0.0.0/8          | 10.1.2.3    | 6.6.6.6, 203.0.113.7, 10.9.9.9  | 203.0.113.7",
                "10.0.0.0/8          | 10.1.2.3    | 10.4.4.4, 10.5.5.5              | 10.4.4.4",
                "10.0.0.0/8          | 10.1.2.3    | 203.0.113.7, garbage            | 10.1.2.3",
                "10.0.0.0/8          | 10.1.2.3    | garbage, 10.5.5.5               | 10.5.5.5",
                "10.0.0.0/8          | 10.1.2.3    | -                               | 10.1.2.3",
                "10.0.0.0/8          | 11.1.2.3    | 203.0.113.7                     | 11.1.2.3",
                "10.0.0.0/9          | 10.128.0.1  | 203.0.113.7                     | 10.128.0.1",
                "10.0.0.5            | 10.0.0.5    | 203.0.113.7                     | 203.0.113.7",
                "10.0.0.5            | 10.0.0.6    | 203.0.113.7                     | 10.0.0.6",
                "0.0.0.0/0           | 198.51.100.1| 203.0.113.7                     | 203.0.113.7",
                "fd00::/8            | fd12::1     | 2001:db8::9                     | 2001:db8:0:0:0:0:0:9",
                "fd00::/8            | fc12::1     | 2001:db8::9                     | fc12:0:0:0:0:0:0:1",
                "10.0.0.0/8          | 10.1.2.3    | ::ffff:203.0.113.7              | 203.0.113.7"
            })
    void theClientIsTheRightMostAddressThatIsNoTrustedProxy(
            String trusted, String peer, String forwardedFor, String client) {
        HttpHeaders headers = headers();
        if (forwardedFor != null) {
            headers.add("X-Forwarded-For", forwardedFor);
        }
        TrustedProxies proxies = TrustedProxies.of(List.of(trusted));
        assertThat(io.netty.util.NetUtil.createInetAddressFromIpAddressString(
                        proxies.clientAddress(peer(peer), headers)))
                .isEqualTo(io.netty.util.NetUtil.createInetAddressFromIpAddressString(client));
    }

    @Test
    void severalHeadersOfTheSameNameAreOneChain() {
        HttpHeaders headers = headers("X-Forwarded-For", "6.6.6.6", "x-forwarded-for", "203.0.113.7");
        assertThat(TrustedProxies.of(List.of("10.0.0.0/8")).clientAddress(peer("10.0.0.1"), headers))
                .isEqualTo("203.0.113.7");
    }

    @Test
    void forwardingHeadersOfATrustedPeerStayAndThoseOfOthersGo() {
        String[] sent = {
            "X-Forwarded-For", "1.1.1.1", "x-forwarded-host", "a", "X-FORWARDED-ANYTHING", "b", "Forwarded", "c",
            "X-Real-IP", "d", "X-Original-Forwarded-For", "e", "X-Forward", "kept", "Front", "kept"
        };
        TrustedProxies proxies = TrustedProxies.of(List.of("10.0.0.0/8"));
        HttpHeaders trusted = headers(sent);
        proxies.strip(peer("10.0.0.1"), trusted);
        assertThat(trusted.size()).isEqualTo(8);
        HttpHeaders untrusted = headers(sent);
        proxies.strip(peer("11.0.0.1"), untrusted);
        assertThat(untrusted.names()).containsExactlyInAnyOrder("X-Forward", "Front");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "example.com", "", "fd00::/129"})
    void whatIsNoCidrIsNamed(String text) {
        assertThatThrownBy(() -> TrustedProxies.of(List.of(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a CIDR: " + text);
    }
}
