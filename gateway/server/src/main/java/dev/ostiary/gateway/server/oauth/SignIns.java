package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.entra.EntraSignIn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends browsers to Entra, each with a cookie that only the browser which approved has: without it nobody gets further at the
 * callback, so that a URL from one browser is of no use in another. Thread-safe.
 */
final class SignIns {

    /** How long a user has, at each of the two stations. */
    static final Duration LIFETIME = Duration.ofMinutes(10);

    /** Sign-ins that one browser has open; the cookies of more are given up, since a request's headers have an end. */
    private static final int MAX_OPEN = 8;

    private static final String COOKIE = "signin-";

    private final FacadeUrls urls;
    private final EntraSignIn entra;
    private final SealedValues sealed;
    private final Cookies cookies;
    private final Secrets secrets;
    private final StepUps stepUps;
    private final InstantSource clock;

    SignIns(
            FacadeUrls urls,
            EntraSignIn entra,
            SealedValues sealed,
            Cookies cookies,
            Secrets secrets,
            StepUps stepUps,
            InstantSource clock) {
        this.urls = urls;
        this.entra = entra;
        this.sealed = sealed;
        this.cookies = cookies;
        this.secrets = secrets;
        this.stepUps = stepUps;
        this.clock = clock;
    }

    /** When what begins now is over. */
    Instant deadline() {
        return clock.instant().plus(LIFETIME).truncatedTo(ChronoUnit.SECONDS);
    }

    /** For an approval given on the page. */
    BrowserAnswer approved(BrowserRequest request, Transaction transaction, boolean remember) {
        return begin(request, transaction.id(), transaction, remember, null, false, stepUps.likely(request), null);
    }

    /** For an approval remembered of a user who has yet to show that it is the same. */
    BrowserAnswer remembered(BrowserRequest request, Transaction transaction, String expectedUser) {
        return begin(request, transaction.id(), transaction, false, expectedUser, false, stepUps.likely(request), null);
    }

    /** For the page of grants. */
    BrowserAnswer forGrantsPage(BrowserRequest request) {
        return begin(request, secrets.id(), null, false, null, false, stepUps.likely(request), null);
    }

    /** For the page of grants, of whoever Entra lets the user choose. Without a step-up: it was asked of the other account. */
    BrowserAnswer forGrantsPageOfAnother(BrowserRequest request) {
        return begin(request, secrets.id(), null, false, null, false, null, "select_account");
    }

    /** The same once more, with what Entra asks for. */
    BrowserAnswer again(BrowserRequest request, SignInState state, String claims) {
        return begin(
                request, state.id(), state.transaction(), state.remember(), state.expectedUser(), true, claims, null);
    }

    private BrowserAnswer begin(
            BrowserRequest request,
            String id,
            @Nullable Transaction transaction,
            boolean remember,
            @Nullable String expectedUser,
            boolean again,
            @Nullable String claims,
            @Nullable String prompt) {
        String browser = secrets.secret();
        String nonce = secrets.secret();
        String verifier = secrets.secret();
        SignInState state = new SignInState(
                id,
                deadline(),
                nonce,
                verifier,
                Secrets.digest(browser),
                transaction,
                remember,
                expectedUser,
                again,
                claims == null ? null : Secrets.digest(claims));
        String entraUrl = entra.authorizationUrl(
                        urls.callback(), sealed.seal(state), nonce, Secrets.digest(verifier), claims, prompt)
                .toString();
        BrowserAnswer answer = BrowserAnswer.redirect(entraUrl);
        List<String> open = cookies.names(request.cookies(), COOKIE);
        for (int i = 0; i <= open.size() - MAX_OPEN; i++) {
            answer = answer.withCookie(cookies.clear(open.get(i)));
        }
        return answer.withCookie(cookies.set(cookie(id), browser, LIFETIME));
    }

    /** Whether this browser was sent to Entra with this state; compared in constant time. */
    boolean isSameBrowser(BrowserRequest request, SignInState state) {
        return Secrets.isDigestOf(state.browserDigest(), cookies.read(request.cookies(), cookie(state.id())));
    }

    /** The header that ends the browser's part. */
    String end(SignInState state) {
        return cookies.clear(cookie(state.id()));
    }

    private static String cookie(String id) {
        return COOKIE + id;
    }
}
