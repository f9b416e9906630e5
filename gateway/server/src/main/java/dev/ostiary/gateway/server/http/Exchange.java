package dev.ostiary.gateway.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.Consumer;

/**
 * One request and its response: a turn of an HTTP/1.1 connection or one HTTP/2 stream, after the guard. The headers have
 * been checked (framing, limits, host, origin); the body is not read until someone asks for it.
 *
 * <p>Confined to {@link #executor()}: every method is called there, and every callback comes there. Exactly one of
 * {@link #respond} and {@link #stream} is called, once; a second call is a programming error and throws
 * {@link IllegalStateException}. After the client is gone both are still allowed and do nothing but release.
 */
public interface Exchange {

    /** The event loop that owns this exchange; connections to workloads are made on it too. */
    EventLoop executor();

    HttpMethod method();

    /**
     * The path as sent, without the query: begins with a slash; no empty or dot segments, no backslash, no encoded slash,
     * backslash, dot or control character; never decoded.
     */
    String path();

    /** What follows the first question mark as sent, printable ASCII without {@code #}, never decoded; empty when there is none. */
    String query();

    /** The request's headers without anything hop-by-hop. Forwarding headers of untrusted peers are already gone. */
    HttpHeaders headers();

    /** The address of the client, from a trusted proxy's word if there is one; for logs, never for decisions. */
    String clientAddress();

    /**
     * Reads the whole body, then calls back once, possibly before this method returns. When it is longer than {@code
     * maxBytes} the exchange answers 413 itself, when it comes too slowly 408, when it is malformed or carries trailers 400;
     * then {@code whenComplete} is never called and {@link #onGone} callbacks are. A client that waits for {@code 100
     * Continue} is told to go on. Called at most once, and before the response.
     *
     * @param maxBytes most bytes to hold; the listener's own limit holds as well
     * @param whenComplete receives the body and owns it: must release it
     */
    void readBody(int maxBytes, Consumer<ByteBuf> whenComplete);

    /**
     * Sends a whole response. An unread rest of the request is discarded; where that would take too long the connection
     * closes after the response.
     *
     * @param status a final status, 200 to 599
     * @param headers end-to-end headers, only read here; framing, {@code Date} and the headers of {@link Cors} are set by the
     *     listener, and hop-by-hop names among them are dropped
     * @param body the body; ownership passes; not sent in answer to HEAD or with 204 and 304
     */
    void respond(HttpResponseStatus status, HttpHeaders headers, ByteBuf body);

    /** Sends the head of a response whose body comes in pieces. */
    ResponseStream stream(HttpResponseStatus status, HttpHeaders headers);

    /**
     * Calls back once when the exchange ends before its response is complete: the client closed or reset, a time-out or
     * shutdown ended it, or the listener had to answer itself (see {@link #readBody}). A client that closes only its sending
     * side counts as gone. Called at once when that has already happened. Several callbacks may be added; order of adding.
     */
    void onGone(Runnable callback);

    /**
     * Calls back once when the listener is about to go away, at once when it already is: a stream that would stay open should
     * end now, in a way that makes its client resume elsewhere. Streams in answer to GET that are still open right after the
     * callbacks are aborted; all others have until the deadline of the shutdown.
     */
    void onDraining(Runnable callback);
}
