package dev.ostiary.gateway.bridge.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.bridge.assertion.Caller;
import dev.ostiary.gateway.bridge.child.Child;
import dev.ostiary.gateway.bridge.child.Ending;
import dev.ostiary.gateway.bridge.message.MessageReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that ends just after its answer, at the moment when it is given something else. */
@Timeout(60)
class LastWordsTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Limits LIMITS = new Limits(1, LONG, 100_000, LONG, LONG, LONG, LONG, LONG, LONG);

    /** Takes one message, answers it under the session's own number, and is seen to have ended once the next one has failed. */
    private static final class Gone implements Child {
        private final CountDownLatch failed = new CountDownLatch(1);
        private final CompletableFuture<Ending> ended = new CompletableFuture<>();
        private final InputStream words =
                new ByteArrayInputStream("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n".getBytes(UTF_8));
        private int written;

        @Override
        public long pid() {
            return 1;
        }

        @Override
        public InputStream out() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    try {
                        failed.await();
                    } catch (InterruptedException stopped) {
                        throw new IOException(stopped);
                    }
                    return words.read();
                }
            };
        }

        @Override
        public InputStream err() {
            return InputStream.nullInputStream();
        }

        @Override
        public void write(byte[] bytes, Duration bound) throws IOException {
            if (++written > 1) {
                throw new IOException("the process has closed its standard input");
            }
        }

        @Override
        public void closeIn() {}

        @Override
        public void terminate() {}

        @Override
        public void kill() {}

        @Override
        public CompletableFuture<Ending> ended() {
            if (written > 1) {
                failed.countDown();
                ended.complete(new Ending.Exited(5));
            }
            return ended;
        }
    }

    private static byte[] request(String id) {
        return ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"tools/list\"}").getBytes(UTF_8);
    }

    @Test
    void whatItHasAnsweredArrivesAndTheRestIsToldHowItEnded() throws Exception {
        Session session = new Session(
                "id",
                "s1",
                new Caller("i", "t", "anna", "c"),
                Session.Kind.LEGACY,
                new EventLog(),
                new Gone(),
                LIMITS,
                Memory.ofHeap(LIMITS.messageBytes()),
                new Log(OutputStream.nullOutputStream()),
                () -> {},
                () -> {});
        session.start();

        Exchange answered = session.request(MessageReader.read(request("\"a\"")));
        Exchange late = session.request(MessageReader.read(request("\"b\"")));

        assertThat(text(answered)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{}}");
        assertThat(text(late)).contains("\"id\":\"b\"").contains("the server's process ended (exit code 5)");
    }

    private static String text(Exchange exchange) throws InterruptedException {
        return exchange.next(LONG) instanceof Exchange.Next.Last last ? new String(last.message(), UTF_8) : "nothing";
    }
}
