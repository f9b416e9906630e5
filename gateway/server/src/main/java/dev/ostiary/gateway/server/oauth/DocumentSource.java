package dev.ostiary.gateway.server.oauth;

import java.io.Serial;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads JSON documents that strangers name. Blocks for a bounded time. Thread-safe. */
@FunctionalInterface
interface DocumentSource {

    /**
     * A document.
     *
     * @param text its content, Latin-1: every byte is a character
     * @param maxAge how long its server says that it may be kept; null: it says nothing
     */
    record Document(String text, @Nullable Duration maxAge) {

        byte[] bytes() {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * Reads a document.
     *
     * @param url as {@link DocumentUrl} allows it
     * @param maxBytes longer ones are refused
     */
    Document read(URI url, int maxBytes) throws DocumentException;

    /** A document could not be had. */
    final class DocumentException extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

        private final boolean gone;

        /**
         * @param gone whether its server has answered that there is none
         * @param message for the log; the host, never more of the URL
         */
        DocumentException(boolean gone, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.gone = gone;
        }

        boolean gone() {
            return gone;
        }
    }
}
