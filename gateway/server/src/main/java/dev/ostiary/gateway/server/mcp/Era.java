package dev.ostiary.gateway.server.mcp;

/** The protocol generation of a request. */
public enum Era {
    /** Up to 2025-11-25: {@code initialize}, sessions, server-to-client requests on streams. */
    LEGACY,
    /** From 2026-07-28: every request stands alone and carries its version. */
    MODERN
}
