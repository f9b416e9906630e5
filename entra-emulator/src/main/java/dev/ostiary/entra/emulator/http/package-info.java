/**
 * The emulator's listener: loopback unless told otherwise, bounded bodies, one virtual thread per request, and requests and responses as
 * plain values so that the endpoints are functions.
 */
@NullMarked
package dev.ostiary.entra.emulator.http;

import org.jspecify.annotations.NullMarked;
