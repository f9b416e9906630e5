package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workloads that answer lists with almost what they should: seeded, so that a failure can be had again. */
class HostileWorkloadTest extends GatewayScenario {

    private static final int ROUNDS = 200;
    private static final byte[] MARKS = "{}[]\",:\\ \n\u00e9".getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noDamagedListShowsWhatItMustNot(boolean events) throws Exception {
        Random random = new Random(events ? 7 : 11);
        int shown = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] answer = damaged(random, utf8(result(1, TOOLS)));
            gateway.workload.script((request, reply) -> {
                if (events) {
                    OutputStream out = reply.events();
                    out.write(utf8("data: "));
                    for (byte[] rest = answer; rest.length > 0; ) {
                        int piece = 1 + random.nextInt(rest.length);
                        // A line end within the value begins another field, as an encoder would write it.
                        out.write(new String(rest, 0, piece, StandardCharsets.ISO_8859_1)
                                .replace("\n", "\ndata: ")
                                .getBytes(StandardCharsets.ISO_8859_1));
                        out.flush();
                        rest = Arrays.copyOfRange(rest, piece, rest.length);
                    }
                    out.write(utf8("\n\n"));
                } else {
                    reply.json(200, new String(answer, StandardCharsets.UTF_8));
                }
            });
            HttpResponse<String> response = gateway.post("anna", "notes", LIST);
            String sent = new String(answer, StandardCharsets.UTF_8);
            assertThat(response.statusCode()).as(sent).isIn(200, 502);
            assertThat(response.body()).as(sent).doesNotContain("delete_note");
            assertThat(response.body()).as(sent).contains("\"jsonrpc\"");
            if (response.statusCode() == 502) {
                assertThat(new ObjectMapper()
                                .readTree(response.body())
                                .path("id")
                                .asInt())
                        .isEqualTo(1);
            }
            shown += response.body().contains("read_note") ? 1 : 0;
        }
        assertThat(shown).as("lists that could still be read").isPositive();
    }

    @Test
    void manyRequestsOnOneStreamAreServedInOrderWhateverTheirSize() throws Exception {
        Random random = new Random(3);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            all.append(i % 3 == 0 ? ": comment\r\n\r\n" : "")
                    .append("id: ")
                    .append(i)
                    .append(i % 2 == 0 ? "\r\n" : "\n")
                    .append("data: ")
                    .append(notification(
                            "notifications/message", "{\"data\":\"" + "x".repeat(random.nextInt(3000)) + "\"}"))
                    .append(i % 2 == 0 ? "\r\n\r\n" : "\n\n");
        }
        all.append("data: ").append(result(2, "{\"content\":[]}")).append("\n\n");
        byte[] bytes = utf8(all.toString());
        gateway.workload.script((request, reply) -> {
            if (!request.rpc().equals("tools/call")) {
                answering(request, reply);
                return;
            }
            OutputStream out = reply.events();
            for (int from = 0; from < bytes.length; ) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(5000));
                out.write(bytes, from, to - from);
                out.flush();
                from = to;
            }
        });
        assertThat(gateway.post("ben", "notes", READ).body()).isEqualTo(all.toString());
    }

    private static byte[] damaged(Random random, byte[] sound) {
        byte[] bytes = sound.clone();
        for (int times = random.nextInt(3); times >= 0; times--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = MARKS[random.nextInt(MARKS.length)];
                case 2 -> bytes = joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at + 1, bytes.length));
                case 3 ->
                    bytes = joined(
                            Arrays.copyOf(bytes, at),
                            new byte[] {MARKS[random.nextInt(MARKS.length)]},
                            Arrays.copyOfRange(bytes, at, bytes.length));
                default -> {
                    byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 4));
                    bytes = joined(Arrays.copyOf(bytes, at), piece, Arrays.copyOfRange(bytes, at, bytes.length));
                }
            }
        }
        return bytes;
    }

    private static byte[] joined(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
