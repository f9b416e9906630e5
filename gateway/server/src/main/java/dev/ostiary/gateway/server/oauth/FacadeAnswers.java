package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.pages.Language;
import dev.ostiary.gateway.server.pages.Pages;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes the facade's answers. Nothing but metadata and keys is ever kept by a cache, and every error names the request, in a
 * header and where people and machines read. Called on the exchange's executor.
 */
final class FacadeAnswers {

    /** On every error; the same value as in the audit line. */
    static final String CORRELATION_HEADER = "ostiary-correlation-id";

    void metadata(Exchange exchange, ServerMetadata metadata) {
        document(exchange, metadata.json(), metadata.etag());
    }

    void jwks(Exchange exchange, String jwks) {
        document(exchange, jwks.getBytes(StandardCharsets.UTF_8), "\"" + Secrets.digest(jwks) + "\"");
    }

    private static void document(Exchange exchange, byte[] json, String etag) {
        HttpHeaders headers = Responses.headers();
        headers.set(HttpHeaderNames.ETAG, etag);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "max-age=" + ServerMetadata.MAX_AGE_SECONDS);
        if (isKnown(exchange.headers().getAll(HttpHeaderNames.IF_NONE_MATCH), etag)) {
            Responses.empty(exchange, HttpResponseStatus.NOT_MODIFIED, headers);
            return;
        }
        headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        exchange.respond(HttpResponseStatus.OK, headers, Unpooled.wrappedBuffer(json));
    }

    /** RFC 9110 §13.1.2, weak comparison. */
    private static boolean isKnown(List<String> values, String etag) {
        for (String value : values) {
            for (String known : value.split(",")) {
                String tag = known.strip();
                if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
                    return true;
                }
            }
        }
        return false;
    }

    void machine(Exchange exchange, FacadeEvent.Source source, OAuthAnswer answer) {
        HttpHeaders headers = Responses.headers();
        answer.headers().forEach(headers::set);
        headers.set(HttpHeaderNames.PRAGMA, HttpHeaderValues.NO_CACHE);
        HttpResponseStatus status = HttpResponseStatus.valueOf(answer.status());
        if (answer.status() >= 400) {
            headers.set(CORRELATION_HEADER, source.correlationId());
        }
        if (answer.json().isEmpty()) {
            headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
            Responses.empty(exchange, status, headers);
        } else {
            Responses.json(exchange, status, headers, answer.json().getBytes(StandardCharsets.UTF_8));
        }
    }

    void error(Exchange exchange, FacadeEvent.Source source, OAuthException error) {
        HttpHeaders headers = Responses.headers();
        // RFC 6749 §5.2: in the scheme that the client has used.
        if (error.status() == 401 && exchange.headers().contains(HttpHeaderNames.AUTHORIZATION)) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Basic realm=\"token\", charset=\"UTF-8\"");
        }
        error(exchange, source, headers, error.status(), error.error(), error.description());
    }

    void tooMany(Exchange exchange, FacadeEvent.Source source, long retryAfterSeconds) {
        HttpHeaders headers = Responses.headers().set(HttpHeaderNames.RETRY_AFTER, Long.toString(retryAfterSeconds));
        error(exchange, source, headers, 429, "temporarily_unavailable", "too many requests, come back later");
    }

    void busy(Exchange exchange, FacadeEvent.Source source) {
        HttpHeaders headers = Responses.headers().set(HttpHeaderNames.RETRY_AFTER, "2");
        error(exchange, source, headers, 503, "temporarily_unavailable", "the gateway is busy, come back later");
    }

    void failed(Exchange exchange, FacadeEvent.Source source) {
        error(exchange, source, Responses.headers(), 500, "server_error", "the gateway has failed, see its log");
    }

    void methodNotAllowed(Exchange exchange, FacadeEvent.Source source, List<HttpMethod> allowed) {
        String names = allowed.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        HttpHeaders headers = Responses.headers().set(HttpHeaderNames.ALLOW, names);
        error(exchange, source, headers, 405, "invalid_request", "the method must be one of " + names);
    }

    private static void error(
            Exchange exchange,
            FacadeEvent.Source source,
            HttpHeaders headers,
            int status,
            String error,
            String description) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("error", error);
        json.put("error_description", description);
        json.put("correlation_id", source.correlationId());
        headers.set(CORRELATION_HEADER, source.correlationId());
        Responses.json(
                exchange,
                HttpResponseStatus.valueOf(status),
                headers,
                json.toString().getBytes(StandardCharsets.UTF_8));
    }

    void browser(Exchange exchange, FacadeEvent.Source source, BrowserAnswer answer) {
        HttpHeaders headers = Responses.headers();
        for (Map.Entry<String, String> header : Pages.headers().entrySet()) {
            headers.set(header.getKey(), header.getValue());
        }
        for (String cookie : answer.setCookies()) {
            headers.add(HttpHeaderNames.SET_COOKIE, cookie);
        }
        if (answer.retryAfterSeconds() > 0) {
            headers.set(HttpHeaderNames.RETRY_AFTER, Long.toString(answer.retryAfterSeconds()));
        }
        if (answer.status() >= 400) {
            headers.set(CORRELATION_HEADER, source.correlationId());
        }
        String location = answer.location();
        if (location != null) {
            headers.set(HttpHeaderNames.LOCATION, location);
            headers.remove(HttpHeaderNames.CONTENT_TYPE);
        }
        exchange.respond(HttpResponseStatus.valueOf(answer.status()), headers, Unpooled.wrappedBuffer(answer.page()));
    }

    void page(Exchange exchange, FacadeEvent.Source source, PageException problem, @Nullable String language) {
        byte[] page = Pages.error(problem.view(source.correlationId()), Language.of(language));
        browser(
                exchange,
                source,
                BrowserAnswer.page(problem.status(), page).withRetryAfter(problem.retryAfterSeconds()));
    }
}
