package dev.ostiary.gateway.bridge.message;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The levels of log messages (MCP, "Logging"; RFC 5424 §6.2.1), the least severe first. */
public enum LogLevel {
    DEBUG,
    INFO,
    NOTICE,
    WARNING,
    ERROR,
    CRITICAL,
    ALERT,
    EMERGENCY;

    /** The level that is written so; null when there is none. */
    public static @Nullable LogLevel of(String text) {
        for (LogLevel level : values()) {
            if (level.text().equals(text)) {
                return level;
            }
        }
        return null;
    }

    /** As messages have it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
