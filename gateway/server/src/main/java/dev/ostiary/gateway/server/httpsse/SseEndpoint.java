package dev.ostiary.gateway.server.httpsse;

import java.net.URI;
import java.time.Duration;

/**
 * A place where a workload answers with HTTP+SSE, and the bounds of its sessions.
 *
 * @param url where its streams are opened
 * @param maxSessions most sessions of this replica at it
 * @param idleTimeout a session without a message for this long ends
 * @param maxEventBytes longest event that is read
 * @param maxDepth deepest JSON that is read
 */
record SseEndpoint(URI url, int maxSessions, Duration idleTimeout, int maxEventBytes, int maxDepth) {}
