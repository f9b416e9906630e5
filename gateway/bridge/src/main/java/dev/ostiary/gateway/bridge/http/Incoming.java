package dev.ostiary.gateway.bridge.http;

import com.sun.net.httpserver.HttpExchange;
import dev.ostiary.gateway.bridge.message.BadMessage;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.MessageReader;
import dev.ostiary.gateway.bridge.session.Memory;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A message that a client has sent, and the room that it takes until it has been passed on: {@link #close} lets go of both, and what
 * is needed for its answer stays. One thread.
 */
final class Incoming implements AutoCloseable {

    /** How long a large message waits for others to be gone. */
    private static final Duration ROOM = Duration.ofSeconds(10);

    private static final long MOST_DISCARDED = 64 * 1024 * 1024;

    private final String id;
    private final Memory.@Nullable Hold hold;
    private @Nullable Message message;

    /** Longer than the limit. */
    static final class TooLong extends IOException {}

    private Incoming(byte[] bytes, Memory.@Nullable Hold hold) throws BadMessage {
        Message read = MessageReader.read(bytes);
        this.message = read;
        this.id = read.rawId();
        this.hold = hold;
    }

    /**
     * Reads the body.
     *
     * @throws TooLong when it is longer than {@code most} bytes
     * @throws Memory.None when large messages of others take all the room
     */
    static Incoming read(HttpExchange http, int most, Memory memory)
            throws IOException, BadMessage, InterruptedException {
        try (InputStream in = http.getRequestBody()) {
            if (length(http) > most) {
                throw tooLong(in);
            }
            byte[] start = in.readNBytes(Math.min(most, Memory.SMALL_BYTES) + 1);
            if (start.length > most) {
                throw tooLong(in);
            }
            if (start.length <= Memory.SMALL_BYTES) {
                return new Incoming(start, null);
            }
            Memory.Hold hold = memory.take(ROOM);
            try {
                byte[] rest = in.readNBytes(most + 1 - start.length);
                byte[] whole = Arrays.copyOf(start, start.length + rest.length);
                System.arraycopy(rest, 0, whole, start.length, rest.length);
                if (whole.length > most) {
                    throw tooLong(in);
                }
                return new Incoming(whole, hold);
            } catch (IOException | BadMessage failed) {
                hold.close();
                throw failed;
            }
        }
    }

    /** Reads on for a while, so that the sender sees the answer: a connection that is closed while it sends is reset. */
    private static TooLong tooLong(InputStream in) throws IOException {
        byte[] discarded = new byte[8 * 1024];
        long left = MOST_DISCARDED;
        int count = 0;
        while (left > 0 && count >= 0) {
            count = in.read(discarded);
            left -= count;
        }
        return new TooLong();
    }

    private static long length(HttpExchange http) {
        try {
            String length = http.getRequestHeaders().getFirst("Content-Length");
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /**
     * The message.
     *
     * @throws IllegalStateException after {@link #close}
     */
    Message message() {
        Message read = message;
        if (read == null) {
            throw new IllegalStateException("passed on already");
        }
        return read;
    }

    /** Its id as it is written; empty where there is none. */
    String id() {
        return id;
    }

    @Override
    public void close() {
        message = null;
        if (hold != null) {
            hold.close();
        }
    }
}
