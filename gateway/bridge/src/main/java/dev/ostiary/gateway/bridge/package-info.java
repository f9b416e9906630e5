/** The stdio bridge: a program that serves a stdio MCP server over Streamable HTTP, one process per session. */
@NullMarked
package dev.ostiary.gateway.bridge;

import org.jspecify.annotations.NullMarked;
