package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EgressSettings;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Reads JSON documents from Entra. Blocks, so it is called on virtual threads only. Thread-safe. */
final class EntraDocuments implements AutoCloseable {

    /** Most bytes of one document: a tenant's key set has 5 to 8 keys of 2 kB, the largest discovery document 2 kB. */
    static final int MAX_BYTES = BoundedExchange.MAX_BYTES;

    private static final int MAX_DEPTH = 8;

    private final BoundedExchange exchange;
    private final Duration timeout;
    private final JsonObjects json = new JsonObjects(MAX_DEPTH, MAX_BYTES);

    /**
     * @param egress proxy and CA bundle; what is wrong with them shows at the first read, as a failure of that read
     * @param timeout for one document, from connecting to its last byte
     */
    EntraDocuments(EgressSettings egress, Duration timeout) {
        this.exchange = new BoundedExchange(egress);
        this.timeout = timeout;
    }

    /**
     * One document.
     *
     * @throws EntraFailure when it cannot be had in time, is too large, or is not one strict JSON object
     * @throws InterruptedException when the waiting thread is interrupted; the request is given up
     */
    ObjectNode read(URI uri) throws EntraFailure, InterruptedException {
        HttpResponse<byte[]> response = exchange.send(
                HttpRequest.newBuilder(uri).header("Accept", "application/json").GET(), timeout);
        if (response.statusCode() != 200) {
            throw new EntraFailure("WrongStatus", uri.getHost() + " answered " + response.statusCode());
        }
        ObjectNode document = json.object(response.body());
        if (document == null) {
            throw new EntraFailure("NotJson", uri.getHost() + " did not answer with one JSON object");
        }
        return document;
    }

    /** Ends what is in progress; later reads fail. */
    @Override
    public void close() {
        exchange.close();
    }
}
