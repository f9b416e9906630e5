package dev.ostiary.gateway.server.store;

/** What a record is. */
public enum RecordType {
    /** One user's Entra session: the refresh token that all grants of this user share. */
    SESSION,
    /** One user's consent for one client on one route, with its refresh-token family. */
    GRANT,
    /** A remembered approval or denial. */
    DECISION,
    /** That something was used and must not be used again. */
    MARKER
}
