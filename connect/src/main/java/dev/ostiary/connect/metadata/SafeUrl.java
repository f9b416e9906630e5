package dev.ostiary.connect.metadata;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;

/** URLs that a token, a code or a question about them may be sent to: https, or plain http to this machine. */
public final class SafeUrl {

    private SafeUrl() {}

    /**
     * Reads one.
     *
     * @param what how it is called in the message
     * @param allowHttp whether plain http to other machines is let pass, because the user said so
     */
    public static URI of(String text, String what, boolean allowHttp) throws ConnectFailure {
        URI url;
        try {
            url = new URI(text.strip());
        } catch (URISyntaxException e) {
            throw ConnectFailure.usage(what + " is not a URL", "give one such as https://mcp.example.com/notes");
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (url.getHost() == null) {
            throw ConnectFailure.usage(what + " has no host", "give one such as https://mcp.example.com/notes");
        }
        if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw ConnectFailure.usage(
                    what + " has a user or a fragment", "give it without, such as https://mcp.example.com/notes");
        }
        if (!scheme.equals("https") && !(scheme.equals("http") && (allowHttp || isLoopback(url)))) {
            throw ConnectFailure.usage(
                    what + " is not https: tokens would travel in the clear",
                    "use https, or --allow-http where the network is trusted");
        }
        return url;
    }

    /**
     * Reads one that a server names: nothing less safe than what the user chose for that server itself. So a server elsewhere cannot send
     * us to a port of this machine.
     *
     * @param server as the user gave it
     */
    public static URI namedBy(URI server, String text, String what) throws ConnectFailure {
        if (server.getScheme().equalsIgnoreCase("https")) {
            URI url = of(text, what, true);
            if (!url.getScheme().equalsIgnoreCase("https")) {
                throw ConnectFailure.refused(
                        what + " is not https, and the server at " + server + " is", "tell the server's operator");
            }
            return url;
        }
        return of(text, what, !isLoopback(server));
    }

    /** By name or number: nothing is looked up. */
    public static boolean isLoopback(URI url) {
        String host = Objects.requireNonNullElse(url.getHost(), "").toLowerCase(Locale.ROOT);
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    /** Scheme, host and port, as texts. */
    public static boolean haveOneOrigin(URI a, URI b) {
        return Objects.equals(a.getScheme(), b.getScheme()) && Objects.equals(a.getRawAuthority(), b.getRawAuthority());
    }
}
