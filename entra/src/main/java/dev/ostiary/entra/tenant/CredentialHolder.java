package dev.ostiary.entra.tenant;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where the gateway's credential is kept: a file, or a Secret. What it gives is secret, and is asked for only to compare it with
 * what Entra has and to try it.
 */
public interface CredentialHolder {

    /** The credential: a client secret, or PEM texts of a certificate and its key; null: none. */
    @Nullable
    Credential read() throws IOException, InterruptedException;

    /** Keeps it, readable for nobody else, and forgets what {@link #intend} noted. */
    void write(Credential credential) throws IOException, InterruptedException;

    /**
     * Notes the name under which a client secret is about to be made, so that one whose value was lost on the way is known and
     * removed.
     */
    void intend(String name) throws IOException, InterruptedException;

    /** The name of a client secret that was begun and never kept; null: none. */
    @Nullable
    String intended() throws IOException, InterruptedException;

    /** For people. */
    String where();

    /** A credential. {@code toString} shows nothing of it. */
    sealed interface Credential {

        /** A client secret. */
        record Secret(String value) implements Credential {
            @Override
            public String toString() {
                return "Secret[...]";
            }
        }

        /** A certificate and its private key, in PEM form. */
        record KeyPair(String certificate, String privateKey) implements Credential {
            @Override
            public String toString() {
                return "KeyPair[...]";
            }
        }
    }
}
