/**
 * A small MCP server to put a gateway in front of: notes that can be listed, read, searched, written and deleted. It knows
 * nothing of Ostiary, has no sign-in of its own and keeps everything in memory, so it must stay on loopback. It speaks
 * stateless Streamable HTTP, so every request stands alone.
 */
@NullMarked
package dev.ostiary.examples.sampleserver;

import org.jspecify.annotations.NullMarked;
