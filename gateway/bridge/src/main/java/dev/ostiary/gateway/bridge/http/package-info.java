/** Streamable HTTP in front of the sessions. */
@NullMarked
package dev.ostiary.gateway.bridge.http;

import org.jspecify.annotations.NullMarked;
