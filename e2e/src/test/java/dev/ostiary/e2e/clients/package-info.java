/**
 * The level "clients": programs that others wrote, from npm, talk through the gateway to servers that others wrote. What
 * they check is in {@code e2e/clients}; here the gateway is put in between, and each of their lines becomes a test.
 */
@NullMarked
package dev.ostiary.e2e.clients;

import org.jspecify.annotations.NullMarked;
