package dev.ostiary.gateway.bridge.http;

import com.sun.net.httpserver.HttpExchange;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.session.Exchange;
import dev.ostiary.gateway.bridge.session.SuspendedCalls;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Relays what a server says about a call, round by round (MCP 2026-07-28, "Multi Round-Trip Requests"): a round ends with the answer, or
 * with what the server asks the client for first; then the server waits, and the client's next round brings it. Any thread.
 */
final class CallRounds {

    private final SuspendedCalls suspended;
    private final Answers answers;
    private final Duration silence;

    /** @param silence after which a client is asked, by a comment, whether it is still there */
    CallRounds(SuspendedCalls suspended, Answers answers, Duration silence) {
        this.suspended = suspended;
        this.answers = answers;
        this.silence = silence;
    }

    /** Relays one round, whose request has this id; afterwards the call is answered, suspended or cancelled. */
    void relay(HttpExchange http, SuspendedCalls.Call call, String id) throws IOException, InterruptedException {
        Exchange exchange = call.exchange();
        Answers.Events events = null;
        boolean answered = false;
        boolean waits = false;
        try {
            while (!answered && !waits) {
                switch (exchange.next(silence)) {
                    case Exchange.Next.Before before -> {
                        events = events == null ? answers.events(http) : events;
                        events.message(before.message());
                    }
                    case Exchange.Next.Nothing _ -> {
                        if (events == null) {
                            events = answers.events(http);
                        } else {
                            events.comment();
                        }
                    }
                    case Exchange.Next.Asks(Map<String, Message> requests) ->
                        waits = ask(http, events, call, id, requests);
                    case Exchange.Next.Last last -> {
                        answered = true;
                        last(
                                http,
                                events,
                                ModernResults.completed(
                                        last.message(),
                                        id,
                                        exchange.method(),
                                        call.server().initialized()));
                    }
                }
            }
        } finally {
            if (answered) {
                call.session().close(exchange);
            } else if (!waits) {
                call.session().abandon(exchange);
            }
        }
    }

    /** Whether the call waits for another round now, or has been taken up by one already. */
    private boolean ask(
            HttpExchange http,
            Answers.@Nullable Events events,
            SuspendedCalls.Call call,
            String id,
            Map<String, Message> requests)
            throws IOException {
        String state = suspended.suspend(call);
        if (state == null) {
            call.session().decline(call.exchange(), "too many calls wait for what their clients were asked");
            return false;
        }
        try {
            last(
                    http,
                    events,
                    ModernResults.inputRequired(
                            id, requests, state, call.server().initialized()));
        } catch (IOException | RuntimeException gone) {
            // Unless it has come back by now.
            if (suspended.forget(state)) {
                throw gone;
            }
        }
        call.exchange().told();
        return true;
    }

    private void last(HttpExchange http, Answers.@Nullable Events events, byte[] message) throws IOException {
        if (events == null) {
            answers.json(http, 200, message);
        } else {
            events.message(message);
            events.end();
        }
    }
}
