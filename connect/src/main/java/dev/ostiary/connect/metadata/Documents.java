package dev.ostiary.connect.metadata;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Small JSON documents and answers of others: bounded in size and time, redirects not followed. Safe for any thread. */
public final class Documents {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int MAX_BYTES = 256 * 1024;

    private final HttpClient http;

    public Documents(HttpClient http) {
        this.http = http;
    }

    /**
     * An answer.
     *
     * @param body an empty object when it was no JSON object
     */
    public record Answer(int status, JsonNode body) {

        public boolean isOk() {
            return status / 100 == 2;
        }
    }

    /** The document at this URL; null when there is none. */
    public @Nullable JsonNode get(URI url) throws IOException, InterruptedException {
        Answer answer = send(
                HttpRequest.newBuilder(url).header("Accept", "application/json").GET());
        return answer.isOk() && !answer.body().isEmpty() ? answer.body() : null;
    }

    /** Any request. */
    public Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = answer(request.timeout(TIMEOUT).build());
        try (InputStream body = answer.body()) {
            byte[] bytes = within(TIMEOUT, body);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("the answer of " + request.build().uri().getHost() + " is too long");
            }
            return new Answer(answer.statusCode(), object(bytes));
        }
    }

    private HttpResponse<InputStream> answer(HttpRequest request) throws IOException, InterruptedException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            ConnectFailure unreachable = Unreachable.of(request.uri(), e);
            throw unreachable == null ? e : new IOException(unreachable.what(), e);
        }
    }

    /** The request's own time-out ends with the headers; a body may come a byte a minute. */
    private static byte[] within(Duration limit, InputStream body) throws IOException {
        AtomicBoolean late = new AtomicBoolean();
        Thread end = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(limit);
                late.set(true);
                body.close();
            } catch (IOException | InterruptedException e) {
                // It was read in time, or is closed.
            }
        });
        try {
            byte[] bytes = body.readNBytes(MAX_BYTES + 1);
            if (late.get()) {
                throw new IOException("an answer did not come within " + limit.toSeconds() + " s");
            }
            return bytes;
        } finally {
            end.interrupt();
        }
    }

    private static JsonNode object(byte[] bytes) throws IOException {
        try {
            JsonNode json = JSON.readTree(bytes);
            return json.isObject() ? json : JSON.createObjectNode();
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }
}
