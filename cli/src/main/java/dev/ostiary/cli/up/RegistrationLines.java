package dev.ostiary.cli.up;

import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.gateway.server.registration.RegistrationListener;
import dev.ostiary.gateway.server.registration.RegistrationNews;
import dev.ostiary.gateway.server.registration.RegistrationNews.News;
import dev.ostiary.gateway.server.registration.RegistrationState;

/** Says what the gateway finds out about its app registration, as the findings of resource files are said. */
final class RegistrationLines implements RegistrationListener {

    private final Terminal terminal;
    private final RegistrationNews news = new RegistrationNews();

    RegistrationLines(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void known(RegistrationState state) {
        for (News one : news.of(state)) {
            switch (one) {
                case News.Found(var finding) ->
                    terminal.warning("app registration: "
                            + (finding.severity() == Severity.ERROR ? "error " : "warning ") + finding.path() + ": "
                            + finding.message());
                case News.Mended(String field) -> terminal.hint("app registration: " + field + " was mended");
                case News.Away(String note) -> terminal.warning("app registration: not known: " + note);
            }
        }
    }
}
