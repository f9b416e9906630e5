package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** The gateway's own answers to MCP messages. */
public final class Answers {

    private static final String BUSY_RETRY_AFTER_SECONDS = "1";

    private Answers() {}

    /** One JSON-RPC error. */
    public static void error(Exchange exchange, JsonRpcErrors.ErrorResponse error) {
        HttpHeaders headers = Responses.headers();
        if (error.status() == 503 || error.status() == 429) {
            headers.set(HttpHeaderNames.RETRY_AFTER, BUSY_RETRY_AFTER_SECONDS);
        }
        Responses.json(exchange, HttpResponseStatus.valueOf(error.status()), headers, error.body());
    }

    /**
     * An error for each request of a batch, in one array.
     *
     * @param status the HTTP status: that of the message that kept the others back
     */
    public static void errors(Exchange exchange, int status, List<JsonRpcErrors.ErrorResponse> errors) {
        ByteArrayOutputStream array = new ByteArrayOutputStream(256 * errors.size());
        for (int i = 0; i < errors.size(); i++) {
            array.write(i == 0 ? '[' : ',');
            array.writeBytes(errors.get(i).body());
        }
        array.write(']');
        HttpHeaders headers = Responses.headers();
        if (status == 503) {
            headers.set(HttpHeaderNames.RETRY_AFTER, BUSY_RETRY_AFTER_SECONDS);
        }
        Responses.json(exchange, HttpResponseStatus.valueOf(status), headers, array.toByteArray());
    }
}
