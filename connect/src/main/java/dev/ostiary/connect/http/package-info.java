/** MCP over HTTP, as a client: Streamable HTTP, its event streams, and the older HTTP with SSE. */
@NullMarked
package dev.ostiary.connect.http;

import org.jspecify.annotations.NullMarked;
