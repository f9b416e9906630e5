package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page about the facade has its endpoints and its limits, and no others. */
class FacadePageTest {

    private static final Path PAGE = Path.of("../../docs/facade.md");

    @Test
    void theEndpointsAreThoseThatThereAre() throws IOException {
        Set<String> paths = Arrays.stream(FacadeUrls.class.getDeclaredFields())
                .filter(field -> Modifier.isStatic(field.getModifiers())
                        && field.getName().endsWith("_PATH"))
                .map(FacadePageTest::value)
                .collect(Collectors.toSet());
        Matcher row = Pattern.compile("(?m)^\\| `(/[^`]*)` \\|").matcher(Files.readString(PAGE));
        List<String> documented = new ArrayList<>();
        while (row.find()) {
            documented.add(row.group(1));
        }

        assertThat(paths).hasSize(10);
        assertThat(documented).containsExactlyInAnyOrderElementsOf(paths);
    }

    @Test
    void theLimitsAreThoseThatHold() throws IOException {
        RateLimits limits = RateLimits.DEFAULT;
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\|[^|]*\\| [0-9]+ \\| [0-9]+ m?s \\|"))
                .map(line -> line.substring(line.indexOf('|', 1)))
                .toList();

        assertThat(rows)
                .containsExactly(
                        row(limits.register()),
                        row(limits.authorize()),
                        row(limits.authorizeClient()),
                        row(limits.token()),
                        row(limits.tokenClient()),
                        row(limits.page()));
        assertThat(Files.readString(PAGE))
                .contains("at most " + RegistrationEndpoint.MAX_BODY_BYTES / 1024 + " KiB and "
                        + RegistrationEndpoint.MAX_REDIRECT_URIS + " redirect URIs")
                .contains("more than " + Parameters.MAX_COUNT)
                .contains(SignIns.LIFETIME.toMinutes() + " minutes each")
                .contains("code | " + GrantLimits.CODE.toSeconds() + " s")
                .contains("same successor for " + GrantLimits.GRACE.toSeconds() + " s")
                .contains(GrantLimits.ABSOLUTE.toDays() + " days at most")
                .contains("at most every " + GrantLimits.CHECKED.toMinutes() + " minutes per user");
    }

    private static String row(RateLimits.Limit limit) {
        Duration every = limit.every();
        String step = every.toMillisPart() == 0 ? every.toSeconds() + " s" : every.toMillis() + " ms";
        return "| " + limit.burst() + " | " + step + " |";
    }

    private static String value(java.lang.reflect.Field field) {
        try {
            return (String) field.get(null);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
