package dev.ostiary.entra.emulator.oauth;

/**
 * What a code, a refresh token or a device code stands for.
 *
 * @param signIn whose
 * @param clientId for whom
 * @param platform of the redirect URI
 * @param scope as it was asked for
 * @param claims as they were asked for
 */
record Grant(SignIn signIn, String clientId, Platform platform, String scope, ClaimsRequest claims) {}
