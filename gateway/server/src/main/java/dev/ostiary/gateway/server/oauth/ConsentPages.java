package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.FacadeSettings.Remember;
import dev.ostiary.gateway.server.pages.ConsentView;
import dev.ostiary.gateway.server.pages.Language;
import dev.ostiary.gateway.server.pages.Pages;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The question whether a client may, bound to the browser that is asked: what the page posts back is sealed together with the
 * digest of a cookie, so that nobody can answer for somebody else. Thread-safe.
 */
final class ConsentPages {

    private static final String COOKIE = "consent";

    /** What the state of a sign-in has beyond a consent page's token, sealed. */
    private static final int SEALED_SIGN_IN_EXTRA = 500;

    private final SealedValues sealed;
    private final Cookies cookies;
    private final Secrets secrets;
    private final AuthorizationRequest requests;
    private final Remember remember;

    ConsentPages(
            SealedValues sealed, Cookies cookies, Secrets secrets, AuthorizationRequest requests, Remember remember) {
        this.sealed = sealed;
        this.cookies = cookies;
        this.secrets = secrets;
        this.requests = requests;
        this.remember = remember;
    }

    /** Whether an approval of this client may be remembered: never where anybody could pretend to be it, unless it is wanted. */
    boolean mayRemember(Client client, RedirectUris.Target target) {
        return switch (remember) {
            case NONE -> false;
            case ALL -> true;
            case NAMED -> client.kind() != Client.Kind.REGISTERED && !target.onThisDevice();
        };
    }

    /**
     * Asks.
     *
     * @return the page; null when what it would post back is too long
     */
    @Nullable
    BrowserAnswer ask(
            BrowserRequest request,
            Client client,
            RedirectUris.Target target,
            Transaction transaction,
            boolean deniedBefore) {
        String known = cookies.read(request.cookies(), COOKIE);
        // One cookie for all pages of a browser: a second tab must not end the first.
        String browser = known != null && known.length() == Secrets.secretLength() ? known : secrets.secret();
        String token = sealed.seal(new SealedValues.ConsentToken(Secrets.digest(browser), transaction));
        if (token.length() > SealedValues.MAX_CHARS - SEALED_SIGN_IN_EXTRA) {
            return null;
        }
        ConsentView view = new ConsentView(
                client.name(),
                client.kind() != Client.Kind.STATIC,
                client.kind() == Client.Kind.DOCUMENT ? URI.create(client.id()).getHost() : null,
                target.name(),
                target.scheme(),
                target.onThisDevice(),
                requests.displayName(transaction.route()),
                transaction.resource(),
                // The one scope that there is says nothing that the page does not say in words.
                List.of(),
                FacadeUrls.CONSENT_PATH,
                token,
                mayRemember(client, target),
                deniedBefore);
        return BrowserAnswer.page(200, Pages.consent(view, Language.of(request.acceptLanguage())))
                .withCookie(cookies.set(COOKIE, browser, SignIns.LIFETIME.plus(Duration.ofMinutes(1))));
    }

    /** Whether this browser was shown the page; compared in constant time. */
    boolean isSameBrowser(BrowserRequest request, SealedValues.ConsentToken token) {
        return Secrets.isDigestOf(token.browserDigest(), cookies.read(request.cookies(), COOKIE));
    }

    /** Whether this browser has been shown any page lately, and keeps cookies. */
    boolean hasCookie(BrowserRequest request) {
        return cookies.read(request.cookies(), COOKIE) != null;
    }
}
