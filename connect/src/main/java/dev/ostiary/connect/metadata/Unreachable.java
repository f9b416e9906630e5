package dev.ostiary.connect.metadata;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why there is no connection to a host, in words: the JDK's exceptions often have none. */
public final class Unreachable {

    private Unreachable() {}

    /** What is wrong and what to do; null when the connection was made, and something else is wrong. */
    public static @Nullable ConnectFailure of(URI url, IOException e) {
        if (e instanceof SSLException) {
            return ConnectFailure.environment(
                    "the TLS connection to " + url.getHost() + " fails: " + e.getMessage(),
                    "check the server's certificate; for an authority of your own set OSTIARY_JAVA_OPTS to"
                            + " -Djavax.net.ssl.trustStore=FILE");
        }
        if (!isUnconnected(e)) {
            return null;
        }
        return hasNoAddress(e)
                ? ConnectFailure.environment(
                        "the name " + url.getHost() + " has no address", "check the URL, the network and the VPN")
                : ConnectFailure.environment(
                        "the server at " + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort())
                                + " cannot be reached",
                        "check the URL, the network, the proxy and whether it runs");
    }

    /** Whether nothing was sent, so that it can be sent again. */
    public static boolean isUnconnected(IOException e) {
        return e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
    }

    /** So that a wait would be in vain. */
    public static boolean hasNoAddress(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }
}
