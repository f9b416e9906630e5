package dev.ostiary.gateway.server.entra;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** {@code Retry-After} (RFC 9110 §10.2.3): seconds or a date, believed up to an hour. */
final class RetryAfter {

    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int MAX_DIGITS = 9;

    private RetryAfter() {}

    /** What the header asks for; zero when it is missing, past, or not understood. */
    static Duration of(HttpHeaders headers, Time time) {
        String value = headers.firstValue("Retry-After").orElse("").strip();
        Duration asked = Duration.ZERO;
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            asked = value.length() > MAX_DIGITS ? LONGEST : Duration.ofSeconds(Long.parseLong(value));
        } else if (!value.isEmpty()) {
            try {
                long date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant()
                        .toEpochMilli();
                asked = Duration.ofMillis(Math.max(0, date - time.wallMillis()));
            } catch (DateTimeException notADate) {
                // As if it were not there.
            }
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
