package dev.ostiary.entra.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One request and its JSON answer, bounded in time and size; no redirects, which would take a token elsewhere. Thread-safe. */
public final class Exchange implements AutoCloseable {

    private static final int MAX_BODY = 4 * 1024 * 1024;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final Duration timeout;

    public Exchange() {
        this(TIMEOUT);
    }

    /** @param timeout from the request to the last byte of its answer */
    Exchange(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * An answer.
     *
     * @param status of HTTP
     * @param body an empty object where it is none
     * @param retryAfter what the server asks to wait, at most a day; null: it does not say
     * @param date the server's clock; null: it does not say
     */
    public record Answer(
            int status,
            ObjectNode body,
            @Nullable Duration retryAfter,
            @Nullable Instant date) {

        /** Whether it is one of 2xx. */
        public boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        /** The status alone: bodies of token endpoints are secret. */
        @Override
        public String toString() {
            return "Answer[" + status + "]";
        }
    }

    /** A form to a token endpoint. */
    public Answer form(URI uri, Map<String, String> form) throws IOException, InterruptedException {
        String body = new TreeMap<>(form)
                .entrySet().stream()
                        .map(one -> URLEncoder.encode(one.getKey(), StandardCharsets.UTF_8) + "="
                                + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    /** A document that anybody may read. */
    public Answer get(URI uri) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri));
    }

    /**
     * A request with a token.
     *
     * @param prefer a preference (RFC 7240); empty: none
     */
    Answer authorized(String method, URI uri, AccessToken token, String prefer, @Nullable JsonNode body)
            throws IOException, InterruptedException {
        BodyPublisher content = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString());
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + token.value())
                .header("Accept", "application/json")
                .method(method, content);
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (!prefer.isEmpty()) {
            request.header("Prefer", prefer);
        }
        return send(request);
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = whole(request.timeout(timeout).build());
        Instant date = date(response.headers().firstValue("Date").orElse(null));
        return new Answer(
                response.statusCode(),
                object(response.body()),
                retryAfter(response.headers().firstValue("Retry-After").orElse(null), date),
                date);
    }

    /** The time-out of a request ends with the head of its answer; this one holds for the body too. */
    private HttpResponse<byte[]> whole(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BODY));
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            throw new HttpTimeoutException("the answer was not complete within " + timeout.toSeconds() + " s");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IOException("the request failed", e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private static ObjectNode object(byte[] bytes) throws IOException {
        try {
            return bytes.length > 0 && JSON.readTree(bytes) instanceof ObjectNode object
                    ? object
                    : JsonNodeFactory.instance.objectNode();
        } catch (JsonProcessingException notJson) {
            // The exception would quote the answer, which may hold a token.
            return JsonNodeFactory.instance.objectNode();
        }
    }

    /** Seconds, or a date (RFC 9110, 10.2.3), which is taken by the server's own clock where it tells it. */
    private static @Nullable Duration retryAfter(@Nullable String value, @Nullable Instant date) {
        if (value == null) {
            return null;
        }
        try {
            return atMostADay(Long.parseLong(value.strip()));
        } catch (NumberFormatException noSeconds) {
            Instant until = date(value.strip());
            return until == null
                    ? null
                    : atMostADay(Duration.between(date == null ? Instant.now() : date, until)
                            .toSeconds());
        }
    }

    private static Duration atMostADay(long seconds) {
        return Duration.ofSeconds(Math.clamp(seconds, 0, Duration.ofDays(1).toSeconds()));
    }

    private static @Nullable Instant date(@Nullable String value) {
        try {
            return value == null
                    ? null
                    : ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
        } catch (DateTimeParseException wrong) {
            return null;
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
