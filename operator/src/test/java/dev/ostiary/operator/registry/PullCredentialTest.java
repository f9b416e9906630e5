package dev.ostiary.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PullCredentialTest {

    @ParameterizedTest
    @CsvSource({
        "ghcr.io/a/b,                 ghcr.io",
        "ghcr.io/a/b,                 https://ghcr.io",
        "ghcr.io/a/b,                 ghcr.io/a",
        "ghcr.io/a/b,                 ghcr.io/a/b",
        "localhost:5000/a,            localhost:5000",
        "team.azurecr.io/a,           *.azurecr.io",
        "alpine,                      https://index.docker.io/v1/",
        "alpine,                      docker.io",
        "alpine,                      docker.io/library/alpine",
    })
    void isFound(String image, String place) {
        assertThat(find(image, auths(place, "\"username\":\"u\",\"password\":\"p\"")))
                .isEqualTo(new PullCredential("u", "p"));
    }

    @ParameterizedTest
    @CsvSource({
        "ghcr.io/a/b,            ghcr.io.evil.example",
        "ghcr.io/a/b,            hcr.io",
        "ghcr.io/ab,             ghcr.io/a",
        "localhost:5000/a,       localhost",
        "localhost:5001/a,       localhost:5000",
        "a.b.azurecr.io/a,       *.azurecr.io",
        "evil.example/docker.io, docker.io",
    })
    void isForNobodyElse(String image, String place) {
        assertThat(find(image, auths(place, "\"username\":\"u\",\"password\":\"p\"")))
                .isNull();
    }

    @Test
    void theLongestPathOfTheFirstSecretThatHasOneWins() {
        String both = "{\"auths\":{\"ghcr.io\":{\"username\":\"all\",\"password\":\"p\"},"
                + "\"ghcr.io/a\":{\"username\":\"team\",\"password\":\"p\"}}}";
        String other = auths("ghcr.io", "\"username\":\"other\",\"password\":\"p\"");

        assertThat(find("ghcr.io/a/b", both, other)).isEqualTo(new PullCredential("team", "p"));
        assertThat(find("ghcr.io/c", both, other)).isEqualTo(new PullCredential("all", "p"));
        assertThat(find("ghcr.io/c", auths("quay.io", "\"auth\":\"eDp5\""), other))
                .isEqualTo(new PullCredential("other", "p"));
    }

    @Test
    void dockersOwnFieldIsRead() {
        String auth = Base64.getEncoder().encodeToString("u:p:q".getBytes(StandardCharsets.UTF_8));

        PullCredential found = find("ghcr.io/a", auths("ghcr.io", "\"auth\":\"" + auth + "\""));

        assertThat(found).isEqualTo(new PullCredential("u", "p:q"));
        assertThat(Objects.requireNonNull(found).basic()).isEqualTo("Basic " + auth);
        assertThat(found).asString().contains("u").doesNotContain("p:q");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{\"auths\":[]}",
                "{\"auths\":{\"ghcr.io\":null}}",
                "{\"auths\":{\"ghcr.io\":{\"auth\":\"%%%\"}}}",
                "{\"auths\":{\"ghcr.io\":{\"auth\":\"bm9jb2xvbg==\"}}}",
                "{\"auths\":{\"ghcr.io\":{\"username\":\"u\"}}}",
            })
    void whatSaysNothingSaysNothing(String text) {
        assertThat(find("ghcr.io/a", text)).isNull();
    }

    private static PullCredential find(String image, String... secrets) {
        List<Map<String, String>> data = java.util.Arrays.stream(secrets)
                .map(text -> Map.of(PullCredential.KEY, text))
                .toList();
        return PullCredential.of(Objects.requireNonNull(ImageName.parse(image)), data);
    }

    private static String auths(String place, String entry) {
        return "{\"auths\":{\"" + place + "\":{" + entry + "}}}";
    }
}
