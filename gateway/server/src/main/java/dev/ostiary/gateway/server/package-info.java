/**
 * The data plane of one gateway. A request walks down the packages in this order and does not come back up: {@code http}
 * (listener and guard), {@code route}, {@code identity} (with {@code entra} for keys), {@code authorize} (with the pure
 * {@code mcp} for messages and {@code keys} for sessions), {@code forward} (over {@code upstream}'s connections), {@code audit}.
 * Beside them {@code reload} and {@code admin}. This package only composes them.
 */
@NullMarked
package dev.ostiary.gateway.server;

import org.jspecify.annotations.NullMarked;
