package dev.ostiary.connect.http;

import dev.ostiary.connect.ConnectFailure;
import dev.ostiary.connect.Diagnostics;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/** One {@code initialize} that the client does not see. */
final class FreshAnswer {

    private final Call call;
    private final McpHttp http;
    private final Diagnostics diagnostics;

    FreshAnswer(Call call, McpHttp http, Diagnostics diagnostics) {
        this.call = call;
        this.http = http;
        this.diagnostics = diagnostics;
    }

    /**
     * A session like this one.
     *
     * @throws ConnectFailure when the server refuses one, or offers one that the client could not use without knowing
     */
    Session session(Session forgotten) throws IOException, ConnectFailure, InterruptedException {
        AtomicReference<Message> answer = new AtomicReference<>();
        StreamableHttp once = new StreamableHttp(
                http,
                message -> {
                    if (message.isResponse()
                            && message.idKey().equals(call.request().idKey())) {
                        answer.set(message);
                        call.finish();
                    }
                },
                diagnostics);
        try {
            once.initialize(call);
        } catch (NotStreamable e) {
            throw refused(
                    "the server at " + http.url() + " ended the session and answers " + e.status() + " to a new one");
        }
        Message got = answer.get();
        Session begun = once.begun();
        if (got == null || begun == null) {
            throw refused("the server ended the session and refuses a new one");
        }
        if (!begun.protocolVersion().equals(forgotten.protocolVersion())) {
            throw refused("the server ended the session and now speaks version " + begun.protocolVersion()
                    + " of the protocol instead of " + forgotten.protocolVersion());
        }
        return new Session(begun.id(), begun.protocolVersion(), forgotten.initialize(), got);
    }

    private static ConnectFailure refused(String what) {
        return ConnectFailure.refused(what, "connect again from your MCP client");
    }
}
