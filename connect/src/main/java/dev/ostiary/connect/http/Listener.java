package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The stream on which a server speaks without being asked: kept open, taken up where it broke. What is wrong with it is said once, and
 * again only when something else is, or when it had worked in between. There is no limit to how long a server may be silent on it. Nobody
 * is asked to sign in for it: where that is needed, it waits until a call has got through.
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
    private final Semaphore calls = new Semaphore(0);
    private volatile @Nullable Thread thread;
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

    /** A call got its result: whatever the server refused, it may be otherwise now. */
    void callGotThrough() {
        if (calls.availablePermits() == 0) {
            calls.release();
        }
    }

    /** Opens it again, where it was, whatever it waits for. */
    synchronized void reopen() {
        Thread listening = thread;
        if (listening != null) {
            listening.interrupt();
        }
    }

    synchronized void close() {
        closed = true;
        reopen();
    }

    private void listen() {
        pause = FIRST_PAUSE.toMillis();
        while (!closed) {
            try {
                Session used = sessions.current();
                if (used == null || !isStillOffered(used)) {
                    return;
                }
                Thread.sleep(Math.min(pause, longestPause.toMillis()));
                pause = Math.min(pause * 2, longestPause.toMillis());
            } catch (InterruptedException e) {
                // To be opened again, or closed.
                pause = FIRST_PAUSE.toMillis();
            }
        }
    }

    /** Listens once, and waits where something went wrong; false when the server offers no such stream. */
    private boolean isStillOffered(Session used) throws InterruptedException {
        if (!used.isSame(heard)) {
            lastId = null;
            heard = used;
        }
        try {
            calls.drainPermits();
            return isOfferedAndHeard(used);
        } catch (IOException e) {
            // It is opened again. Calls say what is wrong with the connection, if it stays so.
        } catch (ConnectFailure e) {
            if (!e.what().equals(said)) {
                said = e.what();
                diagnostics.say(e);
            }
            if (e.kind() == ConnectFailure.Kind.REFUSED) {
                calls.acquire();
            }
            pause = longestPause.toMillis();
        }
        return true;
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
            EventStream.Event event;
            while (!closed && (event = events.next()) != null) {
                lastId = event.idAfter(lastId);
                pause = event.retryMillis() == null ? FIRST_PAUSE.toMillis() : event.retryMillis();
                if (event.data().length > 0) {
                    downstream.deliver(Answer.message(event.data()));
                }
            }
        }
        return true;
    }
}
