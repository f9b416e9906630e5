package dev.ostiary.gateway.server.mcp;

import java.util.List;

/** The MCP revisions that the gateway knows. */
public final class ProtocolVersions {

    /** The first revision of the modern era. */
    public static final String FIRST_MODERN = "2026-07-28";

    /** What a legacy request without session and without {@code MCP-Protocol-Version} speaks (2025-11-25, Transports). */
    public static final String WHEN_UNSTATED = "2025-03-26";

    /** All known revisions, newest first. */
    public static final List<String> SUPPORTED =
            List.of(FIRST_MODERN, "2025-11-25", "2025-06-18", WHEN_UNSTATED, "2024-11-05");

    private ProtocolVersions() {}

    /** The known revisions of one era, newest first: what somebody who spoke an unknown one of it may speak instead. */
    static List<String> of(Era era) {
        return SUPPORTED.stream()
                .filter(version -> isLegacy(version) == (era == Era.LEGACY))
                .toList();
    }

    public static boolean isSupported(String version) {
        return SUPPORTED.contains(version);
    }

    /** Whether this is a known revision with sessions. */
    public static boolean isLegacy(String version) {
        return isSupported(version) && !version.equals(FIRST_MODERN);
    }

    /** Whether this is a date from the first modern revision on, known or not. */
    public static boolean namesModern(String version) {
        if (version.length() != FIRST_MODERN.length()) {
            return false;
        }
        for (int i = 0; i < version.length(); i++) {
            char c = version.charAt(i);
            boolean dash = i == 4 || i == 7;
            if (dash ? c != '-' : (c < '0' || c > '9')) {
                return false;
            }
        }
        return version.compareTo(FIRST_MODERN) >= 0;
    }

    /** Whether the revision has JSON-RPC batches: 2025-03-26 has them, 2025-06-18 removed them. */
    public static boolean hasBatches(String version) {
        return version.equals(WHEN_UNSTATED) || version.equals("2024-11-05");
    }
}
