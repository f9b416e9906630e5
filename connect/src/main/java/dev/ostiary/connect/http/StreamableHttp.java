package dev.ostiary.connect.http;

import dev.ostiary.connect.ConnectFailure;
import dev.ostiary.connect.Diagnostics;
import dev.ostiary.connect.message.MalformedMessage;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Streamable HTTP (MCP 2025-03-26 and later) as a client. Keeps the session: a server that has forgotten it is told the client's
 * own {@code initialize} again, and the request that found out is sent once more, since a server that answers 404 has not begun it.
 */
public final class StreamableHttp implements Upstream {

    private static final int MOST_RESUMPTIONS = 5;
    private static final Duration RESUME_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration GOODBYE = Duration.ofSeconds(1);
    private static final String FALLBACK_VERSION = "2025-03-26";

    private final McpHttp http;
    private final Downstream downstream;
    private final Diagnostics diagnostics;
    private final MirroredHeaders mirrored = new MirroredHeaders();
    private final SessionMemory memory = new SessionMemory();
    private final Object renewing = new Object();
    private volatile @Nullable Session session;
    private volatile @Nullable Thread listener;
    private volatile boolean closed;
    private long renewals;

    public StreamableHttp(McpHttp http, Downstream downstream, Diagnostics diagnostics) {
        this.http = http;
        this.downstream = downstream;
        this.diagnostics = diagnostics;
    }

    /**
     * The request that decides whether the server has this transport.
     *
     * @throws NotStreamable when it answers as one that has not; nothing was passed on then
     */
    public void initialize(Call call) throws IOException, ConnectFailure, InterruptedException, NotStreamable {
        HttpResponse<InputStream> answer = http.send(http.post(http.url(), call.request()));
        int status = answer.statusCode();
        if (status == 400 || status == 404 || status == 405) {
            try (InputStream body = answer.body()) {
                Message error = isJsonError(answer, body);
                if (error == null) {
                    throw new NotStreamable(status);
                }
                deliver(call, null, error);
                return;
            }
        }
        receive(call, null, answer);
    }

    @Override
    public void request(Call call) throws IOException, ConnectFailure, InterruptedException {
        Session used = session;
        HttpResponse<InputStream> answer = post(call.request(), used);
        if (isForgotten(answer, used, call.request())) {
            answer.body().close();
            used = renewed(Objects.requireNonNull(used));
            call.heard();
            answer = post(call.request(), used);
        }
        receive(call, used, answer);
    }

