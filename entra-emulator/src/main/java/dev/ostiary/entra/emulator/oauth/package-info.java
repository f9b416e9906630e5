/**
 * The sign-in and token endpoints: who may ask, for what, with which proof, and every AADSTS error when not.
 *
 * <p>Safe for any thread. All that is remembered (codes, refresh tokens, device codes, sessions, consents) is capped and
 * evicts its oldest.
 */
@NullMarked
package dev.ostiary.entra.emulator.oauth;

import org.jspecify.annotations.NullMarked;
