package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.server.oauth.DocumentSource.Document;
import dev.ostiary.gateway.server.oauth.DocumentSource.DocumentException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long documents count, and what counts when they cannot be read. */
class ClientDocumentsTest {

    private static final String ID = "https://agents.contoso.com/app.json";
    private static final String CLAUDE_CODE = "https://claude.ai/oauth/claude-code-client-metadata";
    private static final String GOOD =
            "{\"client_id\":\"" + ID + "\",\"client_name\":\"Agents\",\"redirect_uris\":[\"http://127.0.0.1/cb\"]%s}";

    private String text = GOOD.formatted("");
    private Duration maxAge;
    private DocumentException failure;
    private int reads;
    private long now;
    private final ClientDocuments documents = new ClientDocuments(
            (url, maxBytes) -> {
                reads++;
                if (failure != null) {
                    throw failure;
                }
                return new Document(text, maxAge);
            },
            PinnedClients.shipped(),
            () -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void aDocumentCountsAsLongAsItsServerSaysWithinBounds() throws Exception {
        maxAge = Duration.ZERO;
        documents.find(ID);
        pass(Duration.ofSeconds(59));
        documents.find(ID);
        assertThat(reads).isEqualTo(1);
        maxAge = Duration.ofDays(365);
        pass(Duration.ofSeconds(2));
        documents.find(ID);
        pass(Duration.ofHours(23));
        documents.find(ID);
        assertThat(reads).isEqualTo(2);
        pass(Duration.ofHours(2));
        documents.find(ID);
        assertThat(reads).isEqualTo(3);
    }

    @Test
    void theLastGoodDocumentServesOnWhileItsServerIsAwayButNotWhenItIsGone() throws Exception {
        documents.find(ID);
        failure = new DocumentException(false, "away", null);
        pass(Duration.ofHours(2));
        assertThat(documents.find(ID).name()).isEqualTo("Agents");
        failure = new DocumentException(true, "gone", null);
        pass(Duration.ofHours(2));
        assertThatThrownBy(() -> documents.find(ID)).isInstanceOf(OAuthException.class);
    }

    @Test
    void aFailureIsNotRepeatedAtEveryRequest() {
        failure = new DocumentException(false, "away", null);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> documents.find(ID)).isInstanceOf(OAuthException.class);
        }
        assertThat(reads).isEqualTo(1);
    }

    @Test
    void aWellKnownClientWorksWhereItsServerTurnsUsAway() throws Exception {
        failure = new DocumentException(false, "answered 403", null);
        assertThat(documents.find(CLAUDE_CODE).redirectUris()).contains("http://localhost/callback");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"token_endpoint_auth_method\":\"client_secret_basic\"",
                ",\"grant_types\":[\"urn:ietf:params:oauth:grant-type:device_code\"]",
                ",\"token_endpoint_auth_method\":\"none\",\"logo_uri\":\"http://169.254.169.254/\""
            })
    void whatADocumentAsksForBeyondWhatThereIsDoesNotCountAgainstIt(String more) throws Exception {
        text = GOOD.formatted(more);
        assertThat(documents.find(ID).authentication()).isEqualTo(Client.Authentication.NONE);
        assertThat(reads).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"client_secret\":\"x\"",
                ",\"client_id\":\"" + ID + "\"",
                ",\"token_endpoint_auth_method\":\"private_key_jwt\"",
                ",\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":{\"keys\":[]}",
                ",\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
                ",\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks_uri\":\"https://169.254.169.254/keys\""
            })
    void aDocumentThatCannotBeTrueIsRefused(String more) {
        text = GOOD.formatted(more);
        assertThatThrownBy(() -> documents.find(ID)).isInstanceOf(OAuthException.class);
    }

    @Test
    void aDocumentMustDescribeWhoeverItIsReadFor() {
        assertThatThrownBy(() -> documents.find("https://agents.contoso.com/other.json"))
                .isInstanceOf(OAuthException.class);
        assertThatThrownBy(() -> documents.find("https://127.0.0.1/app.json")).isInstanceOf(OAuthException.class);
        assertThat(reads).isEqualTo(1);
    }
}
