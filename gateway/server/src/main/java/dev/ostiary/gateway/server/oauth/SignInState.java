package dev.ostiary.gateway.server.oauth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code state} of a sign-in at Entra holds, sealed: made when the user has approved, in the user's browser.
 *
 * @param id what is used once: that of the transaction, where there is one
 * @param expires whole seconds
 * @param nonce must come back in the id token
 * @param codeVerifier our own towards Entra (RFC 7636)
 * @param browserDigest of the cookie that the browser got when it was sent to Entra
 * @param transaction what was approved; null: the user wants to see the page of grants
 * @param remember whether the approval shall be remembered
 * @param expectedUser {@code tid/oid} of the user whose remembered approval stood in for the page; null: the page was shown
 * @param again whether this is the second round
 * @param claimsDigest SHA-256 of the claims challenge that Entra was shown; null: none
 */
record SignInState(
        String id,
        Instant expires,
        String nonce,
        String codeVerifier,
        String browserDigest,
        @Nullable Transaction transaction,
        boolean remember,
        @Nullable String expectedUser,
        boolean again,
        @Nullable String claimsDigest) {

    /** Not the verifier. */
    @Override
    public String toString() {
        return "SignInState[" + id + "]";
    }
}
