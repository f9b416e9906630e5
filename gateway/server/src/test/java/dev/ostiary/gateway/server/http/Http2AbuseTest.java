package dev.ostiary.gateway.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.config.ListenerSettings;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames on a real TLS socket: malformed requests are reset or refused, floods end their connection and no other. */
class Http2AbuseTest {

    /** Once for the whole table: each look for leaks collects garbage several times. */
    @RegisterExtension
    static final NettyLeakDetectorExtension LEAKS = new NettyLeakDetectorExtension(false, true, false, true);

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    @TempDir
    static Path folder;

    static TestCertificates certificate;
    static TlsFiles files;

    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private ListenerFixture fixture;

    @BeforeAll
    static void createCertificate() throws Exception {
        certificate = TestCertificates.create(folder, "abuse", "EC");
        files = certificate.write(folder);
    }

    @BeforeEach
    void start() throws Exception {
        ListenerSettings settings = ListenerFixture.withTimeouts(
                Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(1));
        fixture = ListenerFixture.tls(settings, files, this::handle);
        fixture.listener.reconfigure(ListenerConfig.of(URI.create("https://localhost"), settings));
    }

    private void handle(Exchange exchange) {
        handled.add(exchange.path());
        exchange.onGone(() -> told.add("gone"));
        switch (exchange.path()) {
            case "/big" ->
                exchange.respond(
                        HttpResponseStatus.OK, new DefaultHttpHeaders(), Unpooled.wrappedBuffer(new byte[1 << 20]));
            case "/waits" -> {}
            default ->
                exchange.readBody(
                        1000, body -> exchange.respond(HttpResponseStatus.OK, new DefaultHttpHeaders(), body));
        }
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    /** What is wrong with a request, its headers, and the status of the answer: 0 for a reset or GOAWAY. */
    record Case(String name, int status, List<String> headers) {
        byte[] block() {
            return Http2AbuseTest.block(headers.toArray(String[]::new));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> malformed() {
        return Stream.of(
                request("no path", 400, ":method", "GET", ":scheme", "https", ":authority", "localhost"),
                request("no method", 400, ":scheme", "https", ":authority", "localhost", ":path", "/"),
                request("no scheme", 400, ":method", "GET", ":authority", "localhost", ":path", "/"),
                request("unknown pseudo-header", 0, with(":foo", "bar")),
                request("repeated path", 0, with(":path", "/b")),
                request("pseudo-header after a header", 0, with("x-a", "b", ":path", "/b")),
                request("response pseudo-header", 0, with(":status", "200")),
                request("name in capitals", 0, with("X-A", "b")),
                request("connection", 0, with("connection", "close")),
                request("transfer-encoding", 0, with("transfer-encoding", "chunked")),
                request("te other than trailers", 0, with("te", "gzip")),
                request("upgrade", 0, with("upgrade", "h2c")),
                request("line break in a value", 0, with("x-a", "b\r\nc: d")),
                request("NUL in a value", 0, with("x-a", "b\0c")),
                request("space in a name", 0, with("x a", "b")),
                request("colon in a name", 0, with("x:a", "b")),
                request("length without a body", 0, with("content-length", "5")),
                request("two lengths", 0, with("content-length", "0", "content-length", "5")),
                request("other host", 400, with("host", "evil.example")),
                request("two hosts", 400, with("host", "localhost", "host", "localhost")),
                request(
                        "foreign authority",
                        421,
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        "e.example",
                        ":path",
                        "/"),
                request("no authority", 400, ":method", "GET", ":scheme", "https", ":path", "/"),
                request("empty path", 0, ":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", ""),
                request(
                        "dot segments",
                        400,
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        "localhost",
                        ":path",
                        "/a/../b"),
                request(
                        "other scheme",
                        400,
                        ":method",
                        "GET",
                        ":scheme",
                        "ftp",
                        ":authority",
                        "localhost",
                        ":path",
                        "/"),
                request("CONNECT", 405, ":method", "CONNECT", ":authority", "localhost"),
                request("TRACE", 405, ":method", "TRACE", ":scheme", "https", ":authority", "localhost", ":path", "/"),
                request(
                        "method that is no token",
                        400,
                        ":method",
                        "G(T",
                        ":scheme",
                        "https",
                        ":authority",
                        "localhost",
                        ":path",
                        "/"),
                request("foreign origin", 403, with("origin", "https://evil.example")),
                request(
                        "long path",
                        414,
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        "localhost",
                        ":path",
                        "/" + "a".repeat(9_000)));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedRequestIsRefusedAndNeverHandled(Case malformed) throws Exception {
        try (Frames client = new Frames()) {
            client.headers(1, malformed.block(), true);
            assertThat(client.outcome(1)).isEqualTo(malformed.status);
        }
        assertThat(handled).isEmpty();
    }

    @Test
    void aCleanRequestIsAnswered() throws Exception {
        try (Frames client = new Frames()) {
            client.headers(1, block(with("cookie", "a=1", "cookie", "b=2", "te", "trailers")), true);
            assertThat(client.outcome(1)).isEqualTo(200);
        }
        assertThat(handled).containsExactly("/");
    }

    @Test
    void trailersAreRefused() throws Exception {
        try (Frames client = new Frames()) {
            client.headers(1, block(with()), false);
            client.headers(1, block("x-a", "b"), true);
            assertThat(client.outcome(1)).isEqualTo(400);
        }
        await().untilAsserted(() -> assertThat(told).containsExactly("gone"));
    }

    @Test
    void rapidResetsEndTheConnection() throws Exception {
        try (Frames client = new Frames()) {
            for (int stream = 1; stream < 2_000; stream += 2) {
                client.headers(stream, block(with()), true);
                client.frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
            }
            client.awaitGoAway();
        }
        assertOthersAreServed();
    }

    @Test
    void floodsOfContinuationsEndTheConnection() throws Exception {
        try (Frames client = new Frames()) {
            client.frame(HEADERS, END_STREAM, 1, block(with()));
            for (int i = 0; i < 5_000; i++) {
                client.frame(CONTINUATION, 0, 1, block("x-a" + i, "b"));
            }
            client.awaitGoAway();
        }
        assertThat(handled).isEmpty();
        assertOthersAreServed();
    }

    @Test
    void floodsOfEmptyDataEndTheConnection() throws Exception {
        try (Frames client = new Frames()) {
            client.headers(1, block(with()), false);
            for (int i = 0; i < 1_000; i++) {
                client.frame(DATA, 0, 1, new byte[0]);
            }
            client.awaitGoAway();
        }
        assertOthersAreServed();
    }

    @Test
    void pingsAndSettingsDoNotKeepAConnectionAlive() throws Exception {
        for (int type : new int[] {PING, SETTINGS}) {
            byte[] payload = new byte[type == PING ? 8 : 6];
            if (type == SETTINGS) {
                payload[1] = 3;
                payload[5] = 100;
            }
            try (Frames client = new Frames()) {
                await().pollInterval(Duration.ofMillis(1)).until(() -> {
                    client.frame(type, 0, 0, payload);
                    return client.broken;
                });
            }
        }
        assertOthersAreServed();
    }

    @Test
    void headersOverTheLimitAreRefused() throws Exception {
        try (Frames client = new Frames()) {
            ByteArrayOutputStream many = new ByteArrayOutputStream();
            many.writeBytes(block(with()));
            for (int i = 0; i < 10; i++) {
                many.writeBytes(block("x-" + i, "a".repeat(10_000)));
            }
            client.headers(1, many.toByteArray(), true);
            assertThat(client.outcome(1)).isIn(0, 431);
        }
        assertThat(handled).isEmpty();
        assertOthersAreServed();
    }

    @Test
    void streamsOverTheLimitAreRefused() throws Exception {
        try (Frames client = new Frames()) {
            int most = ListenerFixture.DEFAULTS.limits().streamsPerConnection();
            for (int i = 0; i <= most; i++) {
                client.headers(
                        2 * i + 1,
                        block(":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", "/waits"),
                        true);
            }
            assertThat(client.outcome(2 * most + 1)).isZero();
            await().untilAsserted(() -> assertThat(handled).hasSize(most));
        }
        await().untilAsserted(() ->
                assertThat(told).hasSize(ListenerFixture.DEFAULTS.limits().streamsPerConnection()));
    }

    @Test
    void aClientThatGrantsNoWindowIsDropped() throws Exception {
        try (Frames client = new Frames()) {
            client.headers(
                    1, block(":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", "/big"), true);
            await().untilAsserted(() -> assertThat(told).containsExactly("gone"));
        }
        await().untilAsserted(() -> assertThat(fixture.events.rejections).containsExactly(Rejection.SLOW_READER));
        assertOthersAreServed();
    }

    private void assertOthersAreServed() throws Exception {
        handled.clear();
        try (Frames client = new Frames()) {
            client.headers(1, block(with()), true);
            assertThat(client.outcome(1)).isEqualTo(200);
        }
        await().untilAsserted(() -> assertThat(fixture.listener.exchanges()).isZero());
    }

    private static Case request(String name, int status, String... headers) {
        return new Case(name, status, List.of(headers));
    }

    private static String[] with(String... more) {
        String[] all = new String[8 + more.length];
        System.arraycopy(
                new String[] {":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", "/"},
                0,
                all,
                0,
                8);
        System.arraycopy(more, 0, all, 8, more.length);
        return all;
    }

    /** Literal fields, not indexed, not compressed (RFC 7541 §6.2.2). */
    private static byte[] block(String... namesAndValues) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.write(0);
            string(out, namesAndValues[i]);
            string(out, namesAndValues[i + 1]);
        }
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        int length = text.length();
        if (length < 127) {
            out.write(length);
        } else {
            out.write(127);
            for (length -= 127; length >= 128; length /= 128) {
                out.write(length % 128 + 128);
            }
            out.write(length);
        }
        out.writeBytes(text.getBytes(US_ASCII));
    }

    /** A client that writes frames as it is told to. */
    private final class Frames implements AutoCloseable {

        private final SSLSocket socket;
        private final OutputStream out;
        private final DataInputStream in;
        private boolean broken;

        Frames() throws Exception {
            socket = (SSLSocket) certificate.clientContext().getSocketFactory().createSocket();
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port()));
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(10_000);
            out = socket.getOutputStream();
            in = new DataInputStream(socket.getInputStream());
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
            frame(SETTINGS, 0, 0, new byte[0]);
        }

        void headers(int stream, byte[] block, boolean end) throws IOException {
            int from = 0;
            int type = HEADERS;
            while (block.length - from > 16_384) {
                frame(
                        type,
                        type == HEADERS && end ? END_STREAM : 0,
                        stream,
                        java.util.Arrays.copyOfRange(block, from, from + 16_384));
                from += 16_384;
                type = CONTINUATION;
            }
            frame(
                    type,
                    END_HEADERS | (type == HEADERS && end ? END_STREAM : 0),
                    stream,
                    java.util.Arrays.copyOfRange(block, from, block.length));
        }

        void frame(int type, int flags, int stream, byte[] payload) {
            byte[] frame = new byte[9 + payload.length];
            frame[0] = (byte) (payload.length >> 16);
            frame[1] = (byte) (payload.length >> 8);
            frame[2] = (byte) payload.length;
            frame[3] = (byte) type;
            frame[4] = (byte) flags;
            frame[7] = (byte) (stream >> 8);
            frame[8] = (byte) stream;
            System.arraycopy(payload, 0, frame, 9, payload.length);
            try {
                out.write(frame);
            } catch (IOException e) {
                broken = true;
            }
        }

        /** The status that {@code stream} got, or 0 when it was reset or the connection ended. */
        int outcome(int stream) throws IOException {
            try {
                while (true) {
                    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                    int type = in.readUnsignedByte();
                    in.readUnsignedByte();
                    int on = in.readInt();
                    byte[] payload = in.readNBytes(length);
                    if (type == GOAWAY || (type == RST_STREAM && on == stream)) {
                        return 0;
                    }
                    if (type == HEADERS && on == stream) {
                        return status(payload);
                    }
                }
            } catch (EOFException | SocketException | javax.net.ssl.SSLException e) {
                return 0;
            }
        }

        /** The first field of a response: an indexed status, or a literal one with the indexed name 8. */
        private int status(byte[] block) {
            int[] indexed = {200, 204, 206, 304, 400, 404, 500};
            int first = block[0] & 0xff;
            if ((first & 0x80) != 0) {
                return indexed[(first & 0x7f) - 8];
            }
            int length = block[1] & 0x7f;
            if ((block[1] & 0x80) == 0) {
                return Integer.parseInt(new String(block, 2, length, US_ASCII));
            }
            // Huffman codes of the digits (RFC 7541, Appendix B): 0 to 2 have five bits, 3 to 9 six.
            StringBuilder bits = new StringBuilder();
            for (int i = 2; i < 2 + length; i++) {
                bits.append(Integer.toBinaryString(0x100 | (block[i] & 0xff)).substring(1));
            }
            int value = 0;
            int at = 0;
            for (int digit = 0; digit < 3; digit++) {
                int five = Integer.parseInt(bits.substring(at, at + 5), 2);
                if (five <= 2) {
                    value = value * 10 + five;
                    at += 5;
                } else {
                    int six = Integer.parseInt(bits.substring(at, at + 6), 2);
                    value = value * 10 + (six - 0x19 + 3);
                    at += 6;
                }
            }
            return value;
        }

        void awaitGoAway() throws IOException {
            try {
                while (true) {
                    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                    int type = in.readUnsignedByte();
                    in.skipNBytes(5L + length);
                    if (type == GOAWAY) {
                        return;
                    }
                }
            } catch (EOFException | SocketException | javax.net.ssl.SSLException e) {
                // Closed under our hands: as good.
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
