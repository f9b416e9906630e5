package dev.ostiary.entra.emulator.token;

/** How a token is signed: as Entra does, or wrongly on purpose. */
public enum SigningMode {
    /** RS256 with the active key, as Entra signs everything. */
    RS256,
    /** RS256 with the last published key that is not the active one, so it verifies with another `kid`. */
    RS256_OTHER_PUBLISHED_KEY,
    /** RS256 with a key that is not in the key set, under its own `kid`. */
    RS256_UNPUBLISHED_KEY,
    /** RS256 with a key that is not in the key set, under the active key's `kid`. */
    RS256_FORGED_KID,
    /** RS256 with the personal-account key, whose `issuer` member is another tenant. */
    RS256_PERSONAL_ACCOUNT_KEY,
    /** RS256 whose signature has one bit flipped. */
    RS256_CORRUPTED,
    /** RS384 with the active key. */
    RS384,
    /** RS512 with the active key. */
    RS512,
    /** PS256 with the active key. */
    PS256,
    /** HS256 keyed with the DER of the active public key: the algorithm-confusion attack. */
    HS256_WITH_PUBLIC_KEY,
    /** ES256 with a fresh key, under the active key's `kid`. */
    ES256,
    /** `alg` none and an empty signature. */
    NONE
}