    @Override
    public void tell(Message message) throws IOException, ConnectFailure, InterruptedException {
        Session used = session;
        HttpResponse<InputStream> answer = post(message, used);
        if (isForgotten(answer, used, message)) {
            answer.body().close();
            renewed(Objects.requireNonNull(used));
            // An answer or a notice about a session that is gone means nothing to the new one.
            return;
        }
        try (InputStream body = answer.body()) {
            if (answer.statusCode() >= 300) {
                throw new IOException("the server answered " + answer.statusCode());
            }
            McpHttp.whole(body);
        }
        if (message.is("notifications/initialized") && used != null) {
            listen();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Thread listening = listener;
        if (listening != null) {
            listening.interrupt();
        }
        Session last = session;
        if (last == null || last.id() == null) {
            return;
        }
        Thread goodbye = Thread.ofVirtual().start(() -> {
            try {
                http.send(withSession(http.to(http.url()).DELETE().timeout(GOODBYE), last))
                        .body()
                        .close();
            } catch (IOException | ConnectFailure e) {
                // The server ends sessions that nobody uses.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            goodbye.join(GOODBYE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What {@link #initialize} has begun; null before. */
    @Nullable
    Session begun() {
        return session;
    }

    private HttpResponse<InputStream> post(Message message, @Nullable Session used)
            throws IOException, ConnectFailure, InterruptedException {
        HttpRequest.Builder request = http.post(http.url(), message);
        String modern = message.modernVersion();
        if (modern != null) {
            mirrored.add(request, message, modern);
        } else if (used != null) {
            withSession(request, used);
        }
        return http.send(request);
    }

    private static HttpRequest.Builder withSession(HttpRequest.Builder request, Session used) {
        request.setHeader("MCP-Protocol-Version", used.protocolVersion());
        String id = used.id();
        if (id != null) {
            request.setHeader("Mcp-Session-Id", id);
        }
        return request;
    }

    private static boolean isForgotten(HttpResponse<?> answer, @Nullable Session used, Message message) {
        return answer.statusCode() == 404 && used != null && used.id() != null && message.modernVersion() == null;
    }

    private void receive(Call call, @Nullable Session used, HttpResponse<InputStream> answer)
            throws IOException, ConnectFailure, InterruptedException {
        try (InputStream body = answer.body()) {
            call.readsFrom(body);
            String sessionId = answer.headers().firstValue("Mcp-Session-Id").orElse(null);
            if (answer.statusCode() / 100 == 2 && McpHttp.isEventStream(answer)) {
                follow(call, used, sessionId, new EventStream(body));
            } else if (answer.statusCode() / 100 == 2 && McpHttp.isJson(answer)) {
                deliver(call, sessionId, message(McpHttp.whole(body)));
            } else {
                refused(call, sessionId, answer, body);
            }
        }
    }

    private void refused(Call call, @Nullable String sessionId, HttpResponse<?> answer, InputStream body)
            throws IOException, ConnectFailure {
        int status = answer.statusCode();
        Message error = isJsonError(answer, body);
        if (error != null) {
            deliver(call, sessionId, error.id() == null ? withIdOf(call, error) : error);
            return;
        }
        if (status / 100 == 3) {
            throw ConnectFailure.refused(
                    "the server redirects to "
                            + answer.headers().firstValue("Location").orElse("another place"),
                    "use the URL that it names, if you trust it");
        }
        if (status == 403) {
            String why = McpHttp.challenge(answer).errorDescription();
            throw ConnectFailure.refused(
                    "the server at " + http.url() + " refuses this user" + (why == null ? "" : ": " + why),
                    "ask whoever runs it for access");
        }
        if (status / 100 == 2) {
            throw new IOException("the server answered " + status + " without a message");
        }
        String wait = answer.headers()
                .firstValue("Retry-After")
                .filter(after -> after.matches("[0-9]{1,6}"))
                .map(after -> "; it asks to wait " + after + " s")
                .orElse("");
        throw new IOException("the server answered " + status + wait);
    }

    private static Message withIdOf(Call call, Message error) {
        return Message.error(
                call.request().id(),
                error.error().path("code").asInt(-32000),
                error.error().path("message").asText("refused"));
    }

    private static @Nullable Message isJsonError(HttpResponse<?> answer, InputStream body) throws IOException {
        if (!McpHttp.isJson(answer)) {
            return null;
        }
        try {
            Message message = Message.parse(McpHttp.whole(body));
            return message.isResponse() && message.error().isObject() ? message : null;
        } catch (MalformedMessage e) {
            return null;
        }
    }

    /** The events of a call, over several connections where the server can take them up again. */
    private void follow(Call call, @Nullable Session used, @Nullable String sessionId, EventStream first)
            throws IOException, ConnectFailure, InterruptedException {
        EventStream events = first;
        String lastId = null;
        long pause = RESUME_PAUSE.toMillis();
        for (int attempt = 0; ; ) {
            try (EventStream open = events) {
                EventStream.Event event;
                while (!call.isOver() && (event = open.next()) != null) {
                    attempt = 0;
                    lastId = event.id() == null ? lastId : event.id();
                    pause = event.retryMillis() == null ? pause : event.retryMillis();
                    call.heard();
                    if (event.data().length > 0) {
                        deliver(call, sessionId, message(event.data()));
                    }
                }
            } catch (IOException e) {
                if (lastId == null || used == null) {
                    throw e;
                }
            }
            if (call.isOver()) {
                return;
            }
            if (lastId == null || used == null || ++attempt > MOST_RESUMPTIONS) {
                throw new IOException("the server ended the stream before its answer");
            }
            Thread.sleep(Math.min(pause, LONGEST_PAUSE.toMillis()));
            HttpResponse<InputStream> again = get(used, lastId);
            if (again.statusCode() / 100 != 2 || !McpHttp.isEventStream(again)) {
                again.body().close();
                throw new IOException("the server ended the stream before its answer and does not take it up again");
            }
            call.readsFrom(again.body());
            events = new EventStream(again.body());
        }
    }

    private HttpResponse<InputStream> get(Session used, @Nullable String lastId)
            throws IOException, ConnectFailure, InterruptedException {
        HttpRequest.Builder request = withSession(
                http.to(http.url()).header("Accept", "text/event-stream").GET(), used);
        if (lastId != null) {
            request.setHeader("Last-Event-ID", lastId);
        }
        return http.send(request);
    }

    private void deliver(Call call, @Nullable String sessionId, Message message) {
        boolean answers =
                message.isResponse() && message.idKey().equals(call.request().idKey());
        if (answers && message.result().isObject()) {
            if (call.request().is("initialize")) {
                begin(call.request(), message, sessionId);
            }
            mirrored.learn(call.request(), message);
            memory.remember(call.request());
        }
        downstream.deliver(message);
    }

    private void begin(Message initialize, Message answer, @Nullable String sessionId) {
        String version = answer.result().path("protocolVersion").asText(FALLBACK_VERSION);
        memory.forget();
        session = new Session(
                visible(sessionId), version.matches("[0-9-]{1,20}") ? version : FALLBACK_VERSION, initialize, answer);
    }

    private static @Nullable String visible(@Nullable String sessionId) {
        return sessionId != null && !sessionId.isEmpty() && sessionId.chars().allMatch(c -> c > ' ' && c < 0x7f)
                ? sessionId
                : null;
    }

    /** The session after this one, begun here unless another thread already has. */
    private Session renewed(Session forgotten) throws IOException, ConnectFailure, InterruptedException {
        synchronized (renewing) {
            Session now = Objects.requireNonNull(session);
            if (!now.isSame(forgotten)) {
                return now;
            }
            Call again = new Call(forgotten.initialize().withId("ostiary-connect-" + ++renewals));
            FreshAnswer fresh = new FreshAnswer(again, http, diagnostics);
            Session next = fresh.session(forgotten);
            session = next;
            tellInitialized(next);
            for (Message message : memory.toRepeat()) {
                http.send(withSession(http.post(http.url(), message), next))
                        .body()
                        .close();
            }
            diagnostics.say("the server had ended the session; a new one has begun");
            announceChanges(next);
            return next;
        }
    }

    private void tellInitialized(Session next) throws IOException, ConnectFailure, InterruptedException {
        HttpResponse<InputStream> answer =
                http.send(withSession(http.post(http.url(), Message.notification("notifications/initialized")), next));
        answer.body().close();
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("the server answered " + answer.statusCode() + " to the new session's first notice");
        }
    }

    /** What was listed before may be otherwise now. */
    private void announceChanges(Session next) {
        for (String list : new String[] {"tools", "prompts", "resources"}) {
            if (next.answer()
                    .result()
                    .path("capabilities")
                    .path(list)
                    .path("listChanged")
                    .asBoolean()) {
                downstream.deliver(Message.notification("notifications/" + list + "/list_changed"));
            }
        }
    }

    private Message message(byte[] json) throws IOException {
        try {
            return Message.parse(json);
        } catch (MalformedMessage e) {
            throw new IOException("the server sent what is no message: " + e.getMessage(), e);
        }
    }

    private void listen() {
        Thread before = listener;
        if (before != null && before.isAlive()) {
            return;
        }
        listener = Thread.ofVirtual().name("listener").start(this::keepListening);
    }

    private void keepListening() {
        String lastId = null;
        Session heard = null;
        long pause = RESUME_PAUSE.toMillis();
        try {
            while (!closed) {
                Session used = Objects.requireNonNull(session);
                if (!used.isSame(heard)) {
                    lastId = null;
                    heard = used;
                }
                try {
                    HttpResponse<InputStream> answer = get(used, lastId);
                    if (answer.statusCode() == 404 && used.id() != null) {
                        answer.body().close();
                        renewed(used);
                        continue;
                    }
                    if (answer.statusCode() / 100 == 4 || !McpHttp.isEventStream(answer)) {
                        answer.body().close();
                        // Most servers offer no such stream: 405.
                        return;
                    }
                    try (EventStream events = new EventStream(answer.body())) {
                        EventStream.Event event;
                        while (!closed && (event = events.next()) != null) {
                            lastId = event.id() == null ? lastId : event.id();
                            pause = event.retryMillis() == null ? RESUME_PAUSE.toMillis() : event.retryMillis();
                            if (event.data().length > 0) {
                                downstream.deliver(message(event.data()));
                            }
                        }
                    }
                } catch (IOException e) {
                    // It is opened again.
                } catch (ConnectFailure e) {
                    diagnostics.say(e);
                    pause = LONGEST_PAUSE.toMillis();
                }
                Thread.sleep(Math.min(pause, LONGEST_PAUSE.toMillis()));
                pause = Math.min(Math.max(pause, 1) * 2, LONGEST_PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
