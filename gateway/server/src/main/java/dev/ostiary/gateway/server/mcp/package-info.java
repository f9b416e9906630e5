/**
 * What MCP says: JSON-RPC read strictly, the method table, both eras, server-sent events, lists. Pure: no Netty types, no
 * threads, no clocks that are not given.
 */
@NullMarked
package dev.ostiary.gateway.server.mcp;

import org.jspecify.annotations.NullMarked;
