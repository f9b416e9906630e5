/** Threads for what must not run on event loops because it burns processor time. Waits for nothing, knows nothing else here. */
@NullMarked
package dev.ostiary.gateway.server.threads;

import org.jspecify.annotations.NullMarked;
