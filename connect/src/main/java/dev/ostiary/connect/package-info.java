/** A local stdio MCP server that forwards to a remote one: the wiring. */
@NullMarked
package dev.ostiary.connect;

import org.jspecify.annotations.NullMarked;
