package dev.ostiary.entra.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;
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

    /**
     * An answer.
     *
     * @param status of HTTP
     * @param body an empty object where it is none
     * @param retryAfter what the server asks to wait; null: it does not say
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

    /** A request with a token. */
    Answer authorized(String method, URI uri, AccessToken token, @Nullable JsonNode body)
            throws IOException, InterruptedException {
        BodyPublisher content = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString());
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + token.value())
                .header("Accept", "application/json")
                .method(method, content);
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return send(request);
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofInputStream());
        byte[] bytes;
        try (InputStream in = response.body()) {
            bytes = in.readNBytes(MAX_BODY + 1);
        }
        if (bytes.length > MAX_BODY) {
            throw new IOException("the answer is larger than " + MAX_BODY + " bytes");
        }
        return new Answer(
                response.statusCode(),
                object(bytes),
                retryAfter(response.headers().firstValue("Retry-After").orElse(null)),
                date(response.headers().firstValue("Date").orElse(null)));
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

    private static @Nullable Duration retryAfter(@Nullable String value) {
        try {
            return value == null ? null : Duration.ofSeconds(Math.clamp(Long.parseLong(value.strip()), 0, 300));
        } catch (NumberFormatException aDate) {
            return null;
        }
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
