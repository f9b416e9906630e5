package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a container said last is shown bounded, in one line, and masked where it looks like a credential. */
class LogTailTest {

    @Test
    void aShortLogIsShownWhole() {
        assertThat(LogTail.of("Error: NOTES_TOKEN is not set\n  at main (server.js:12)\n"))
                .isEqualTo("Error: NOTES_TOKEN is not set\\n  at main (server.js:12)");
    }

    @Test
    void ofALongOneTheLastWholeLinesAreShown() {
        String tail = LogTail.of("starting\n".repeat(100) + "port in use\n");

        assertThat(tail)
                .startsWith("...starting\\n")
                .endsWith("starting\\nport in use")
                .hasSizeLessThanOrEqualTo(300);
    }

    @Test
    void ofALongLineTheEndIsShown() {
        String tail = LogTail.of("x".repeat(5000) + " the end");

        assertThat(tail).startsWith("...xxx").endsWith("xxx the end").hasSize(300);
    }

    @Test
    void noCharacterIsCutInTwoAndNoneControlsATerminal() {
        String tail =
                LogTail.of("\u001b[31mred\u001b[0m \u001b]0;title\u0007\b\u202e \"quoted\\\" \ud83d\ude80".repeat(40));

        assertThat(tail).hasSizeLessThanOrEqualTo(300).doesNotContainPattern("\\p{Cntrl}|\\p{Cf}|\\p{Cs}");
        assertThat(LogTail.of("a\u001b[31mred\b\u202e\"\\")).isEqualTo("ared\\u0008\\u202e\\\"\\\\");
        assertThat(LogTail.without("before" + LogTail.quoted(tail) + ") after")).isEqualTo("before) after");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Authorization: Basic YW5uYTpzZWNyZXQ= | Authorization: [masked]",
                "password=hunter2 user=anna | password=[masked] user=anna",
                "{\"api_key\": \"abc def\", \"user\": \"anna\"} | {\\\"api_key\\\": [masked], \\\"user\\\": \\\"anna\\\"}",
                "GITHUB_TOKEN=ghp_short | GITHUB_TOKEN=[masked]",
                "sent Bearer abcdefgh.ijkl | sent Bearer [masked]",
                "cannot reach postgres://app:pw@db:5432/notes | cannot reach postgres://[masked]@db:5432/notes",
                "bad token ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789 | bad token [masked]",
                "key 0123456789abcdef0123456789abcdef | key [masked]",
                "pod notes-mcp-7d9f8b6c5d-x2x4z-0123456789 of dev.ostiary.gateway.Server | pod notes-mcp-7d9f8b6c5d-x2x4z-0123456789 of"
                        + " dev.ostiary.gateway.Server"
            })
    void whatLooksLikeACredentialIsMasked(String log, String shown) {
        assertThat(LogTail.of(log)).isEqualTo(shown);
    }

    @Test
    void keysAreMaskedAlsoWhereTheirBeginningIsCutOff() {
        String lines = ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAo" + "\n").repeat(3);

        assertThat(LogTail.of("key:\n-----BEGIN PRIVATE KEY-----\n" + lines + "-----END PRIVATE KEY-----\nbad key"))
                .isEqualTo("key:\\n[masked]\\nbad key");
        assertThat(LogTail.of(lines + "-----END PRIVATE KEY-----\nbad key"))
                .doesNotContain("MIIE")
                .endsWith("bad key");
    }

    @Test
    void messagesThatDifferInTimesAndIdsOfALogAreTheSame() {
        String one = "Pods: notes-mcp-0 CrashLoopBackOff (x"
                + LogTail.quoted(LogTail.of("2026-11-21T12:00:01Z pid 17 req 8f3a: refused")) + ").";

        assertThat(LogTail.sameButForDetails(
                        one, one.replace("12:00:01", "12:05:33").replace("8f3a", "91bc")))
                .isTrue();
        assertThat(LogTail.sameButForDetails(one, one.replace("refused", "timed out")))
                .isFalse();
        assertThat(LogTail.sameButForDetails(one, one.replace("notes-mcp-0", "notes-mcp-1")))
                .as("what is no log counts to the letter")
                .isFalse();
    }

    @Test
    void longMessagesAreComparedInTime() {
        String hostile = "; its log ends with \"" + "\\".repeat(4001) + "a1".repeat(2000);

        assertThat(LogTail.sameButForDetails(hostile, hostile + "!")).isFalse();
        assertThat(LogTail.of("token ".repeat(2000) + "=".repeat(4000))).hasSizeLessThanOrEqualTo(300);
    }
}
