package dev.ostiary.gateway.server.identity;

import static dev.ostiary.gateway.server.identity.Snapshots.PUBLIC_URL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.pages.Language;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ChallengeTest {

    private static final Snapshot SNAPSHOT = Snapshots.of(
                    "https://login.microsoftonline.com", Tenants.OURS, Tenants.GATEWAY)
            .route("notes")
            .build();
    private static final Challenge CHALLENGE = Challenge.of(SNAPSHOT, Snapshots.route(SNAPSHOT, "notes"));
    private static final String METADATA = PUBLIC_URL + "/.well-known/oauth-protected-resource/notes";

    @Test
    void withoutATokenTheChallengeNamesMetadataAndScopeButNoError() {
        Refusal refusal =
                CHALLENGE.refusal(new Rejected(401, null, "sign in", PUBLIC_URL + "/notes/mcp.notes", "NoToken"));
        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal.headers().get("www-authenticate"))
                .isEqualTo(
                        "Bearer resource_metadata=\"" + METADATA + "\", scope=\"" + PUBLIC_URL + "/notes/mcp.notes\"");
        assertThat(text(refusal))
                .isEqualTo("{\"error\":\"unauthorized\",\"error_description\":\"sign in\",\"scope\":\"" + PUBLIC_URL
                        + "/notes/mcp.notes\",\"resource_metadata\":\"" + METADATA + "\"}");
        assertThat(refusal.headers().get("cache-control")).isEqualTo("no-store");
        assertThat(refusal.headers().get("content-type")).isEqualTo("application/json");
    }

    @Test
    void aBrowserGetsTheSameChallengeAndAPage() {
        Rejected rejected = new Rejected(401, null, "sign in", PUBLIC_URL + "/notes/mcp.notes", "NoToken");

        Refusal visit = CHALLENGE.visit(rejected, Language.EN);

        assertThat(visit.status()).isEqualTo(401);
        assertThat(visit.headers().get("www-authenticate"))
                .isEqualTo(CHALLENGE.refusal(rejected).headers().get("www-authenticate"));
        assertThat(visit.headers().get("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(visit.headers().get("content-security-policy")).startsWith("default-src 'none'");
        assertThat(text(visit)).startsWith("<!DOCTYPE html>").contains(PUBLIC_URL + "/notes");
    }

    @Test
    void aBadTokenIsToldSoInTheChallenge() {
        Refusal refusal = CHALLENGE.refusal(new Rejected(401, "invalid_token", "it has expired", "s", "Expired"));
        assertThat(refusal.headers().get("www-authenticate"))
                .isEqualTo("Bearer resource_metadata=\"" + METADATA
                        + "\", scope=\"s\", error=\"invalid_token\", error_description=\"it has expired\"");
    }

    @Test
    void aMissingScopeIsChallengedWith403() {
        Refusal refusal = CHALLENGE.refusal(new Rejected(403, "insufficient_scope", "lacks s", "s", "ScopeMissing"));
        assertThat(refusal.status()).isEqualTo(403);
        assertThat(refusal.headers().get("www-authenticate")).contains("error=\"insufficient_scope\"", "scope=\"s\"");
    }

    @Test
    void whoeverIsNotLetInIsNotAskedToSignInAgain() {
        Refusal refusal = CHALLENGE.refusal(new Rejected(403, null, "not accepted here", null, "ClientNotAccepted"));
        assertThat(refusal.headers().contains("www-authenticate")).isFalse();
        assertThat(text(refusal))
                .isEqualTo("{\"error\":\"access_denied\",\"error_description\":\"not accepted here\"}");
    }

    @Test
    void aMalformedHeaderIsABadRequest() {
        Refusal refusal = CHALLENGE.refusal(new Rejected(400, "invalid_request", "send one", null, "X"));
        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.headers().get("www-authenticate"))
                .isEqualTo("Bearer resource_metadata=\"" + METADATA
                        + "\", error=\"invalid_request\", error_description=\"send one\"");
    }

    @Test
    void nothingCanBreakOutOfAParameter() {
        Refusal refusal = CHALLENGE.refusal(
                new Rejected(401, "invalid_token", "a\", error=\"none\\\r\nX: y\u0000\u00e9", "s\" t", "X"));
        assertThat(refusal.headers().get("www-authenticate"))
                .isEqualTo(
                        "Bearer resource_metadata=\"" + METADATA
                                + "\", scope=\"s? t\", error=\"invalid_token\", error_description=\"a?, error=?none???X: y??\"");
    }

    @Test
    void whileNobodyCanBeSignedInClientsAreToldWhenToComeBack() {
        Refusal refusal = Challenge.refusal(Authentication.Unavailable.entra(7));
        assertThat(refusal.status()).isEqualTo(503);
        assertThat(refusal.headers().get("retry-after")).isEqualTo("7");
        assertThat(refusal.headers().contains("www-authenticate")).isFalse();
        assertThat(text(refusal)).contains("temporarily_unavailable");
    }

    private static String text(Refusal refusal) {
        return new String(refusal.body(), StandardCharsets.UTF_8);
    }
}
