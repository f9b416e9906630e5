package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.message.Message;
import dev.ostiary.connect.metadata.Unreachable;
import dev.ostiary.connect.token.AccessToken;
import dev.ostiary.connect.token.Challenge;
import dev.ostiary.connect.token.TokenSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * HTTP requests with the caller's token and headers. A refused token is renewed and the request sent once more; while a
 * server that was there restarts, requests wait for it. Redirects are not followed: the token is for this URL. Safe for any
 * thread.
 */
public final class McpHttp {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final HttpClient http;
    private final URI url;
    private final TokenSource tokens;
    private final Map<String, String> headers;
    private final Duration patience;
    private volatile boolean reached;

    /**
     * Talks to one server.
     *
     * @param url its MCP endpoint
     * @param headers sent with every request
     * @param patience how long a request waits for a server that has gone
     */
    public McpHttp(HttpClient http, URI url, TokenSource tokens, Map<String, String> headers, Duration patience) {
        this.http = http;
        this.url = url;
        this.tokens = tokens;
        this.headers = Map.copyOf(headers);
        this.patience = patience;
    }

    URI url() {
        return url;
    }

    /** A request to the endpoint, without what {@link #send} adds. */
    HttpRequest.Builder to(URI target) {
        return HttpRequest.newBuilder(target);
    }

    /** The same, with a message as its body. */
    HttpRequest.Builder post(URI target, Message message) {
        return to(target)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(message.bytes()));
    }

    /**
     * Sends it with a token. The body must be closed by the caller.
     *
     * @param call what it is for; its time-out stands still while a token is got, which may take a person
     * @throws ConnectFailure when no token can be had, or the server cannot be reached for a reason that stays
     */
    HttpResponse<InputStream> send(HttpRequest.Builder request, Call call)
            throws IOException, ConnectFailure, InterruptedException {
        headers.forEach(request::setHeader);
        AccessToken token = token(call, () -> tokens.current(call.wantedBy()));
        HttpResponse<InputStream> answer = patiently(request, token);
        if (!wantsAnotherToken(answer)) {
            return answer;
        }
        Challenge challenge = challenge(answer);
        answer.body().close();
        AccessToken other = token(call, () -> tokens.renewed(token, challenge, call.wantedBy()));
        answer = patiently(request, other);
        if (answer.statusCode() == 401) {
            String why = challenge(answer).errorDescription();
            answer.body().close();
            throw ConnectFailure.refused(
                    "the server at " + url + " refuses a token that was just renewed" + (why == null ? "" : ": " + why),
                    "run: ostiary connect --doctor " + url);
        }
        return answer;
    }

    @FunctionalInterface
    private interface Asking {
        @Nullable
        AccessToken ask() throws ConnectFailure, InterruptedException;
    }

    private static @Nullable AccessToken token(Call call, Asking asking) throws ConnectFailure, InterruptedException {
        call.hold();
        try {
            return asking.ask();
        } finally {
            call.heard();
        }
    }

    private static boolean wantsAnotherToken(HttpResponse<InputStream> answer) {
        return answer.statusCode() == 401
                || (answer.statusCode() == 403
                        && "insufficient_scope".equals(challenge(answer).error()));
    }

    static Challenge challenge(HttpResponse<?> answer) {
        return Challenge.of(answer.headers().allValues("WWW-Authenticate"));
    }

    private HttpResponse<InputStream> patiently(HttpRequest.Builder request, @Nullable AccessToken token)
            throws IOException, ConnectFailure, InterruptedException {
        if (token != null) {
            request.setHeader("Authorization", "Bearer " + token.value());
        }
        HttpRequest built = request.build();
        long began = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                HttpResponse<InputStream> answer = http.send(built, HttpResponse.BodyHandlers.ofInputStream());
                reached = true;
                return answer;
            } catch (IOException e) {
                boolean gone = System.nanoTime() - began > patience.toNanos();
                if (!Unreachable.isUnconnected(e) || Unreachable.hasNoAddress(e) || !reached || gone) {
                    throw broken(e);
                }
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        }
    }

    private IOException broken(IOException e) throws ConnectFailure {
        ConnectFailure unreachable = Unreachable.of(url, e);
        if (unreachable != null) {
            throw unreachable;
        }
        // What was sent is not sent again: the server may have done what it asks.
        return e instanceof HttpTimeoutException
                ? e
                : new IOException(
                        "the connection broke before the answer ("
                                + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
                                + "); whether the server did what was asked is not known",
                        e);
    }

    static boolean isEventStream(HttpResponse<?> answer) {
        return contentType(answer).startsWith("text/event-stream");
    }

    static boolean isJson(HttpResponse<?> answer) {
        return contentType(answer).startsWith("application/json");
    }

    private static String contentType(HttpResponse<?> answer) {
        Optional<String> type = answer.headers().firstValue("Content-Type");
        return type.orElse("").toLowerCase(Locale.ROOT);
    }

    /** A whole body; an {@link IOException} when it is longer than a message may be. */
    static byte[] whole(InputStream body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = body.read(buffer)) >= 0) {
            bytes.write(buffer, 0, read);
            if (bytes.size() > Message.MAX_BYTES) {
                throw new IOException("the server's answer is longer than a message may be");
            }
        }
        return bytes.toByteArray();
    }
}
