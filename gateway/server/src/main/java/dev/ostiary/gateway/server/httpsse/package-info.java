/** Workloads that speak HTTP+SSE (MCP 2024-11-05, Transports), so that everything before sees Streamable HTTP. */
@NullMarked
package dev.ostiary.gateway.server.httpsse;

import org.jspecify.annotations.NullMarked;
