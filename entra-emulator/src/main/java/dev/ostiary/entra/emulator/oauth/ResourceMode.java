package dev.ostiary.entra.emulator.oauth;

/** What the `resource` parameter of RFC 8707 does (fact sheet §2.3). */
public enum ResourceMode {
    /** It must equal an identifier URI of the API that all scopes belong to, else AADSTS9010010. */
    STRICT_2026,
    /** It is refused with AADSTS901002, as until late 2025. */
    LEGACY_901002,
    /** It is not looked at. */
    IGNORE
}
