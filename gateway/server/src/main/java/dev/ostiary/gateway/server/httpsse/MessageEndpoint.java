package dev.ostiary.gateway.server.httpsse;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where an HTTP+SSE server wants messages posted (2024-11-05, Transports, event {@code endpoint}). The server chooses it, and
 * the calls that go there bear the caller's data and the workload's credential; so it must be of the very origin that the
 * stream came from, as the protocol's clients demand as well.
 */
final class MessageEndpoint {

    private static final int MAX_LENGTH = 2048;

    private MessageEndpoint() {}

    /**
     * Reads the data of an {@code endpoint} event.
     *
     * @param stream the URL that the stream was opened at
     * @param data an absolute URL or a reference relative to {@code stream}
     * @return null when it is no URL of the stream's origin
     */
    static @Nullable URI read(URI stream, byte[] data) {
        if (data.length == 0 || data.length > MAX_LENGTH) {
            return null;
        }
        for (byte b : data) {
            if (b <= ' ' || b > '~' || b == '\\') {
                return null;
            }
        }
        URI url;
        try {
            url = stream.resolve(new String(data, StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return null;
        }
        boolean same = url.getHost() != null
                && url.getRawUserInfo() == null
                && url.getRawFragment() == null
                && lower(url.getScheme()).equals(lower(stream.getScheme()))
                && lower(url.getHost()).equals(lower(stream.getHost()))
                && port(url) == port(stream);
        return same ? url : null;
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    private static int port(URI url) {
        return url.getPort() >= 0 ? url.getPort() : lower(url.getScheme()).equals("https") ? 443 : 80;
    }
}
