package dev.ostiary.gateway.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes on a real socket, each with its stated outcome, alone and with a smuggled request behind them. */
class MalformedRequestsTest {

    /** Once for the whole table: each look for leaks collects garbage several times. */
    @RegisterExtension
    static final NettyLeakDetectorExtension LEAKS = new NettyLeakDetectorExtension(false, true, false, true);

    private static final int MOST_SENT_BYTE_BY_BYTE = 300;
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

    static final Queue<String> heads = new ConcurrentLinkedQueue<>();
    static final Queue<String> served = new ConcurrentLinkedQueue<>();
    static ListenerFixture fixture;

    /**
     * @param name what is wrong
     * @param bytes as ISO-8859-1
     * @param status the one answer, after which the connection closes
     * @param headSeen whether the handler may have seen the head, since the fault comes after it
     */
    record Case(String name, String bytes, int status, boolean headSeen) {
        Case with(String body) {
            return new Case(name, bytes + body, status, headSeen);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        fixture = ListenerFixture.plain(ListenerFixture.DEFAULTS, exchange -> {
            heads.add(exchange.path());
            exchange.readBody(1 << 20, body -> {
                served.add(exchange.path());
                exchange.respond(HttpResponseStatus.OK, new DefaultHttpHeaders(), body);
            });
        });
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @BeforeEach
    void reset() {
        forget();
    }

    private static void forget() {
        heads.clear();
        served.clear();
        fixture.events.rejections.clear();
    }

    /** Three ways to send it: alone, with a request smuggled behind it, and that byte by byte. */
    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedRequestIsAnsweredOnceAndNothingBehindItIsHandled(Case malformed) throws Exception {
        try (RawClient client = fixture.connect()) {
            assertRefused(malformed, client.send(malformed.bytes).readToEnd());
        }
        try (RawClient client = fixture.connect()) {
            assertRefused(malformed, client.send(malformed.bytes + SMUGGLED).readToEnd());
        }
        if (malformed.bytes.length() <= MOST_SENT_BYTE_BY_BYTE) {
            try (RawClient client = fixture.connect()) {
                for (char c : (malformed.bytes + SMUGGLED).toCharArray()) {
                    client.send(new byte[] {(byte) c});
                }
                assertRefused(malformed, client.readToEnd());
            }
        }
    }

    private static void assertRefused(Case malformed, String answer) {
        assertThat(answer).startsWith("HTTP/1.1 " + malformed.status + " ").contains("\r\nconnection: close\r\n");
        assertThat(answer.split("HTTP/1.1 [1-5][0-9][0-9] ", -1))
                .as("one answer")
                .hasSize(2);
        assertThat(served).isEmpty();
        assertThat(heads).doesNotContain("/smuggled");
        if (!malformed.headSeen) {
            assertThat(heads).isEmpty();
        }
        assertThat(fixture.events.rejections).hasSize(1);
        forget();
    }

    @ParameterizedTest
    @MethodSource("acceptable")
    void anUnusualButCleanRequestIsServedAndSoIsTheNext(Case unusual) throws Exception {
        try (RawClient client = fixture.connect()) {
            client.send(unusual.bytes + "GET /next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(client.readToEnd().split("HTTP/1.1 200 OK", -1)).hasSize(3);
            assertThat(served).hasSize(2).contains("/next");
        }
    }

    static Stream<Case> malformed() {
        return Stream.of(
                // RFC 9112 §6: framing
                head("TE and CL", 400, "POST / HTTP/1.1", "Transfer-Encoding: chunked", "Content-Length: 4")
                        .with("0\r\n\r\n"),
                head("CL and TE", 400, "POST / HTTP/1.1", "Content-Length: 4", "Transfer-Encoding: chunked")
                        .with("0\r\n\r\n"),
                head("two different lengths", 400, "POST / HTTP/1.1", "Content-Length: 0", "Content-Length: 44"),
                head("two equal lengths", 400, "POST / HTTP/1.1", "Content-Length: 3", "Content-Length: 3")
                        .with("abc"),
                head("a list of lengths", 400, "POST / HTTP/1.1", "Content-Length: 3, 3")
                        .with("abc"),
                head("signed length", 400, "POST / HTTP/1.1", "Content-Length: +3")
                        .with("abc"),
                head("negative length", 400, "POST / HTTP/1.1", "Content-Length: -1"),
                head("hexadecimal length", 400, "POST / HTTP/1.1", "Content-Length: 0x3")
                        .with("abc"),
                head("length with a decimal point", 400, "POST / HTTP/1.1", "Content-Length: 3.0")
                        .with("abc"),
                head("empty length", 400, "POST / HTTP/1.1", "Content-Length: "),
                head("length that overflows", 400, "POST / HTTP/1.1", "Content-Length: 18446744073709551620"),
                head("length with a space inside", 400, "POST / HTTP/1.1", "Content-Length: 1 0")
                        .with("abc"),
                head("chunked not last", 400, "POST / HTTP/1.1", "Transfer-Encoding: chunked, identity")
                        .with("0\r\n\r\n"),
                head("identity", 400, "POST / HTTP/1.1", "Transfer-Encoding: identity"),
                head("unknown coding", 400, "POST / HTTP/1.1", "Transfer-Encoding: xchunked"),
                head(
                        "unknown coding and length",
                        400,
                        "POST / HTTP/1.1",
                        "Transfer-Encoding: xchunked",
                        "Content-Length: 3"),
                head("gzip, chunked", 501, "POST / HTTP/1.1", "Transfer-Encoding: gzip, chunked")
                        .with("0\r\n\r\n"),
                head("chunked twice", 400, "POST / HTTP/1.1", "Transfer-Encoding: chunked, chunked")
                        .with("0\r\n\r\n"),
                head(
                                "two TE headers",
                                400,
                                "POST / HTTP/1.1",
                                "Transfer-Encoding: chunked",
                                "Transfer-Encoding: chunked")
                        .with("0\r\n\r\n"),
                head("empty TE", 400, "POST / HTTP/1.1", "Transfer-Encoding: "),
                head("TE with a vertical tab", 400, "POST / HTTP/1.1", "Transfer-Encoding: \u000bchunked"),
                head("TE on HTTP/1.0", 400, "POST / HTTP/1.0", "Transfer-Encoding: chunked")
                        .with("0\r\n\r\n"),
                head("TE with a space before the colon", 400, "POST / HTTP/1.1", "Transfer-Encoding : chunked")
                        .with("0\r\n\r\n"),
                head("length with a space before the colon", 400, "POST / HTTP/1.1", "Content-Length : 3")
                        .with("abc"),
                // RFC 9112 §7.1: chunks, noticed after the head
                chunked("chunk size is no number", "xyz\r\n"),
                chunked("empty chunk size", "\r\nabc\r\n"),
                chunked("chunk size with a sign", "+3\r\nabc\r\n0\r\n\r\n"),
                chunked("negative chunk size", "-1\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size with 0x", "0x3\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size that overflows", "fffffffff\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size with a leading space", " 3\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk size followed by a space and more", "3 4\r\nabc\r\n0\r\n\r\n"),
                chunked("bare LF after chunk size", "3\nabc\r\n0\r\n\r\n"),
                chunked("bare LF after last chunk", "3\r\nabc\r\n0\n\r\n"),
                chunked("bare CR after chunk size", "3\rabc\r\n0\r\n\r\n"),
                chunked("bare LF in a chunk extension", "3;a\nb\r\nabc\r\n0\r\n\r\n"),
                chunked("NUL in a chunk extension", "3;a\0b\r\nabc\r\n0\r\n\r\n"),
                chunked("chunk longer than stated", "3\r\nabcd\r\n0\r\n\r\n"),
                chunked("chunk data without CRLF", "3\r\nabc0\r\n\r\n"),
                chunked("bare LF after chunk data", "3\r\nabc\n0\r\n\r\n"),
                chunked("allowed trailer", "3\r\nabc\r\n0\r\nX-Checksum: 1\r\n\r\n"),
                chunked("forbidden trailer: length", "3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n"),
                chunked("forbidden trailer: coding", "3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"),
                chunked("forbidden trailer: authorization", "0\r\nAuthorization: Bearer x\r\n\r\n"),
                chunked("folded trailer", "0\r\nX-A: 1\r\n folded\r\n\r\n"),
                chunked("bare LF in a trailer", "0\r\nX-A: 1\n\r\n\r\n"),
                // RFC 9112 §2, §3: the request line
                raw("bare LF after request line", 400, "GET / HTTP/1.1\nHost: localhost\r\n\r\n"),
                raw("bare CR in request line", 400, "GET /\r HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("NUL in request line", 400, "GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("tab in request line", 400, "GET\t/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("two spaces in request line", 400, "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("space in the target", 400, "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("space after the version", 400, "GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n"),
                raw("space before the method", 400, " GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("two empty lines before the request", 400, "\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("HTTP/0.9", 400, "GET /\r\n"),
                raw("no version", 400, "GET / \r\nHost: localhost\r\n\r\n"),
                raw("illegal method byte", 400, "G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("HTTP/1.2", 505, "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n"),
                raw("HTTP/2.0", 505, "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n"),
                raw("HTTP/2 preface without TLS", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                raw("lower-case http", 400, "GET / http/1.1\r\nHost: localhost\r\n\r\n"),
                raw("HTTP/1.1 with more digits", 400, "GET / HTTP/1.1.1\r\nHost: localhost\r\n\r\n"),
                raw("HTTP/01.1", 400, "GET / HTTP/01.1\r\nHost: localhost\r\n\r\n"),
                raw("TLS on the plain port", 400, "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003"),
                raw("garbage", 400, "\u0001\u0002\u0003\u0004\r\n\r\n"),
                raw("CONNECT", 405, "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("TRACE", 405, "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                // RFC 9112 §5: header lines
                head("folded header", 400, "GET / HTTP/1.1", "X-A: b\r\n c"),
                head("folded with a tab", 400, "GET / HTTP/1.1", "X-A: b\r\n\tc"),
                raw("first header begins with a space", 400, "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n"),
                head("bare LF in a header", 400, "GET / HTTP/1.1", "X-A: b\nX-B: c"),
                head("bare CR in a header", 400, "GET / HTTP/1.1", "X-A: b\rX-B: c"),
                head("NUL in a value", 400, "GET / HTTP/1.1", "X-A: b\0c"),
                head("escape in a value", 400, "GET / HTTP/1.1", "X-A: b\u001b[31m"),
                head("DEL in a value", 400, "GET / HTTP/1.1", "X-A: b\u007f"),
                head("NUL in a name", 400, "GET / HTTP/1.1", "X-\0A: b"),
                head("no colon", 400, "GET / HTTP/1.1", "X-A b"),
                head("empty name", 400, "GET / HTTP/1.1", ": b"),
                head("space in a name", 400, "GET / HTTP/1.1", "X A: b"),
                head("bracket in a name", 400, "GET / HTTP/1.1", "X(A): b"),
                head("non-ASCII name", 400, "GET / HTTP/1.1", "X-\u00e4: b"),
                raw("bare LF ends the head", 400, "GET / HTTP/1.1\r\nHost: localhost\n\n"),
                raw("bare LF as empty line", 400, "GET / HTTP/1.1\r\nHost: localhost\r\n\n"),
                raw("request line as header", 400, "GET / HTTP/1.1\r\nGET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                // RFC 9112 §3.2: host and target
                raw("no host", 400, "GET / HTTP/1.1\r\n\r\n"),
                raw("no host, HTTP/1.0", 400, "GET / HTTP/1.0\r\n\r\n"),
                raw("two hosts", 400, "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"),
                raw("a list of hosts", 400, "GET / HTTP/1.1\r\nHost: localhost, evil.example\r\n\r\n"),
                raw("empty host", 400, "GET / HTTP/1.1\r\nHost: \r\n\r\n"),
                raw("host with a user", 400, "GET / HTTP/1.1\r\nHost: a@localhost\r\n\r\n"),
                raw("host with a path", 400, "GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n"),
                raw("foreign host", 421, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
                raw("rebound host", 421, "GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n"),
                raw("foreign port", 421, "GET / HTTP/1.1\r\nHost: localhost:81\r\n\r\n"),
                raw(
                        "absolute-form of another host",
                        400,
                        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("absolute-form with a user", 400, "GET http://a@localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw(
                        "absolute-form of a foreign host twice",
                        421,
                        "GET http://e.example/ HTTP/1.1\r\nHost: e.example\r\n\r\n"),
                raw("absolute-form of another scheme", 400, "GET ftp://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("asterisk-form", 400, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("authority-form", 400, "GET localhost HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                target("parent segment", "/a/../b"),
                target("parent segment at the end", "/a/.."),
                target("dot segment", "/a/./b"),
                target("parent segment with parameters", "/a/..;x/b"),
                target("encoded dot", "/a/%2e%2e/b"),
                target("encoded dot, upper case", "/a/%2E./b"),
                target("encoded slash", "/a%2fb"),
                target("encoded slash, upper case", "/a%2Fb"),
                target("encoded backslash", "/a%5cb"),
                target("backslash", "/a\\b"),
                target("double-encoded dot", "/a/%252e%252e/b"),
                target("encoded NUL", "/a%00"),
                target("encoded line break", "/a%0d%0ab"),
                target("incomplete escape", "/a%2"),
                target("escape that is none", "/a%zz"),
                target("empty segment", "/a//b"),
                target("empty first segment", "//localhost/a"),
                target("fragment", "/a#b"),
                target("fragment in the query", "/a?b#c"),
                target("non-ASCII path", "/\u00e4"),
                target("non-ASCII query", "/a?\u00e4"),
                target("DEL in the path", "/a\u007f"),
                target("quotation mark in the path", "/a\"b"),
                // limits and expectations
                raw("long request line", 414, "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("endless request line", 414, "GET /" + "a".repeat(90_000)),
                head("large header", 431, "GET / HTTP/1.1", "X-A: " + "a".repeat(70_000)),
                head("many headers", 431, "GET / HTTP/1.1", "X-A: b\r\n".repeat(300) + "X-B: c"),
                head("endless headers", 431, "GET / HTTP/1.1", "X-A: b\r\n".repeat(10_000) + "X-B: c"),
                head("body over the limit", 413, "POST / HTTP/1.1", "Content-Length: 99999999"),
                new Case("chunked body over the limit", CHUNKED + "200000\r\n" + "a".repeat(0x200000), 413, true),
                head("unknown expectation", 417, "POST / HTTP/1.1", "Expect: 200-ok", "Content-Length: 0"),
                head("two expectations", 417, "POST / HTTP/1.1", "Expect: 100-continue", "Expect: 100-continue"),
                head("foreign origin", 403, "POST / HTTP/1.1", "Origin: https://evil.example", "Content-Length: 0"),
                head("opaque origin", 403, "POST / HTTP/1.1", "Origin: null", "Content-Length: 0"),
                head("two origins", 403, "GET / HTTP/1.1", "Origin: http://localhost", "Origin: http://localhost"),
                head("origin with a path", 403, "GET / HTTP/1.1", "Origin: http://localhost/"),
                head(
                        "foreign preflight",
                        403,
                        "OPTIONS / HTTP/1.1",
                        "Origin: https://e.example",
                        "Access-Control-Request-Method: POST"));
    }

    static Stream<Case> acceptable() {
        return Stream.of(
                raw("one empty line before the request", 200, "\r\nGET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("absolute-form", 200, "GET http://localhost/a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("absolute-form without a path", 200, "GET http://LOCALHOST HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("loopback alias", 200, "GET /a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
                raw("loopback alias, IPv6 and port", 200, "GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
                raw("host in capitals", 200, "GET /a HTTP/1.1\r\nHost: LocalHost\r\n\r\n"),
                raw("well-known path", 200, "GET /.well-known/a...b/..c HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw("trailing slash and query", 200, "GET /a/?q=/../%2f HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                raw(
                        "h2c upgrade is ignored",
                        200,
                        "GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade,"
                                + " HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"),
                raw("chunk extension", 200, CHUNKED + "3;a=b\r\nabc\r\n0\r\n\r\n"),
                raw(
                        "capital CHUNKED",
                        200,
                        "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
                raw("obs-text and tab in a value", 200, "GET /a HTTP/1.1\r\nHost: localhost\r\nX-A: \u00e4\tb\r\n\r\n"),
                raw("empty value", 200, "GET /a HTTP/1.1\r\nHost: localhost\r\nX-A:\r\n\r\n"),
                raw("GET with a body", 200, "GET /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"),
                raw("own origin", 200, "GET /a HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n"),
                raw(
                        "allowed origin",
                        200,
                        "GET /a HTTP/1.1\r\nHost: localhost\r\nOrigin: https://inspector.example\r\n\r\n"));
    }

    private static Case raw(String name, int status, String bytes) {
        return new Case(name, bytes, status, false);
    }

    private static Case head(String name, int status, String requestLine, String... headers) {
        return raw(name, status, requestLine + "\r\nHost: localhost\r\n" + String.join("\r\n", headers) + "\r\n\r\n");
    }

    private static Case target(String name, String target) {
        return raw(name, 400, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private static Case chunked(String name, String body) {
        return new Case(name, CHUNKED + body, 400, true);
    }
}
