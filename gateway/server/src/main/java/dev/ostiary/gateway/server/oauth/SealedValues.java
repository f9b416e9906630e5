package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.keys.Sealer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What browsers carry for the facade, each kind sealed for its own purpose so that none can be taken for another. The layout
 * begins with a version; what another release wrote in another layout is as good as nothing. Thread-safe.
 */
final class SealedValues {

    /** Longest sealed text to look at: a request line has 8 kB, and Entra's code needs its part. */
    static final int MAX_CHARS = 5500;

    private static final int VERSION = 1;
    private static final String CONSENT = "oauth-consent";
    private static final String SIGN_IN = "oauth-sign-in";
    private static final String USER = "oauth-user";
    private static final String SESSION = "oauth-grants-session";
    private static final String FORM = "oauth-grants-form";

    private final Sealer sealer;

    /** @param sealer with the keys for sealing */
    SealedValues(Sealer sealer) {
        this.sealer = sealer;
    }

    /**
     * What the consent page posts back.
     *
     * @param browserDigest of the cookie of the browser that was shown the page
     */
    record ConsentToken(String browserDigest, Transaction transaction) {}

    /**
     * Who uses a browser, as far as it is known.
     *
     * @param id of the page session; empty for the long-lived cookie
     * @param expires whole seconds
     */
    record BrowserUser(String id, String tenantId, String objectId, String displayName, Instant expires) {

        String key() {
            return tenantId + "/" + objectId;
        }
    }

    String seal(ConsentToken token) {
        return seal(CONSENT, out -> {
            out.writeUTF(token.browserDigest);
            write(out, token.transaction);
        });
    }

    @Nullable
    ConsentToken openConsent(@Nullable String sealed) {
        return open(CONSENT, sealed, in -> new ConsentToken(in.readUTF(), readTransaction(in)));
    }

    String seal(SignInState state) {
        return seal(SIGN_IN, out -> {
            out.writeUTF(state.id());
            out.writeLong(state.expires().getEpochSecond());
            out.writeUTF(state.nonce());
            out.writeUTF(state.codeVerifier());
            out.writeUTF(state.browserDigest());
            out.writeBoolean(state.remember());
            out.writeBoolean(state.again());
            writeNullable(out, state.expectedUser());
            writeNullable(out, state.claimsDigest());
            Transaction transaction = state.transaction();
            out.writeBoolean(transaction != null);
            if (transaction != null) {
                write(out, transaction);
            }
        });
    }

    @Nullable
    SignInState openSignIn(@Nullable String sealed) {
        return open(SIGN_IN, sealed, in -> {
            String id = in.readUTF();
            Instant expires = Instant.ofEpochSecond(in.readLong());
            String nonce = in.readUTF();
            String verifier = in.readUTF();
            String browser = in.readUTF();
            boolean remember = in.readBoolean();
            boolean again = in.readBoolean();
            String expected = readNullable(in);
            String claims = readNullable(in);
            Transaction transaction = in.readBoolean() ? readTransaction(in) : null;
            return new SignInState(
                    id, expires, nonce, verifier, browser, transaction, remember, expected, again, claims);
        });
    }

    /** The long-lived cookie: whose remembered decisions to look up, and nothing more. */
    String sealUser(BrowserUser user) {
        return seal(USER, out -> write(out, user));
    }

    @Nullable
    BrowserUser openUser(@Nullable String sealed) {
        return open(USER, sealed, SealedValues::readUser);
    }

    /** The cookie of somebody who has signed in to see the page of grants. */
    String sealSession(BrowserUser user) {
        return seal(SESSION, out -> write(out, user));
    }

    @Nullable
    BrowserUser openSession(@Nullable String sealed) {
        return open(SESSION, sealed, SealedValues::readUser);
    }

    /** What the page of grants posts back. */
    String sealForm(String sessionId) {
        return seal(FORM, out -> out.writeUTF(sessionId));
    }

    @Nullable
    String openForm(@Nullable String sealed) {
        return open(FORM, sealed, in -> in.readUTF());
    }

    @FunctionalInterface
    private interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    @FunctionalInterface
    private interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    private String seal(String purpose, Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writer.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a value could not be written", e);
        }
        return sealer.seal(purpose, bytes.toByteArray());
    }

    private <T> @Nullable T open(String purpose, @Nullable String sealed, Reader<T> reader) {
        byte[] bytes = sealed == null ? null : sealer.open(purpose, sealed, MAX_CHARS);
        if (bytes == null) {
            return null;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION) {
                return null;
            }
            T value = reader.read(in);
            return in.available() > 0 ? null : value;
        } catch (IOException | DateTimeException otherLayout) {
            return null;
        }
    }

    private static void write(DataOutputStream out, BrowserUser user) throws IOException {
        out.writeUTF(user.id);
        out.writeUTF(user.tenantId);
        out.writeUTF(user.objectId);
        out.writeUTF(user.displayName);
        out.writeLong(user.expires.getEpochSecond());
    }

    private static BrowserUser readUser(DataInputStream in) throws IOException {
        return new BrowserUser(
                in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF(), Instant.ofEpochSecond(in.readLong()));
    }

    private static void write(DataOutputStream out, Transaction transaction) throws IOException {
        out.writeUTF(transaction.id());
        out.writeLong(transaction.expires().getEpochSecond());
        out.writeUTF(transaction.clientId());
        out.writeUTF(transaction.redirectUri());
        writeNullable(out, transaction.state());
        out.writeUTF(transaction.codeChallenge());
        out.writeUTF(transaction.route());
        out.writeUTF(transaction.workloadUid());
        out.writeUTF(transaction.resource());
        out.writeUTF(transaction.scope());
    }

    private static Transaction readTransaction(DataInputStream in) throws IOException {
        String id = in.readUTF();
        Instant expires = Instant.ofEpochSecond(in.readLong());
        String clientId = in.readUTF();
        String redirectUri = in.readUTF();
        String state = readNullable(in);
        return new Transaction(
                id,
                expires,
                clientId,
                redirectUri,
                state,
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF());
    }

    private static void writeNullable(DataOutputStream out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    private static @Nullable String readNullable(DataInputStream in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }
}
