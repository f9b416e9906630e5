package dev.ostiary.gateway.config;

/**
 * What an audit line holds beyond who, what and why.
 *
 * @param arguments how much of a call's arguments is written
 */
public record AuditSettings(Arguments arguments) {

    /** Arguments may be personal or secret, so they are left out unless asked for. */
    public enum Arguments {
        NONE,
        NAMES,
        VALUES
    }
}
