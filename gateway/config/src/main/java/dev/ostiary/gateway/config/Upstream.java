package dev.ostiary.gateway.config;

import java.net.URI;

/**
 * The MCP endpoint of a workload.
 *
 * @param url absolute http or https URL with the path of the endpoint
 * @param transport what it speaks
 * @param stateful whether the server keeps sessions, so that a session must stay with one pod
 */
public record Upstream(URI url, Transport transport, boolean stateful) {

    /** The MCP transport that the server itself speaks. */
    public enum Transport {
        STREAMABLE_HTTP,
        SSE,
        STDIO
    }
}
