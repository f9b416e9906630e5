package dev.ostiary.gateway.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUrlTest {

    @Test
    void theSchemeSaysWhatIsThere() {
        assertThat(RedisUrl.parse("redis://redis"))
                .isEqualTo(new RedisUrl(
                        RedisUrl.Form.SINGLE, false, null, null, List.of(new RedisUrl.Host("redis", 6379)), 0, null));
        assertThat(RedisUrl.parse(" rediss://user:p%40%2Fss+@redis.example:6380/3\n"))
                .isEqualTo(new RedisUrl(
                        RedisUrl.Form.SINGLE,
                        true,
                        "user",
                        "p@/ss+",
                        List.of(new RedisUrl.Host("redis.example", 6380)),
                        3,
                        null));
        assertThat(RedisUrl.parse("redis-sentinel://:pass@a,b:26380/1#grants"))
                .isEqualTo(new RedisUrl(
                        RedisUrl.Form.SENTINEL,
                        false,
                        null,
                        "pass",
                        List.of(new RedisUrl.Host("a", 26379), new RedisUrl.Host("b", 26380)),
                        1,
                        "grants"));
        assertThat(RedisUrl.parse("rediss-cluster://a:1,[2001:db8::1]:2,[::1]/0"))
                .isEqualTo(new RedisUrl(
                        RedisUrl.Form.CLUSTER,
                        true,
                        null,
                        null,
                        List.of(
                                new RedisUrl.Host("a", 1),
                                new RedisUrl.Host("2001:db8::1", 2),
                                new RedisUrl.Host("::1", 6379)),
                        0,
                        null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s3cret",
                "redis:s3cret",
                "http://u:s3cret@a",
                "REDIS://u:s3cret@a",
                "redis://u:s3cret@a:x",
                "redis://u:s3cret@a:70000",
                "redis://u:s3cret@a:",
                "redis://u:s3cret@",
                "redis://u:s3cret@a,b",
                "redis://u:s3cret@a/x",
                "redis://u:s3cret@a/0/1",
                "redis://u:s3cret@a?timeout=1s",
                "redis://u:s3cret@a#name",
                "redis://s3cret@a",
                "redis://u:s3cret %@a",
                "redis-sentinel://u:s3cret@a",
                "redis-sentinel://u:s3cret@a#",
                "redis-cluster://u:s3cret@a/1",
                "redis-cluster://u:s3cret@a,,b",
            })
    void anythingElseIsRefusedWithoutBeingQuoted(String url) {
        assertThatThrownBy(() -> RedisUrl.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the URL of the Redis store cannot be used")
                .hasMessageNotContaining("s3cret")
                .hasNoCause();
    }

    @Test
    void itDoesNotPrintCredentials() {
        assertThat(RedisUrl.parse("rediss://user:s3cret@redis").toString())
                .isEqualTo("SINGLE over TLS at [Host[name=redis, port=6379]]");
    }
}
