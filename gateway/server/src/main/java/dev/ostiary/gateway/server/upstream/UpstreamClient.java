package dev.ostiary.gateway.server.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;

/**
 * HTTP requests to workloads over pooled connections. One pool per origin and event loop; a call never leaves the loop it
 * was made on, so nothing here is shared between threads.
 */
public interface UpstreamClient extends AutoCloseable {

    /**
     * Sends a request.
     *
     * @param loop the caller's event loop, on which this is called: connects there and calls the listener there
     * @param request what to send; its body is released whatever happens
     * @param listener told what happens, never before this method has returned; exactly one of {@link Listener#onEnd} and
     *     {@link Listener#onFailure} is the last call, and nothing follows a {@link Call#cancel}
     * @throws IllegalStateException when called on another thread
     */
    Call send(EventLoop loop, Request request, Listener listener);

    /** Closes idle connections at once and the others when their call ends. */
    @Override
    void close();

    /**
     * A request.
     *
     * @param url absolute http or https URL; the same object for the same endpoint where possible, which spares parsing it
     * @param method the method
     * @param headers end-to-end headers, already clean and of a validating kind; ownership passes: {@code Host} and
     *     {@code Content-Length} are set by the client
     * @param body the whole body, empty when there is none; ownership passes
     * @param unhurried whether the response may be silent for as long as it is open, as a stream of notifications is: the
     *     idle time-out between two reads does not apply; all others do
     */
    record Request(URI url, HttpMethod method, HttpHeaders headers, ByteBuf body, boolean unhurried) {

        /** A request whose response must keep coming. */
        public Request(URI url, HttpMethod method, HttpHeaders headers, ByteBuf body) {
            this(url, method, headers, body, false);
        }

        /** The same, for a response that may be silent. */
        public Request withoutHurry() {
            return new Request(url, method, headers, body, true);
        }
    }

    /** A call in progress; confined to its event loop. */
    interface Call {

        /** Ends the call without a further callback; the connection is not used again. Idempotent. */
        void cancel();

        /**
         * Stops reading from the workload: what follows the read under way (at most 64 KiB) waits in the kernel. No
         * time-out runs meanwhile. May be called at any time, also from a callback; idempotent.
         */
        void pause();

        /** Reads again, and lets the time-outs begin anew. Idempotent. */
        void resume();
    }

    /**
     * What happens to a call. All calls come on its event loop. A listener that throws ends its call with
     * {@link UpstreamFailure.Kind#BROKEN}.
     */
    interface Listener {

        /**
         * The head of the final response; informational responses are swallowed. The headers are the workload's,
         * hop-by-hop ones included.
         */
        void onHead(int status, HttpHeaders headers);

        /** A piece of the body; ownership passes. */
        void onData(ByteBuf piece);

        /** The response is complete. Trailers are not passed on. */
        void onEnd();

        /** The call failed; whether a head or data came before does not matter. */
        void onFailure(UpstreamFailure failure);
    }
}
