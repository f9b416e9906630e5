/** Calls to workloads, tested against scripted servers on real sockets. */
@NullMarked
package dev.ostiary.gateway.server.upstream;

import org.jspecify.annotations.NullMarked;
