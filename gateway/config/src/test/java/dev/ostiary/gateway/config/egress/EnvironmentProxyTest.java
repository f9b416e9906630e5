package dev.ostiary.gateway.config.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentProxyTest {

    private static final URI REGISTRY = URI.create("https://registry.example.com/v2/");

    @Test
    void withoutTheVariableThereIsNone() {
        assertThat(EnvironmentProxy.of(Map.of("HTTP_PROXY", "http://proxy:3128", "HTTPS_PROXY", " ")))
                .isNull();
    }

    @Test
    void theVariableIsReadInEitherCaseAndUpperCaseFirst() {
        assertThat(selected(Map.of("https_proxy", "http://lower:1"))).isEqualTo("lower:1");
        assertThat(selected(Map.of("HTTPS_PROXY", "http://upper:1", "https_proxy", "http://lower:1")))
                .isEqualTo("upper:1");
        assertThat(selected(Map.of("HTTPS_PROXY", "proxy.example.com:3128"))).isEqualTo("proxy.example.com:3128");
        assertThat(selected(Map.of("HTTPS_PROXY", "http://proxy"))).isEqualTo("proxy:80");
    }

    @Test
    void whatIsExceptedAndThisMachineAreReachedDirectly() {
        EnvironmentProxy proxy = proxy(Map.of("HTTPS_PROXY", "http://proxy:1", "no_proxy", "example.com,10.0.0.0/8"));

        assertThat(proxy.isFor(REGISTRY)).isFalse();
        assertThat(proxy.isFor(URI.create("https://10.1.2.3:5000/"))).isFalse();
        assertThat(proxy.isFor(URI.create("https://localhost/"))).isFalse();
        assertThat(proxy.isFor(URI.create("https://127.1.2.3/"))).isFalse();
        assertThat(proxy.isFor(URI.create("https://[::1]:5000/"))).isFalse();
        assertThat(proxy.isFor(URI.create("https://other.example/"))).isTrue();
        assertThat(proxy.select(REGISTRY)).containsExactly(Proxy.NO_PROXY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:s3cret@proxy:3128",
                "user:s3cret@proxy:3128",
                "http://s3cret@proxy:3128",
                "http://user:s3cret with space@proxy:3128",
                "https://proxy-s3cret:3128",
                "socks5://s3cret:1080",
                "http://s3cret:99999",
                "http://"
            })
    void aValueThatCannotBeUsedIsSaidAndNeverRepeatedNorGoneAround(String value) {
        EnvironmentProxy proxy = proxy(Map.of("HTTPS_PROXY", value));

        assertThat(proxy.problem()).startsWith("HTTPS_PROXY ").doesNotContain("s3cret");
        assertThatThrownBy(() -> proxy.select(REGISTRY)).hasMessageNotContaining("s3cret");
    }

    private static String selected(Map<String, String> environment) {
        Proxy proxy = proxy(environment).select(REGISTRY).getFirst();
        InetSocketAddress address = (InetSocketAddress) proxy.address();
        return address.getHostString() + ":" + address.getPort();
    }

    private static EnvironmentProxy proxy(Map<String, String> environment) {
        return Objects.requireNonNull(EnvironmentProxy.of(environment));
    }
}
