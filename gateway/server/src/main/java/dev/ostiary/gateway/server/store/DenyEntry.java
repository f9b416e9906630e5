package dev.ostiary.gateway.server.store;

import java.time.Instant;

/**
 * Something that is over before the tokens that were issued for it end.
 *
 * @param grantId the grant whose access tokens, streams and MCP sessions end
 * @param expires when the last of those tokens has ended by itself, and the entry may be forgotten
 */
public record DenyEntry(String grantId, Instant expires) {}
