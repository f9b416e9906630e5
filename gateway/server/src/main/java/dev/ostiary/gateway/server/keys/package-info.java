/**
 * The key ring at work: values sealed for clients to carry.
 */
@NullMarked
package dev.ostiary.gateway.server.keys;

import org.jspecify.annotations.NullMarked;
