/**
 * How the emulator signs: keys with certificates and their rollover, the claims of every kind of token, and deliberate
 * mistakes for tests of those who validate.
 *
 * <p>The key set is safe for any thread. Builders belong to one thread.
 */
@NullMarked
package dev.ostiary.entra.emulator.token;

import org.jspecify.annotations.NullMarked;
