package dev.ostiary.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {

    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "alpine,                                   docker.io,            library/alpine,        latest, registry-1.docker.io",
        "alpine:3,                                 docker.io,            library/alpine,        3,      registry-1.docker.io",
        "mcp/time,                                 docker.io,            mcp/time,              latest, registry-1.docker.io",
        "docker.io/mcp/time:1,                     docker.io,            mcp/time,              1,      registry-1.docker.io",
        "index.docker.io/alpine,                   docker.io,            library/alpine,        latest, registry-1.docker.io",
        "ghcr.io/github/github-mcp-server:v1.0.0,  ghcr.io,              github/github-mcp-server, v1.0.0, ghcr.io",
        "localhost/a:1,                            localhost,            a,                     1,      localhost",
        "localhost:5000/a/b:1,                     localhost:5000,       a/b,                   1,      localhost:5000",
        "[::1]:5000/a,                             [::1]:5000,           a,                     latest, [::1]:5000",
        "registry.example.com/a__b/c-d.e:X_1.2-3,  registry.example.com, a__b/c-d.e,            X_1.2-3, registry.example.com",
    })
    void isReadAsRuntimesReadIt(String name, String registry, String repository, String tag, String host) {
        assertThat(ImageName.parse(name)).isEqualTo(new ImageName(registry, repository, tag, null));
        assertThat(ImageName.parse(name).host()).isEqualTo(host);
        assertThat(ImageName.parse(name).reference()).isEqualTo(tag);
    }

    @Test
    void aDigestSaysWhichWhateverTheTag() {
        assertThat(ImageName.parse("ghcr.io/a/b:1@" + DIGEST)).isEqualTo(new ImageName("ghcr.io", "a/b", null, DIGEST));
        assertThat(ImageName.parse("a@" + DIGEST).reference()).isEqualTo(DIGEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":1",
                "A/b",
                "a:",
                "a:b:c",
                "a/../b",
                "ghcr.io/",
                "ghcr.io/a/b?x=1",
                "ghcr.io/a/b#f",
                "user@ghcr.io/a",
                "ghcr.io:port/a",
                "ghcr.io/a//b",
                "ghcr.io/a b",
                "a@sha256:12",
                "a@sha512:0123",
                "https://ghcr.io/a",
                "ghcr.io\r\nX: y/a",
                "-.example.com/a",
            })
    void whatNoRuntimeCouldPullIsNoName(String name) {
        assertThat(ImageName.parse(name)).isNull();
    }

    @Test
    void isBounded() {
        assertThat(ImageName.parse("a/".repeat(600) + "b")).isNull();
        assertThat(ImageName.parse("ghcr.io/" + "a".repeat(256))).isNull();
        assertThat(ImageName.parse("ghcr.io/a:" + "t".repeat(129))).isNull();
    }
}
