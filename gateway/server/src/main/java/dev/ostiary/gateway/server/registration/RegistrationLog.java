package dev.ostiary.gateway.server.registration;

import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.gateway.server.registration.RegistrationNews.News;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the news of the registration to the log, and passes every state on. */
public final class RegistrationLog implements RegistrationListener {

    private static final Logger LOG = LoggerFactory.getLogger(RegistrationLog.class);

    private final RegistrationNews news = new RegistrationNews();
    private final RegistrationListener next;

    public RegistrationLog(RegistrationListener next) {
        this.next = next;
    }

    @Override
    public void known(RegistrationState state) {
        for (News one : news.of(state)) {
            switch (one) {
                case News.Found(var finding) ->
                    LOG.atWarn()
                            .addKeyValue("field", finding.path())
                            .addKeyValue("finding", finding.message())
                            .log(
                                    finding.severity() == Severity.ERROR
                                            ? "the app registration is not as the gateway needs it"
                                            : "the app registration works, but not for ever or not for everybody");
                case News.Mended(String field) ->
                    LOG.atInfo().addKeyValue("field", field).log("the app registration was mended");
                case News.Away(String note) ->
                    LOG.atWarn().addKeyValue("reason", note).log("the app registration cannot be looked at now");
            }
        }
        next.known(state);
    }
}
