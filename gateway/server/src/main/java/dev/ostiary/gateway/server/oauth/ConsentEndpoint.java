package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.oauth.SealedValues.BrowserUser;
import dev.ostiary.gateway.server.oauth.SealedValues.ConsentToken;
import dev.ostiary.gateway.server.pages.ErrorView.Problem;
import dev.ostiary.gateway.server.pages.Fields;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.InstantSource;

/**
 * Takes the user's answer: only from the browser that was asked, only from our own page. Not before the answer is yes is there
 * anything that could come back from Entra. Thread-safe.
 */
final class ConsentEndpoint implements BrowserEndpoint {

    private final FacadeUrls urls;
    private final SealedValues sealed;
    private final SignInEnd end;
    private final ConsentPages consent;
    private final SignIns signIns;
    private final BrowserUsers users;
    private final Decisions decisions;
    private final InstantSource clock;
    private final FacadeEvents events;

    ConsentEndpoint(
            FacadeUrls urls,
            SealedValues sealed,
            SignInEnd end,
            ConsentPages consent,
            SignIns signIns,
            BrowserUsers users,
            Decisions decisions,
            InstantSource clock,
            FacadeEvents events) {
        this.urls = urls;
        this.sealed = sealed;
        this.end = end;
        this.consent = consent;
        this.signIns = signIns;
        this.users = users;
        this.decisions = decisions;
        this.clock = clock;
        this.events = events;
    }

    @Override
    public BrowserAnswer answer(BrowserRequest request) throws PageException {
        if (!request.post()) {
            // Whoever opens the address of an error page once more; an answer is never taken from a URL.
            throw PageException.of(400, Problem.EXPIRED, null);
        }
        if (!request.fromOwnPage(urls.issuer())) {
            throw PageException.of(403, Problem.FORGED_FORM, null);
        }
        ConsentToken token = sealed.openConsent(request.parameters().get(Fields.TRANSACTION));
        if (token == null) {
            throw PageException.of(400, Problem.EXPIRED, null);
        }
        if (!consent.isSameBrowser(request, token)) {
            throw PageException.of(403, consent.hasCookie(request) ? Problem.FORGED_FORM : Problem.OTHER_BROWSER, null);
        }
        Transaction transaction = token.transaction();
        if (transaction.expires().isBefore(clock.instant())) {
            throw PageException.of(400, Problem.EXPIRED, null);
        }
        Client client = end.clientOf(transaction);
        RedirectUris.Target target = RedirectUris.require(transaction.redirectUri());
        String decision = request.parameters().get(Fields.DECISION);
        boolean approved = Fields.APPROVE.equals(decision);
        if (!approved && !Fields.DENY.equals(decision)) {
            throw PageException.of(400, Problem.BAD_REQUEST, "The form says neither yes nor no.");
        }
        events.record(new FacadeEvent.ConsentAnswered(
                request.source(),
                client.id(),
                client.name(),
                target.name(),
                transaction.route(),
                approved,
                transaction.id()));
        return approved
                ? signIns.approved(request, transaction, isToBeRemembered(request, client, target))
                : deny(request, transaction, target);
    }

    private boolean isToBeRemembered(BrowserRequest request, Client client, RedirectUris.Target target) {
        return Fields.YES.equals(request.parameters().get(Fields.REMEMBER)) && consent.mayRemember(client, target);
    }

    private BrowserAnswer deny(BrowserRequest request, Transaction transaction, RedirectUris.Target target) {
        BrowserUser user = users.last(request);
        if (user != null) {
            try {
                decisions.remember(user.tenantId(), user.objectId(), transaction, target, Decisions.Decision.DENIED);
            } catch (StoreUnavailableException notRemembered) {
                // The denial itself holds all the same.
            }
        }
        return BrowserAnswer.redirect(RedirectAnswer.error(
                transaction.redirectUri(),
                "access_denied",
                "the user has denied access",
                transaction.state(),
                urls.issuer()));
    }
}
