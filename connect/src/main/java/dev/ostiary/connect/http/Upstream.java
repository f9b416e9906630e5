package dev.ostiary.connect.http;

import dev.ostiary.connect.ConnectFailure;
import dev.ostiary.connect.message.Message;
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
    void tell(Message message) throws IOException, ConnectFailure, InterruptedException;

    /** Ends the session, within a second or so. */
    @Override
    void close();
}
