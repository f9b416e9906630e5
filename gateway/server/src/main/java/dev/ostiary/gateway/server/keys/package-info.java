/**
 * The key ring at work: values sealed for clients and stores to carry.
 */
@NullMarked
package dev.ostiary.gateway.server.keys;

import org.jspecify.annotations.NullMarked;
