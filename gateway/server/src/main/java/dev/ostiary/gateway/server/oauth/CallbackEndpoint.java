package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.entra.EntraDiagnosis;
import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.pages.ErrorView.Problem;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.RecordKey;
import dev.ostiary.gateway.server.store.RecordType;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where Entra sends the browser back to. Goes on only in the browser that approved, once, and for the user whose decision it
 * was. Thread-safe.
 */
final class CallbackEndpoint implements BrowserEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(CallbackEndpoint.class);
    private static final long STORE_RETRY_SECONDS = 5;
    private static final Set<String> ENTRA_IS_AWAY = Set.of("temporarily_unavailable", "server_error");

    private final FacadeUrls urls;
    private final EntraSignIn entra;
    private final SealedValues sealed;
    private final SignIns signIns;
    private final StepUps stepUps;
    private final GrantStore store;
    private final SignInEnd end;
    private final InstantSource clock;
    private final FacadeEvents events;

    CallbackEndpoint(
            FacadeUrls urls,
            EntraSignIn entra,
            SealedValues sealed,
            SignIns signIns,
            StepUps stepUps,
            GrantStore store,
            SignInEnd end,
            InstantSource clock,
            FacadeEvents events) {
        this.urls = urls;
        this.entra = entra;
        this.sealed = sealed;
        this.signIns = signIns;
        this.stepUps = stepUps;
        this.store = store;
        this.end = end;
        this.clock = clock;
        this.events = events;
    }

    @Override
    public BrowserAnswer answer(BrowserRequest request) throws PageException {
        Parameters parameters = request.parameters();
        SignInState state = sealed.openSignIn(parameters.get("state"));
        if (state == null || state.expires().isBefore(clock.instant())) {
            failed(request, state, state == null ? "UnknownState" : "Expired", null);
            throw PageException.of(400, Problem.EXPIRED, null);
        }
        if (!signIns.isSameBrowser(request, state)) {
            boolean finished = isUsed(state);
            useUp(state, parameters.get("code"));
            if (finished) {
                // The cookie went with the sign-in that it was for: nearly always somebody who went back or reloaded.
                throw usedBefore(request, state);
            }
            failed(request, state, "OtherBrowser", null);
            throw PageException.of(403, Problem.OTHER_BROWSER, null);
        }
        String error = parameters.get("error");
        if (error != null) {
            return refused(request, state, error, entra.refusal(error, parameters.get("error_description")));
        }
        String code = parameters.get("code");
        if (code == null) {
            throw PageException.of(400, Problem.BAD_REQUEST, "The parameter code is missing.");
        }
        try {
            return signIn(request, state, code);
        } catch (StoreUnavailableException away) {
            failed(request, state, "StoreUnavailable", null);
            throw PageException.retry(
                    503, Problem.UNAVAILABLE, "The store of this gateway does not answer.", STORE_RETRY_SECONDS);
        }
    }

    private BrowserAnswer signIn(BrowserRequest request, SignInState state, String code)
            throws PageException, StoreUnavailableException {
        // Asked before Entra's code is spent: when the store is away, loading the page again is all it takes.
        if (store.get(marker(state)) != null) {
            throw usedBefore(request, state);
        }
        Transaction transaction = state.transaction();
        Client client = transaction == null ? null : end.clientOf(transaction);
        Route route = transaction == null ? null : end.routeOf(transaction);
        if (transaction != null && route == null) {
            return redirect(state, transaction, "temporarily_unavailable", "this MCP server is closed at the moment");
        }
        SignedIn user;
        try {
            user = entra.redeem(urls.callback(), code, state.codeVerifier(), state.nonce());
        } catch (EntraRefusedException no) {
            return refused(request, state, "", no);
        } catch (EntraUnavailableException away) {
            failed(request, state, away.reason(), null);
            return unavailable(state, away.retryAfter().toSeconds());
        }
        String owed = state.again() ? null : stepUps.missing(state, user);
        if (owed != null) {
            return signIns.again(request, state, owed);
        }
        if (!markUsed(state, user)) {
            throw usedBefore(request, state);
        }
        BrowserAnswer answer = transaction == null || client == null || route == null
                ? end.openGrantsPage(request, state, user)
                : end.grant(request, state, transaction, client, route, user);
        return answer.withCookie(signIns.end(state));
    }

    private PageException usedBefore(BrowserRequest request, SignInState state) {
        failed(request, state, "UsedBefore", null);
        return PageException.of(400, Problem.EXPIRED, null);
    }

    /** Of several callbacks with one state exactly one gets true. */
    private boolean markUsed(SignInState state, SignedIn user) throws StoreUnavailableException {
        String owner = user.tenantId() + "_" + user.objectId();
        return store.create(marker(state), owner, "used", state.expires().plus(SignIns.LIFETIME)) != null;
    }

    private boolean isUsed(SignInState state) {
        try {
            return store.get(marker(state)) != null;
        } catch (StoreUnavailableException unknown) {
            return false;
        }
    }

    private static RecordKey marker(SignInState state) {
        return new RecordKey(RecordType.MARKER, state.id());
    }

    /**
     * Ends a sign-in that came back in another browser: Entra's code is spent and the state is used, so that neither is of any
     * use to anybody. Nothing is stored unless Entra has vouched for a user.
     */
    private void useUp(SignInState state, @Nullable String code) {
        if (code == null) {
            return;
        }
        try {
            markUsed(state, entra.redeem(urls.callback(), code, state.codeVerifier(), state.nonce()));
        } catch (EntraRefusedException | EntraUnavailableException | StoreUnavailableException nothingToSpend) {
            // The browser is turned away in any case.
        }
    }

    private BrowserAnswer refused(
            BrowserRequest request, SignInState state, String error, EntraRefusedException refusal)
            throws PageException {
        failed(request, state, refusal.meaning().name(), refusal.diagnosis().code());
        if (refusal.meaning() == EntraRefusedException.Meaning.MISCONFIGURED) {
            // The same field as on the page, for whoever reads the log instead.
            LOG.atWarn()
                    .addKeyValue("code", refusal.diagnosis().code())
                    .addKeyValue("field", refusal.diagnosis().field())
                    .addKeyValue("fix", refusal.diagnosis().fix())
                    .log("Entra refuses the gateway: its registration or settings are wrong");
        }
        if (ENTRA_IS_AWAY.contains(error)) {
            return unavailable(state, STORE_RETRY_SECONDS);
        }
        Transaction transaction = state.transaction();
        return switch (refusal.meaning()) {
            case SIGN_IN_AGAIN -> {
                String claims = refusal.claims();
                if (claims != null && !state.again()) {
                    yield signIns.again(request, state, claims);
                }
                yield denied(state, transaction, refusal);
            }
            case USER_REFUSED -> denied(state, transaction, refusal);
            case GRANT_ENDED -> throw PageException.diagnosed(400, Problem.EXPIRED, refusal.diagnosis());
            case MISCONFIGURED -> throw PageException.diagnosed(502, Problem.MISCONFIGURED, refusal.diagnosis());
        };
    }

    private BrowserAnswer denied(SignInState state, @Nullable Transaction transaction, EntraRefusedException refusal)
            throws PageException {
        if (transaction == null) {
            throw PageException.diagnosed(403, Problem.REFUSED, refusal.diagnosis());
        }
        return redirect(state, transaction, "access_denied", told(refusal.diagnosis()));
    }

    /** Most clients show this to the user: the same words, field and code that the page would. Of our own table alone. */
    private static String told(EntraDiagnosis diagnosis) {
        String field = diagnosis.field();
        return "the sign-in at Entra did not succeed. " + diagnosis.summary()
                + (field == null ? "" : " Your administrator finds it under " + field + ".")
                + " (" + diagnosis.code() + ")";
    }

    private BrowserAnswer unavailable(SignInState state, long retryAfterSeconds) throws PageException {
        Transaction transaction = state.transaction();
        if (transaction == null) {
            throw PageException.retry(503, Problem.UNAVAILABLE, "Entra does not answer.", retryAfterSeconds);
        }
        return redirect(state, transaction, "temporarily_unavailable", "Entra does not answer");
    }

    private BrowserAnswer redirect(SignInState state, Transaction transaction, String error, String description)
            throws PageException {
        // The client may have been blocked while the user was away.
        end.clientOf(transaction);
        return BrowserAnswer.redirect(RedirectAnswer.error(
                        transaction.redirectUri(), error, description, transaction.state(), urls.issuer()))
                .withCookie(signIns.end(state));
    }

    private void failed(BrowserRequest request, @Nullable SignInState state, String reason, @Nullable String code) {
        Transaction transaction = state == null ? null : state.transaction();
        events.record(new FacadeEvent.SignInFailed(
                request.source(), transaction == null ? null : transaction.clientId(), reason, code));
    }
}
