package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which registered redirect URI a request means (fact sheet §2.7, [D] reply-url.md): exact and case-sensitive; the port
 * is ignored for http://localhost and, on the native platform, for http://127.0.0.1 ([O] vscode).
 */
final class RedirectUriRules {

    private RedirectUriRules() {}

    /** Platform of the registered URI that {@code requested} matches; empty when none does. */
    static Optional<Platform> match(AppRegistration app, String requested) {
        AppRegistration.RedirectUris uris = app.redirectUris();
        Optional<Platform> exact = first(
                uris.web().contains(requested),
                uris.spa().contains(requested),
                uris.publicClient().contains(requested));
        return exact.isPresent()
                ? exact
                : first(
                        loopback(uris.web(), requested, false),
                        loopback(uris.spa(), requested, false),
                        loopback(uris.publicClient(), requested, true));
    }

    private static Optional<Platform> first(boolean web, boolean spa, boolean publicClient) {
        if (web) {
            return Optional.of(Platform.WEB);
        }
        if (spa) {
            return Optional.of(Platform.SPA);
        }
        return publicClient ? Optional.of(Platform.PUBLIC_CLIENT) : Optional.empty();
    }

    private static boolean loopback(List<String> registered, String requested, boolean addressToo) {
        URI wanted = parse(requested);
        if (wanted == null || !isLoopback(wanted, addressToo)) {
            return false;
        }
        return registered.stream().anyMatch(candidate -> {
            URI known = parse(candidate);
            return known != null
                    && isLoopback(known, addressToo)
                    && known.getHost().equals(wanted.getHost())
                    && path(known).equals(path(wanted))
                    && Objects.equals(known.getRawQuery(), wanted.getRawQuery());
        });
    }

    private static boolean isLoopback(URI uri, boolean addressToo) {
        return "http".equals(uri.getScheme())
                && uri.getRawUserInfo() == null
                && uri.getRawFragment() == null
                && ("localhost".equals(uri.getHost()) || (addressToo && "127.0.0.1".equals(uri.getHost())));
    }

    private static @Nullable URI parse(String text) {
        try {
            URI uri = new URI(text);
            return uri.getHost() == null ? null : uri;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static String path(URI uri) {
        return uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    }

    /** The URI as it is answered to: one without a path gets a slash ([D] reply-url.md). */
    static String answered(String requested) {
        URI uri = parse(requested);
        return uri != null && uri.getRawPath().isEmpty() && uri.getRawQuery() == null ? requested + "/" : requested;
    }
}
