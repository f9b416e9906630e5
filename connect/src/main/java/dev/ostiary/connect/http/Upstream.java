package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.io.IOException;

/** A remote MCP server, over one of its transports. What it says goes to a {@link Downstream}. Safe for any thread. */
public interface Upstream extends AutoCloseable {

    /**
     * Sends a request and passes on what comes of it, until its answer is there or there will be none.
     *
     * @throws IOException when the connection ends before the answer
     */
    void request(Call call) throws IOException, ConnectFailure, InterruptedException;

    /** Sends a notification or a response. */
    void tell(Call notice) throws IOException, ConnectFailure, InterruptedException;

    /** Takes no stream for alive that was open until now: the machine has slept. */
    void reopen();

    /** Ends the session, within a second or so. */
    @Override
    void close();
}
