package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The stream on which a server speaks without being asked: kept open, taken up where it broke. What is wrong with it is said once, and
 * again only when something else is, or when it had worked in between. There is no limit to how long a server may be silent on it.
 */
final class Listener {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;

    private final SessionHttp http;
    private final Sessions sessions;
    private final Downstream downstream;
    private final Duration longestPause;
    private final Diagnostics diagnostics;
    private volatile @Nullable Thread thread;
    private volatile @Nullable EventStream open;
    private volatile boolean closed;

    // Of the listening thread.
    private @Nullable Session heard;
    private @Nullable String lastId;
    private @Nullable String said;
    private long pause;

    Listener(
            SessionHttp http,
            Sessions sessions,
            Downstream downstream,
            Duration longestPause,
            Diagnostics diagnostics) {
        this.http = http;
        this.sessions = sessions;
        this.downstream = downstream;
        this.longestPause = longestPause;
        this.diagnostics = diagnostics;
    }

    /** Begins, unless it listens already. */
    synchronized void start() {
        Thread before = thread;
        if (!closed && (before == null || !before.isAlive())) {
            thread = Thread.ofVirtual().name("listener").start(this::listen);
        }
    }

    /** Opens it again, where it was. */
    void reopen() {
        EventStream events = open;
        if (events != null) {
            try {
                events.close();
            } catch (IOException e) {
                // It is not read any more.
            }
        }
    }

    synchronized void close() {
        closed = true;
        Thread listening = thread;
        if (listening != null) {
            listening.interrupt();
        }
    }

    private void listen() {
        pause = FIRST_PAUSE.toMillis();
        try {
            while (!closed) {
                Session used = sessions.current();
                if (used == null) {
                    return;
                }
                if (!used.isSame(heard)) {
                    lastId = null;
                    heard = used;
                }
                try {
                    if (!isOfferedAndHeard(used)) {
                        return;
                    }
                } catch (IOException e) {
                    // It is opened again. Calls say what is wrong with the connection, if it stays so.
                } catch (ConnectFailure e) {
                    if (!e.what().equals(said)) {
                        said = e.what();
                        diagnostics.say(e);
                    }
                    pause = longestPause.toMillis();
                }
                Thread.sleep(Math.min(pause, longestPause.toMillis()));
                pause = Math.min(Math.max(pause, 1) * 2, longestPause.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One stream, to its end; false when the server offers none. */
    private boolean isOfferedAndHeard(Session used) throws IOException, ConnectFailure, InterruptedException {
        Call opening = new Call(Message.notification("ostiary/listen"));
        HttpResponse<InputStream> answer = http.get(used, lastId, opening);
        int status = answer.statusCode();
        if (status == 404 && used.id() != null) {
            answer.body().close();
            sessions.after(used, opening);
            return true;
        }
        if (status / 100 != 2 || !McpHttp.isEventStream(answer)) {
            answer.body().close();
            // Most servers offer no such stream: 405.
            return status / 100 == 5 || status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS;
        }
        said = null;
        try (EventStream events = new EventStream(answer.body())) {
            open = events;
            EventStream.Event event;
            while (!closed && (event = events.next()) != null) {
                lastId = event.id() == null ? lastId : event.id();
                pause = event.retryMillis() == null ? FIRST_PAUSE.toMillis() : event.retryMillis();
                if (event.data().length > 0) {
                    downstream.deliver(Answer.message(event.data()));
                }
            }
        } finally {
            open = null;
        }
        return true;
    }
}
