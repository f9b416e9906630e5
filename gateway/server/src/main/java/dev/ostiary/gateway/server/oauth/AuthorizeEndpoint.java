package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.oauth.SealedValues.BrowserUser;
import dev.ostiary.gateway.server.pages.ErrorView.Problem;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Where a client sends its user (RFC 6749 §4.1.1). First it is settled who asks and where the answer may go; as long as that is
 * open, an error is a page and never a redirect. Then the user is asked, before Entra is. Thread-safe.
 */
final class AuthorizeEndpoint implements BrowserEndpoint {

    private final FacadeUrls urls;
    private final ClientDirectory clients;
    private final RedirectUris redirectUris;
    private final AuthorizationRequest requests;
    private final ConsentPages consent;
    private final SignIns signIns;
    private final BrowserUsers users;
    private final Decisions decisions;
    private final Secrets secrets;
    private final FacadeEvents events;

    AuthorizeEndpoint(
            FacadeUrls urls,
            ClientDirectory clients,
            RedirectUris redirectUris,
            AuthorizationRequest requests,
            ConsentPages consent,
            SignIns signIns,
            BrowserUsers users,
            Decisions decisions,
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
        this.secrets = secrets;
        this.events = events;
    }

    @Override
    public BrowserAnswer answer(BrowserRequest request) throws PageException {
        Parameters parameters = request.parameters();
        Client client = client(parameters);
        String redirectUri = redirectUri(parameters, client);
        try {
            Transaction transaction =
                    requests.check(parameters, client.id(), redirectUri, secrets.id(), signIns.deadline());
            return decide(request, client, transaction);
        } catch (OAuthException refused) {
            events.record(new FacadeEvent.Refused(
                    request.source(), FacadeUrls.AUTHORIZE_PATH, client.id(), refused.error(), refused.description()));
            return BrowserAnswer.redirect(RedirectAnswer.error(
                    redirectUri, refused.error(), refused.description(), parameters.get("state"), urls.issuer()));
        }
    }

    private Client client(Parameters parameters) throws PageException {
        String id = parameters.get("client_id");
        if (id == null) {
            throw PageException.of(400, Problem.BAD_REQUEST, "The parameter client_id is missing.");
        }
        if (clients.turnsAway(id)) {
            throw PageException.of(403, Problem.CLIENT_NOT_ALLOWED, null);
        }
        try {
            return clients.find(id);
        } catch (OAuthException unknown) {
            throw PageException.of(400, Problem.BAD_REQUEST, "client_id: " + unknown.description());
        }
    }

    private String redirectUri(Parameters parameters, Client client) throws PageException {
        String asked = parameters.get("redirect_uri");
        if (asked == null) {
            throw PageException.of(400, Problem.BAD_REQUEST, "The parameter redirect_uri is missing.");
        }
        if (!redirectUris.matches(client, asked)) {
            throw PageException.of(
                    400,
                    Problem.BAD_REQUEST,
                    "redirect_uri is not one that the client has registered and that is allowed here.");
        }
        return asked;
    }

    private BrowserAnswer decide(BrowserRequest request, Client client, Transaction transaction) throws OAuthException {
        RedirectUris.Target target = RedirectUris.require(transaction.redirectUri());
        BrowserUser user = users.last(request);
        if (AuthorizationRequest.isSilent(request.parameters())) {
            throw new OAuthException(
                    400, user == null ? "login_required" : "interaction_required", "the user has to be shown a page");
        }
        Decisions.Decision decision = user == null ? null : remembered(user, transaction, target);
        if (user != null && decision == Decisions.Decision.APPROVED && consent.mayRemember(client, target)) {
            return signIns.remembered(request, transaction, user.key());
        }
        BrowserAnswer page = consent.ask(request, client, target, transaction, decision == Decisions.Decision.DENIED);
        if (page == null) {
            throw OAuthException.invalidRequest("client_id, redirect_uri and state are too long together");
        }
        return page;
    }

    /** Without the store nothing is remembered for the moment; the user is asked again, which harms nobody. */
    private Decisions.@Nullable Decision remembered(
            BrowserUser user, Transaction transaction, RedirectUris.Target target) {
        try {
            return decisions.find(user.tenantId(), user.objectId(), transaction, target);
        } catch (StoreUnavailableException unknown) {
            return null;
        }
    }
}
