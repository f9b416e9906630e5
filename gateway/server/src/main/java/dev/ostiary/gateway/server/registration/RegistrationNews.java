package dev.ostiary.gateway.server.registration;

import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.gateway.server.registration.RegistrationState.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What is worth a line when something else is known: each finding when it appears or changes and when it is gone, an outage once. */
public final class RegistrationNews {

    private Set<RegistrationFinding> known = Set.of();
    private boolean away;

    /** One line. */
    public sealed interface News {

        /** A field is not as it must be. */
        record Found(RegistrationFinding finding) implements News {}

        /** A field was not as it must be. */
        record Mended(String field) implements News {}

        /** Entra does not answer. */
        record Away(String note) implements News {}
    }

    /** What is new with this state; not safe for concurrent use. */
    public List<News> of(RegistrationState state) {
        List<News> news = new ArrayList<>();
        boolean nowAway = state.outcome() == Outcome.ENTRA_UNAVAILABLE;
        if (nowAway && !away) {
            news.add(new News.Away(state.note()));
        }
        away = nowAway;
        if (nowAway || state.outcome() == Outcome.NOT_CHECKED) {
            return news;
        }
        Set<RegistrationFinding> now = Set.copyOf(state.findings());
        state.findings().stream()
                .filter(finding -> !known.contains(finding))
                .forEach(finding -> news.add(new News.Found(finding)));
        known.stream()
                .map(RegistrationFinding::path)
                .filter(path -> now.stream().noneMatch(finding -> finding.path().equals(path)))
                .distinct()
                .sorted()
                .forEach(path -> news.add(new News.Mended(path)));
        known = now;
        return news;
    }
}
