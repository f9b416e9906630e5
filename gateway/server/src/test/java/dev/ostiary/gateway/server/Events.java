package dev.ostiary.gateway.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The answer to one request, read event by event as it comes. Every wait is ten seconds at most. */
final class Events implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The regular end of a stream. */
    static final String END = "<end>";

    /** The end of a stream that was broken off. */
    static final String BROKEN = "<broken>";

    private final CompletableFuture<HttpResponse<InputStream>> response;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    Events(HttpClient http, HttpRequest request) {
        response = http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
        Thread.ofVirtual().name("events").start(this::read);
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.join().body(), StandardCharsets.UTF_8))) {
            StringBuilder event = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty()) {
                    event.append(line).append('\n');
                } else if (!event.isEmpty()) {
                    events.add(event.toString());
                    event.setLength(0);
                }
            }
            if (!event.isEmpty()) {
                events.add(event.toString());
            }
            events.add(END);
        } catch (IOException | RuntimeException e) {
            events.add(BROKEN);
        }
    }

    HttpResponse<InputStream> head() throws Exception {
        return response.get(10, TimeUnit.SECONDS);
    }

    /** The next event without its empty line, or how the stream ended. */
    String next() throws InterruptedException {
        String event = events.poll(10, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no event came");
        }
        return event;
    }

    /** The id of the message in an event, as JSON. */
    static String id(String event) throws IOException {
        return JSON.readTree(event.substring(event.indexOf("data: ") + 6))
                .path("id")
                .toString();
    }

    /** Whether nothing has come that was not taken. */
    boolean isEmpty() {
        return events.isEmpty();
    }

    /** Goes away in the middle of the stream. */
    @Override
    public void close() {
        if (!response.isDone()) {
            response.cancel(true);
            return;
        }
        try {
            response.join().body().close();
        } catch (IOException | RuntimeException e) {
            // Going away is what was asked for.
        }
    }
}
