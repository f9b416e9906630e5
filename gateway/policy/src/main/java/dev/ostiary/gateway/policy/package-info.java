/**
 * Everything that knows Cedar. At compile time: parse a policy text with the place of every mistake, rewrite its group
 * aliases, derive the form that decides lists, and say what will never work. On the request path: turn a caller, a tool
 * and its arguments into Cedar's request, decide, and explain a denial. The engine is Cedar's own, called through JNI,
 * so every decision blocks and burns CPU; nothing here may run on an event loop. What may be cached, and under which
 * key, is said here; the cache itself is the caller's.
 */
@NullMarked
package dev.ostiary.gateway.policy;

import org.jspecify.annotations.NullMarked;
