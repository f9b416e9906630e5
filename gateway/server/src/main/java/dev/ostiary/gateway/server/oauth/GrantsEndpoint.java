package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.oauth.SealedValues.BrowserUser;
import dev.ostiary.gateway.server.pages.ErrorView.Problem;
import dev.ostiary.gateway.server.pages.Fields;
import dev.ostiary.gateway.server.pages.GrantsView;
import dev.ostiary.gateway.server.pages.Language;
import dev.ostiary.gateway.server.pages.Pages;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The page on which users see what they have granted and end it, after they have signed in to see it. Thread-safe. */
final class GrantsEndpoint implements BrowserEndpoint {

    private static final long STORE_RETRY_SECONDS = 5;
    private static final int MAX_GRANT_ID_LENGTH = 128;

    private final FacadeUrls urls;
    private final SealedValues sealed;
    private final AuthorizationRequest requests;
    private final SignIns signIns;
    private final BrowserUsers users;
    private final Grants grants;
    private final FacadeEvents events;

    GrantsEndpoint(
            FacadeUrls urls,
            SealedValues sealed,
            AuthorizationRequest requests,
            SignIns signIns,
            BrowserUsers users,
            Grants grants,
            FacadeEvents events) {
        this.urls = urls;
        this.sealed = sealed;
        this.requests = requests;
        this.signIns = signIns;
        this.users = users;
        this.grants = grants;
        this.events = events;
    }

    @Override
    public BrowserAnswer answer(BrowserRequest request) throws PageException {
        BrowserUser user = users.session(request);
        try {
            if (request.post()) {
                return end(request, user);
            }
            if (Fields.OTHER.equals(request.parameters().get(Fields.ACCOUNT))) {
                return signIns.forGrantsPageOfAnother(request);
            }
            return user == null ? signIns.forGrantsPage(request) : show(request, user);
        } catch (StoreUnavailableException away) {
            throw PageException.retry(
                    503, Problem.UNAVAILABLE, "The store of this gateway does not answer.", STORE_RETRY_SECONDS);
        }
    }

    private BrowserAnswer show(BrowserRequest request, BrowserUser user) throws StoreUnavailableException {
        List<GrantsView.Row> rows = grants.of(user.tenantId(), user.objectId()).stream()
                .sorted(Comparator.comparing(Grants.Listed::since).reversed())
                .map(grant -> new GrantsView.Row(
                        grant.id(),
                        grant.clientName(),
                        requests.displayName(grant.route()),
                        grant.since(),
                        grant.lastUsed()))
                .toList();
        GrantsView view = new GrantsView(
                user.displayName(),
                rows,
                FacadeUrls.GRANTS_PATH,
                sealed.sealForm(user.id()),
                FacadeUrls.GRANTS_PATH + "?" + Fields.ACCOUNT + "=" + Fields.OTHER);
        return BrowserAnswer.page(200, Pages.grants(view, Language.of(request.acceptLanguage())));
    }

    private BrowserAnswer end(BrowserRequest request, @Nullable BrowserUser user)
            throws PageException, StoreUnavailableException {
        if (!request.fromOwnPage(urls.issuer())) {
            throw PageException.of(403, Problem.FORGED_FORM, null);
        }
        if (user == null) {
            throw PageException.of(403, Problem.EXPIRED, null);
        }
        String form = sealed.openForm(request.parameters().get(Fields.TOKEN));
        if (form == null || !Secrets.same(user.id(), form)) {
            throw PageException.of(403, Problem.FORGED_FORM, null);
        }
        String grant = request.parameters().get(Fields.GRANT);
        if (grant == null || grant.length() > MAX_GRANT_ID_LENGTH) {
            throw PageException.of(400, Problem.BAD_REQUEST, "The form does not say which grant to end.");
        }
        grants.end(user.tenantId(), user.objectId(), grant);
        events.record(new FacadeEvent.GrantEnded(request.source(), user.tenantId(), user.objectId(), grant));
        return BrowserAnswer.redirect(urls.at(FacadeUrls.GRANTS_PATH));
    }
}
