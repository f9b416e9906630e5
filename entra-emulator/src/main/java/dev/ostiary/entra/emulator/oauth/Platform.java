package dev.ostiary.entra.emulator.oauth;

/** Platform of a redirect URI, which decides how its client authenticates (fact sheet §2.7, [D] reply-url.md). */
enum Platform {
    /** Needs a credential. */
    WEB,
    /** Cross-origin only, PKCE, no credential, refresh tokens of 24 hours. */
    SPA,
    /** No credential. */
    PUBLIC_CLIENT
}
