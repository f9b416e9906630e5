package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.pages.ErrorView.Problem;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/** What follows once Entra has vouched for a user: a code for the client, the page of grants, or the question once more. */
final class SignInEnd {

    private final FacadeUrls urls;
    private final ClientDirectory clients;
    private final RedirectUris redirectUris;
    private final AuthorizationRequest requests;
    private final ConsentPages consent;
    private final SignIns signIns;
    private final BrowserUsers users;
    private final Decisions decisions;
    private final Grants grants;
    private final Secrets secrets;
    private final FacadeEvents events;

    SignInEnd(
            FacadeUrls urls,
            ClientDirectory clients,
            RedirectUris redirectUris,
            AuthorizationRequest requests,
            ConsentPages consent,
            SignIns signIns,
            BrowserUsers users,
            Decisions decisions,
            Grants grants,
            Secrets secrets,
            FacadeEvents events) {
        this.urls = urls;
        this.clients = clients;
        this.redirectUris = redirectUris;
        this.requests = requests;
        this.consent = consent;
        this.signIns = signIns;
        this.users = users;
        this.decisions = decisions;
        this.grants = grants;
        this.secrets = secrets;
        this.events = events;
    }

    /** The client as it is now. */
    Client clientOf(Transaction transaction) throws PageException {
        try {
            Client client = clients.find(transaction.clientId());
            if (redirectUris.matches(client, transaction.redirectUri())) {
                return client;
            }
        } catch (OAuthException blockedSince) {
            // The same page as for a redirect URI that is no longer allowed.
        }
        throw PageException.of(403, Problem.CLIENT_NOT_ALLOWED, null);
    }

    /** The route while it is open; null otherwise. */
    @Nullable
    Route routeOf(Transaction transaction) {
        return requests.routeOf(transaction);
    }

    BrowserAnswer grant(
            BrowserRequest request,
            SignInState state,
            Transaction transaction,
            Client client,
            Route route,
            SignedIn user)
            throws PageException, StoreUnavailableException {
        RedirectUris.Target target = RedirectUris.require(transaction.redirectUri());
        String expected = state.expectedUser();
        boolean remembered = expected != null;
        if (expected != null && !isStillApproved(expected, user, transaction, target)) {
            return askAgain(request, transaction, client, target, user);
        }
        String code = grants.begin(new GrantRequest(
                client,
                transaction.redirectUri(),
                transaction.codeChallenge(),
                route.name(),
                route.workloadUid(),
                transaction.resource(),
                transaction.scope(),
                user));
        if (!remembered) {
            keep(state, transaction, target, user);
        }
        events.record(new FacadeEvent.SignedInFor(
                request.source(),
                user.tenantId(),
                user.objectId(),
                client.id(),
                route.name(),
                remembered,
                transaction.id()));
        return BrowserAnswer.redirect(
                        RedirectAnswer.code(transaction.redirectUri(), code, transaction.state(), urls.issuer()))
                .withCookie(users.remember(user));
    }

    BrowserAnswer openGrantsPage(BrowserRequest request, SignInState state, SignedIn user)
            throws StoreUnavailableException {
        grants.remember(user);
        events.record(new FacadeEvent.SignedInFor(
                request.source(), user.tenantId(), user.objectId(), null, null, false, state.id()));
        return BrowserAnswer.redirect(urls.at(FacadeUrls.GRANTS_PATH))
                .withCookie(users.open(user))
                .withCookie(users.remember(user));
    }

    /** Entra has the last word on who it is, and the store on whether that user has not thought better of it since. */
    private boolean isStillApproved(String expected, SignedIn user, Transaction transaction, RedirectUris.Target target)
            throws StoreUnavailableException {
        return expected.equals(user.tenantId() + "/" + user.objectId())
                && decisions.find(user.tenantId(), user.objectId(), transaction, target) == Decisions.Decision.APPROVED;
    }

    /** The user who signed in is not the one whose approval was remembered, so this one is asked. */
    private BrowserAnswer askAgain(
            BrowserRequest request, Transaction transaction, Client client, RedirectUris.Target target, SignedIn user)
            throws PageException, StoreUnavailableException {
        events.record(new FacadeEvent.SignInFailed(request.source(), transaction.clientId(), "AnotherUser", null));
        boolean deniedBefore =
                decisions.find(user.tenantId(), user.objectId(), transaction, target) == Decisions.Decision.DENIED;
        Transaction anew = transaction.again(secrets.id(), signIns.deadline());
        BrowserAnswer page = consent.ask(request, client, target, anew, deniedBefore);
        if (page == null) {
            throw PageException.of(400, Problem.EXPIRED, null);
        }
        return page.withCookie(users.remember(user));
    }

    private void keep(SignInState state, Transaction transaction, RedirectUris.Target target, SignedIn user) {
        try {
            if (state.remember()) {
                decisions.remember(user.tenantId(), user.objectId(), transaction, target, Decisions.Decision.APPROVED);
            } else {
                decisions.forgetDenial(user.tenantId(), user.objectId(), transaction, target);
            }
        } catch (StoreUnavailableException notRemembered) {
            // The grant is there; the user will be asked once more than wanted.
        }
    }
}
