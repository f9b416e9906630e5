/** A local stdio MCP server that forwards to a remote one: settings, failures and the program's wiring. */
@NullMarked
package dev.ostiary.connect;

import org.jspecify.annotations.NullMarked;
