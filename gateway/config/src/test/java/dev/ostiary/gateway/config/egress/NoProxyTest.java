package dev.ostiary.gateway.config.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoProxyTest {

    /** The cases of golang.org/x/net/http/httpproxy's documentation, and what may be got wrong beside them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "example.com          | example.com     | 443  | true",
                "example.com          | www.example.com | 443  | true",
                "example.com          | badexample.com  | 443  | false",
                "EXAMPLE.com          | Www.Example.COM | 443  | true",
                ".example.com         | example.com     | 443  | false",
                ".example.com         | www.example.com | 443  | true",
                "*.example.com        | www.example.com | 443  | true",
                "*.example.com        | example.com     | 443  | false",
                "example.com:5000     | example.com     | 5000 | true",
                "example.com:5000     | a.example.com   | 5000 | true",
                "example.com:5000     | example.com     | 443  | false",
                "10.1.2.3             | 10.1.2.3        | 443  | true",
                "10.1.2.3:5000        | 10.1.2.3        | 443  | false",
                "10.1.2.3:5000        | 10.1.2.3        | 5000 | true",
                "10.0.0.0/8           | 10.255.0.1      | 443  | true",
                "10.0.0.0/8           | 11.0.0.1        | 443  | false",
                "10.0.0.0/8           | ten.example.com | 443  | false",
                "2001:db8::/32        | 2001:db8:1::1   | 443  | true",
                "2001:db8::1          | 2001:db8:0::1   | 443  | true",
                "[2001:db8::1]:5000   | 2001:db8::1     | 5000 | true",
                "[2001:db8::1]:5000   | 2001:db8::1     | 443  | false",
                "*                    | anything.at.all | 443  | true",
                "a.com, ,b.com        | b.com           | 443  | true",
                "10.0.0.0/99          | 10.0.0.1        | 443  | false",
                "example.com:x        | example.com     | 443  | false",
                "','                  | example.com     | 443  | false",
            })
    void aVariableIsReadAsGoReadsIt(String value, String host, int port, boolean covered) {
        assertThat(NoProxy.ofVariable(value).covers(host, port)).isEqualTo(covered);
    }

    @Test
    void ofAResourceAHostIsThatHostAlone() {
        NoProxy direct = new NoProxy(List.of("example.com", ".svc", "10.0.0.0/8"));

        assertThat(direct.covers("Example.com")).isTrue();
        assertThat(direct.covers("www.example.com")).isFalse();
        assertThat(direct.covers("redis.data.svc")).isTrue();
        assertThat(direct.covers("10.9.8.7")).isTrue();
        assertThat(direct.covers("::ffff:10.9.8.7"))
                .as("the same address, written as one of IPv6")
                .isTrue();
        assertThatThrownBy(() -> new NoProxy(List.of("10.0.0.0/33"))).hasMessageContaining("'10.0.0.0/33'");
    }
}
