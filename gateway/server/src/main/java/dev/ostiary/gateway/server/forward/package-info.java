/**
 * What crosses the gateway once it is allowed: messages to workloads, answers and event streams back, lists cut down to what
 * the caller may use, sessions. The connections themselves are {@code upstream}'s.
 */
@NullMarked
package dev.ostiary.gateway.server.forward;

import org.jspecify.annotations.NullMarked;
