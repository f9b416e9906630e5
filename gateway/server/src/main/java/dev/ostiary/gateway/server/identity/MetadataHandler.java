package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.ExchangeHandler;
import dev.ostiary.gateway.server.http.Responses;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * Answers below {@code /.well-known/}: protected-resource metadata to GET and HEAD, without authentication, whatever
 * protocol version the request names, and 404 for all else, authorization-server metadata included, so that clients do not
 * take the gateway for one. CORS is the listener's; so is leaving out the body for HEAD.
 */
public final class MetadataHandler implements ExchangeHandler {

    private final ProtectedResourceMetadata metadata;
    private final @Nullable Closure closure;

    public MetadataHandler(Snapshot snapshot) {
        this.metadata = ProtectedResourceMetadata.of(snapshot);
        this.closure = snapshot.entra() == null ? snapshot.closure() : null;
    }

    @Override
    public void handle(Exchange exchange) {
        byte[] document = metadata.document(exchange.path());
        if (document == null) {
            notHere(exchange);
            return;
        }
        HttpHeaders headers = Responses.headers();
        if (!exchange.method().equals(HttpMethod.GET) && !exchange.method().equals(HttpMethod.HEAD)) {
            headers.set(HttpHeaderNames.ALLOW, "GET, HEAD");
            Responses.error(
                    exchange,
                    HttpResponseStatus.METHOD_NOT_ALLOWED,
                    headers,
                    "MethodNotAllowed",
                    "Read this with GET.");
            return;
        }
        headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "max-age=" + ProtectedResourceMetadata.MAX_AGE_SECONDS);
        exchange.respond(HttpResponseStatus.OK, headers, Unpooled.wrappedBuffer(document));
    }

    private void notHere(Exchange exchange) {
        if (closure != null && ProtectedResourceMetadata.owns(exchange.path())) {
            Responses.error(exchange, HttpResponseStatus.SERVICE_UNAVAILABLE, closure.reason(), closure.message());
        } else {
            Responses.error(
                    exchange,
                    HttpResponseStatus.NOT_FOUND,
                    "NotFound",
                    "There is no such document. The metadata of a route is at " + ProtectedResource.WELL_KNOWN
                            + "/ followed by the route's name.");
        }
    }
}
