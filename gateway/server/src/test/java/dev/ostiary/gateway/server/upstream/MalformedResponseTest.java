package dev.ostiary.gateway.server.upstream;

import static dev.ostiary.gateway.server.upstream.ScriptedWorkload.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that a workload should not send, through the real codec: each ends its own call with the stated failure. */
@ExtendWith(NettyLeakDetectorExtension.class)
class MalformedResponseTest {

    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    static Stream<Arguments> responses() {
        return Stream.of(
                protocol("not HTTP at all", "SSH-2.0-OpenSSH_9.2\r\n\r\n"),
                protocol("no status", "HTTP/1.1\r\n\r\n"),
                protocol("status is a word", "HTTP/1.1 abc OK\r\n\r\n"),
                protocol("status below 100", "HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n"),
                protocol("status above 599", "HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n"),
                protocol("HTTP/2 in words", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
                protocol("HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n"),
                protocol(
                        "length beside a coding",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"),
                protocol(
                        "coding beside a length",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"),
                protocol("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"),
                protocol("one length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"),
                protocol("a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok"),
                protocol("negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
                protocol("length with a sign", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok"),
                protocol("length in hexadecimal", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok"),
                protocol("length beyond 63 bits", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
                protocol("coding identity", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nok"),
                protocol("coding gzip", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok"),
                protocol("gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                protocol("chunked twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
                protocol(
                        "two codings",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
                protocol("xchunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                protocol("chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                protocol("header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nok"),
                protocol("NUL in a header", "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok"),
                protocol("bare LF ends the status line", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
                protocol("chunk size is a word", CHUNKED + "zz\r\n"),
                protocol("negative chunk size", CHUNKED + "-2\r\nok\r\n"),
                protocol("chunk size beyond 31 bits", CHUNKED + "fffffffff\r\n"),
                protocol("bare LF after a chunk size", CHUNKED + "2\nok\r\n0\r\n\r\n"),
                protocol("no line break after a chunk", CHUNKED + "2\r\nokX\r\n0\r\n\r\n"),
                protocol("endless chunk extension", CHUNKED + "2;" + "e".repeat(16 * 1024)),
                protocol("endless status line", "HTTP/1.1 200 " + "o".repeat(16 * 1024)),
                protocol("endless header", "HTTP/1.1 200 OK\r\nX: " + "x".repeat(80 * 1024)),
                protocol("too many headers", "HTTP/1.1 200 OK\r\n" + "X-Y: 0123456789\r\n".repeat(5_000)),
                protocol("too many trailers", CHUNKED + "0\r\n" + "X-Y: 0123456789\r\n".repeat(5_000)),
                protocol(
                        "unasked upgrade",
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"),
                protocol("informational with a length", "HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\nok" + OK),
                protocol(
                        "informational chunked",
                        "HTTP/1.1 103 Hints\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + OK),
                protocol("endless informational", "HTTP/1.1 102 Processing\r\n\r\n".repeat(100)),
                broken("nothing", ""),
                broken("half a status line", "HTTP/1.1 20"),
                broken("half a header block", "HTTP/1.1 200 OK\r\nContent-Le"),
                broken("informational only", "HTTP/1.1 100 Continue\r\n\r\n"),
                broken("no body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
                broken("half a body", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok"),
                broken("half a chunk", CHUNKED + "20\r\nok"),
                broken("no last chunk", CHUNKED + "2\r\nok\r\n"),
                broken("no end of trailers", CHUNKED + "2\r\nok\r\n0\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("responses")
    void failsAsStatedAndTheNextCallSucceeds(String name, String bytes, Kind kind) throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    if (peer.number() > 1) {
                        peer.send(OK);
                        return;
                    }
                    peer.send(bytes);
                    if (kind == Kind.PROTOCOL) {
                        // Refused for what it is, not because it ends.
                        peer.awaitClose();
                    }
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(workload.url(), "{}").failed(kind);
            assertThat(told.failure.detail())
                    .startsWith(workload.url().resolve("/").toString().replaceAll("/$", ""));
            caller.post(workload.url(), "{}").ok();
            assertThat(caller.counts.failed).containsExactly(kind);
        }
    }

    static Stream<Arguments> unusualButRight() {
        return Stream.of(
                Arguments.of("chunk extension", CHUNKED + "2;a=b;c=\"d\"\r\nok\r\n0;e\r\n\r\n"),
                Arguments.of("chunk size in capitals with zeros", CHUNKED + "00A\r\nok        \r\n000\r\n\r\n"),
                Arguments.of("one byte at a time would look like this", CHUNKED + "1\r\no\r\n1\r\nk\r\n0\r\n\r\n"),
                Arguments.of(
                        "coding in capitals",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
                Arguments.of("trailers", CHUNKED + "2\r\nok\r\n0\r\nX-Sum: 1\r\nContent-Length: 7\r\n\r\n"),
                Arguments.of("no reason", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"),
                Arguments.of(
                        "60 kB of headers",
                        "HTTP/1.1 200 OK\r\nX: " + "x".repeat(60 * 1024) + "\r\nContent-Length: 2\r\n\r\nok"),
                // RFC 9112 §5.1: whoever forwards a response takes that space away.
                Arguments.of("space before a colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok"),
                Arguments.of("zeros before the length", "HTTP/1.1 200 OK\r\nContent-Length: 0002\r\n\r\nok"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusualButRight")
    void isAccepted(String name, String bytes) throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    while (true) {
                        peer.readRequest();
                        peer.send(bytes);
                    }
                });
                Caller caller = Caller.settings().caller()) {
            for (int i = 0; i < 2; i++) {
                assertThat(caller.post(workload.url(), "{}").ok().body().strip())
                        .isEqualTo("ok");
            }
            assertThat(workload.connections()).isEqualTo(1);
        }
    }

    @Test
    void aResponseInSingleBytesIsTheSameResponse() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    for (char c : ("HTTP/1.1 100 Continue\r\n\r\n" + CHUNKED + "2\r\nok\r\n0\r\nX: y\r\n\r\n")
                            .toCharArray()) {
                        peer.send(String.valueOf(c));
                    }
                });
                Caller caller = Caller.settings().caller()) {
            assertThat(caller.post(workload.url(), "{}").ok().body()).isEqualTo("ok");
        }
    }

    @Test
    void theHeaderLimitIsASetting() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nX: " + "x".repeat(2_000) + "\r\nContent-Length: 2\r\n\r\nok");
                });
                Caller caller = Caller.settings().headerBytes(1_000).caller()) {
            caller.post(workload.url(), "{}").failed(Kind.PROTOCOL);
        }
    }

    private static Arguments protocol(String name, String bytes) {
        return Arguments.of(name, bytes, Kind.PROTOCOL);
    }

    private static Arguments broken(String name, String bytes) {
        return Arguments.of(name, bytes, Kind.BROKEN);
    }
}
