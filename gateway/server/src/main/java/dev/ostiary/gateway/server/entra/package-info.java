/**
 * Everything said to Entra and Graph. The tenant's signing keys are fetched on virtual threads, held in memory, and served
 * through outages for a stated time. Sign-in ({@link dev.ostiary.gateway.server.entra.EntraSignIn}) and group look-ups
 * ({@link dev.ostiary.gateway.server.entra.GroupLookup}) block for a bounded time on their callers' virtual threads. Nothing
 * in here runs on an event loop except look-ups in memory.
 */
@NullMarked
package dev.ostiary.gateway.server.entra;

import org.jspecify.annotations.NullMarked;
