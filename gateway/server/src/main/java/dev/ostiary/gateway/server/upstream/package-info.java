/** The way to the workloads: pooled connections, their time-outs and failures. Knows HTTP, not MCP. */
@NullMarked
package dev.ostiary.gateway.server.upstream;

import org.jspecify.annotations.NullMarked;
