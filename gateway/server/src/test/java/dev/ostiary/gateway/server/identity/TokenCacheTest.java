package dev.ostiary.gateway.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.server.entra.ManualTime;
import dev.ostiary.gateway.server.identity.ValidToken.Groups;
import dev.ostiary.gateway.server.identity.ValidToken.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TokenCacheTest {

    private final ManualTime time = new ManualTime();
    private final TokenCache cache = new TokenCache(10_000, time);
    private final EntraSettings settings = settings("a");

    private static EntraSettings settings(String claim) {
        return Objects.requireNonNull(Snapshots.of("https://login.example", Tenants.OURS, Tenants.GATEWAY)
                .claims(claim)
                .build()
                .entra());
    }

    private ValidToken token(Duration left) {
        long expires = time.wallMillis() + left.toMillis();
        Principal principal = new Principal(
                Tenants.OURS,
                Tenants.ANNA,
                "sub",
                Tenants.CLI,
                false,
                List.of(),
                List.of(),
                List.of(),
                JsonNodeFactory.instance.objectNode(),
                Instant.ofEpochMilli(expires),
                "key");
        return new ValidToken(principal, Version.V2, Tenants.GATEWAY, Groups.LISTED, expires);
    }

    @Test
    void anEntryIsFoundOnlyWithTheKeysAndSettingsItWasMadeWith() {
        TokenDigest digest = TokenDigest.of("Bearer a");
        ValidToken token = token(Duration.ofHours(1));
        cache.add(digest, token, settings, 7, 100);
        assertThat(cache.find(TokenDigest.of("Bearer a"), settings("a"), 7)).isSameAs(token);
        assertThat(cache.find(TokenDigest.of("Bearer b"), settings, 7)).isNull();
        assertThat(cache.find(digest, settings, 8)).isNull();
        assertThat(cache.find(digest, settings("b"), 7)).isNull();
    }

    @Test
    void anEntryIsForgottenWhenItsTokenEnds() {
        TokenDigest digest = TokenDigest.of("Bearer a");
        cache.add(digest, token(Duration.ofMinutes(10)), settings, 1, 100);
        time.advance(Duration.ofMinutes(10).minusMillis(1));
        assertThat(cache.find(digest, settings, 1)).isNotNull();
        time.advance(Duration.ofSeconds(2));
        assertThat(cache.find(digest, settings, 1)).isNull();
    }

    @Test
    void tokensOfAnySizeAndNumberStayWithinTheBound() {
        for (int i = 0; i < 1000; i++) {
            cache.add(TokenDigest.of("Bearer " + i), token(Duration.ofHours(1)), settings, 1, 1000);
        }
        assertThat(cache.size()).isLessThanOrEqualTo(10);
    }

    @Test
    void theDigestIsOfTheWholeText() {
        assertThat(TokenDigest.of("Bearer a.b.c")).isEqualTo(TokenDigest.of("Bearer a.b.c"));
        assertThat(TokenDigest.of("Bearer a.b.c")).isNotEqualTo(TokenDigest.of("Bearer a.b.d"));
        // SHA-256 of the empty text, as every table has it.
        assertThat(Long.toHexString(TokenDigest.of("").a())).isEqualTo("e3b0c44298fc1c14");
    }
}
