package dev.ostiary.gateway.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseTest {

    private static final int MAX = 10_000;

    /** id/type/data/retry of the pieces that are events. */
    private static List<String> events(List<SseEvent> pieces) {
        List<String> events = new ArrayList<>();
        for (SseEvent piece : pieces) {
            byte[] data = piece.data();
            if (data != null || piece.id() != null || piece.retryMs() >= 0 || piece.type() != null) {
                events.add(piece.id() + "/" + piece.type() + "/" + (data == null ? null : new String(data, UTF_8)) + "/"
                        + piece.retryMs());
            }
        }
        return events;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data: x;; | null/null/x/-1",
                "data:x;; | null/null/x/-1",
                "data:  x ;; | 'null/null/ x /-1'",
                "data;; | null/null//-1",
                "data:;; | null/null//-1",
                "data: a;data: b;; | null/null/a^b/-1",
                "data: a;data:;data: b;; | null/null/a^^b/-1",
                "event: message;id: 7;data: x;; | 7/message/x/-1",
                "id;data: x;; | /null/x/-1",
                "id: 1;id: 2;data: x;; | 2/null/x/-1",
                "retry: 3000;id: p;data:;; | p/null//3000",
                "retry: 3s;data: x;; | null/null/x/-1",
                "retry: -1;data: x;; | null/null/x/-1",
                "retry: 99999999999;data: x;; | null/null/x/-1",
                "DATA: no;data: yes;other: z;; | null/null/yes/-1",
                "data : no;data: yes;; | null/null/yes/-1",
                "' data: no;data: yes;;' | null/null/yes/-1",
                "data: x;:comment;data: y;; | null/null/x^y/-1",
                ": ping;;data: x;; | null/null/x/-1",
                "data: cut off | ''",
                "data: no blank line; | ''",
                ";;; | ''"
            })
    void aStreamIsReadAsTheStandardSays(String stream, String event) {
        for (String lineEnd : List.of("\n", "\r\n", "\r")) {
            List<SseEvent> pieces = readWhole(stream.replace(";", lineEnd).getBytes(UTF_8));

            assertThat(String.join(",", events(pieces)).replace("\n", "^")).isEqualTo(event);
        }
    }

    @Test
    void anIdWithNulIsIgnored() {
        assertThat(events(readWhole("id: a\0b\ndata: x\n\n".getBytes(UTF_8)))).containsExactly("null/null/x/-1");
    }

    @Test
    void aByteOrderMarkIsDroppedAtTheStartAlone() {
        assertThat(events(readWhole("\ufeffdata: x\n\n\ufeffdata: y\n\n".getBytes(UTF_8))))
                .containsExactly("null/null/x/-1");
        assertThat(joined(readWhole("\ufeffdata: x\n\n".getBytes(UTF_8)))).isEqualTo("data: x\n\n");
    }

    @Test
    void aCommentBetweenEventsIsHandedOnAtOnce() {
        assertThat(readWhole(": ping\n".getBytes(UTF_8)))
                .singleElement()
                .satisfies(piece -> assertThat(piece.raw()).isEqualTo(": ping\n".getBytes(UTF_8)));
    }

    @Test
    void onlyEventsOfTypeMessageHaveMessages() {
        List<SseEvent> pieces = readWhole(
                "data: {}\n\nevent: message\ndata: {}\n\nevent: other\ndata: {}\n\ndata:\n\n:c\n\n".getBytes(UTF_8));

        assertThat(pieces).extracting(SseEvent::hasMessage).containsExactly(true, true, false, false, false, false);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 64})
    void piecesOfAnySizeGiveTheSameEvents(int size) {
        byte[] stream = randomStream(new Random(3));

        assertThat(events(readIn(stream, at -> size))).isEqualTo(events(readWhole(stream)));
        assertThat(joined(readIn(stream, at -> size))).isEqualTo(new String(stream, UTF_8));
    }

    @Test
    void randomPiecesGiveTheSameEventsAndTheSameBytes() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            byte[] stream = randomStream(random);
            List<SseEvent> split = readIn(stream, at -> 1 + random.nextInt(12));

            assertThat(events(split)).as("seed %d", seed).isEqualTo(events(readWhole(stream)));
            assertThat(joined(split)).as("seed %d", seed).isEqualTo(new String(stream, UTF_8));
        }
    }

    @Test
    void anEventBeyondTheBoundEndsTheReading() {
        SseReader reader = new SseReader(100);
        List<SseEvent> pieces = new ArrayList<>();

        assertThat(read(reader, "data: small\n\n", pieces)).isTrue();
        assertThat(read(reader, "data: " + "x".repeat(50) + "\n", pieces)).isTrue();
        assertThat(read(reader, "data: " + "x".repeat(50) + "\n\ndata: after\n\n", pieces))
                .isFalse();
        assertThat(read(reader, "data: y\n\n", pieces)).isFalse();
        assertThat(pieces).hasSize(1);
    }

    @Test
    void aBoundIsForEachEventAndNotForTheStream() {
        SseReader reader = new SseReader(40);
        List<SseEvent> pieces = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            assertThat(read(reader, ": keep-alive\n\ndata: " + "x".repeat(30) + "\n\n", pieces))
                    .isTrue();
        }
        assertThat(pieces.stream().filter(SseEvent::hasMessage)).hasSize(1_000);
    }

    @Test
    void anUnfinishedEventIsKnownAtTheEnd() {
        SseReader reader = new SseReader(MAX);
        read(reader, "data: x\n\n", new ArrayList<>());
        assertThat(reader.isMidEvent()).isFalse();
        read(reader, "data: y", new ArrayList<>());
        assertThat(reader.isMidEvent()).isTrue();
    }

    @Test
    void replacedDataKeepsEverythingElse() {
        SseEvent event = readWhole("id: é7\nevent: message\nretry: 10\n: c\ndata: old\n\n".getBytes(UTF_8))
                .getFirst();

        List<SseEvent> written = readWhole(SseWriter.replaceData(event, "{\n\"a\":\r\n1,\r\"b\":2}".getBytes(UTF_8)));

        assertThat(events(written)).containsExactly("é7/message/{\n\"a\":\n1,\n\"b\":2}/10");
    }

    @Test
    void whatTheGatewayWritesIsRead() {
        assertThat(events(readWhole(SseWriter.event("1", "{}".getBytes(UTF_8)))))
                .containsExactly("1/null/{}/-1");
        assertThat(events(readWhole(SseWriter.event(null, "{}".getBytes(UTF_8)))))
                .containsExactly("null/null/{}/-1");
        assertThat(events(readWhole(SseWriter.priming("p", 500)))).containsExactly("p/null//500");
        assertThat(events(readWhole(SseWriter.keepAlive()))).isEmpty();
        assertThatThrownBy(() -> SseWriter.event("a\nb", new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEventThatIsNotPassedOnLeavesItsIdBehind() {
        SseEvent withId = readWhole("id: 7\ndata: secret\n\n".getBytes(UTF_8)).getFirst();
        SseEvent without = readWhole("data: secret\n\n".getBytes(UTF_8)).getFirst();

        assertThat(events(readWhole(SseWriter.withoutMessage(withId)))).containsExactly("7/null//-1");
        assertThat(SseWriter.withoutMessage(without)).isEmpty();
    }

    private interface Size {
        int at(int position);
    }

    private static List<SseEvent> readWhole(byte[] stream) {
        return readIn(stream, at -> stream.length);
    }

    private static List<SseEvent> readIn(byte[] stream, Size size) {
        SseReader reader = new SseReader(MAX);
        List<SseEvent> pieces = new ArrayList<>();
        for (int at = 0; at < stream.length; ) {
            int to = Math.min(stream.length, at + size.at(at));
            // A fresh copy with surroundings, so that nothing outside the range is looked at or kept.
            byte[] padded = new byte[to - at + 4];
            Arrays.fill(padded, (byte) '\n');
            System.arraycopy(stream, at, padded, 2, to - at);
            assertThat(reader.read(padded, 2, padded.length - 2, pieces::add)).isTrue();
            Arrays.fill(padded, (byte) '!');
            at = to;
        }
        return pieces;
    }

    private static boolean read(SseReader reader, String text, List<SseEvent> pieces) {
        byte[] bytes = text.getBytes(UTF_8);
        return reader.read(bytes, 0, bytes.length, pieces::add);
    }

    private static String joined(List<SseEvent> pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        pieces.forEach(piece -> out.writeBytes(piece.raw()));
        return out.toString(UTF_8);
    }

    /** Ends with a whole event, so that all of its bytes come back. */
    private static byte[] randomStream(Random random) {
        StringBuilder stream = new StringBuilder();
        List<String> lines = List.of(
                "data: {\"a\":1}",
                "data: é😀",
                "data",
                "data:",
                "id: 4",
                "id",
                "event: x",
                "retry: 7",
                ": c",
                ":",
                "",
                "",
                "odd");
        for (int i = 0; i < 40; i++) {
            stream.append(lines.get(random.nextInt(lines.size())))
                    .append(List.of("\n", "\r\n", "\r").get(random.nextInt(3)));
        }
        return stream.append("data: end\n\n").toString().getBytes(UTF_8);
    }
}
