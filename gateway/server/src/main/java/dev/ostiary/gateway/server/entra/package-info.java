/**
 * Everything said to Entra: today the tenant's discovery document and its signing keys, fetched on virtual threads, held in
 * memory, and served through outages for a stated time. Nothing in here runs on an event loop except look-ups in memory.
 */
@NullMarked
package dev.ostiary.gateway.server.entra;

import org.jspecify.annotations.NullMarked;
