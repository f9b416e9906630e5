package dev.ostiary.gateway.server.identity;

import io.netty.handler.codec.http.HttpHeaders;

/**
 * The answer to a request that was not authenticated.
 *
 * @param status the HTTP status
 * @param headers end-to-end headers
 * @param body JSON for clients, which show it to people, or a page for people
 */
@SuppressWarnings("ArrayRecordComponent") // written once, sent once
public record Refusal(int status, HttpHeaders headers, byte[] body) {}
