/** Clients that speak HTTP+SSE (MCP 2024-11-05, Transports), so that everything behind sees Streamable HTTP. */
@NullMarked
package dev.ostiary.gateway.server.legacysse;

import org.jspecify.annotations.NullMarked;
