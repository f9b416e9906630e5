package dev.ostiary.entra.emulator.token;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The token keys of one emulator: always more than one is published, one signs, and they roll over.
 *
 * <p>Source: fact sheet §1.4, [D] signing-key-rollover.md. Safe for any thread. Export and import keep tokens valid
 * over a restart.
 */
public final class SigningKeys {

    private static final int MAX_PUBLISHED = 6;

    private final Object lock = new Object();
    private List<SigningKey> published;
    private int active;
    private @Nullable SigningKey personal;
    private @Nullable SigningKey foreign;
    private final Map<String, SigningKey> custom = new HashMap<>();

    private SigningKeys(List<SigningKey> published, int active) {
        this.published = List.copyOf(published);
        this.active = active;
    }

    /** Two fresh keys: the first signs, the second is the next one. Takes a few hundred milliseconds. */
    public static SigningKeys generate() {
        return new SigningKeys(
                List.of(Certificates.rsa(Certificates.ORGANISATIONAL), Certificates.rsa(Certificates.ORGANISATIONAL)),
                0);
    }

    /** The published keys once more, to roll over on their own. Takes no time: making a key pair is what does. */
    public SigningKeys copy() {
        synchronized (lock) {
            return new SigningKeys(published, active);
        }
    }

    /**
     * Keys that {@link #exportPem} wrote.
     *
     * @throws IllegalArgumentException when the text does not hold as many RSA keys as certificates, at least one
     */
    public static SigningKeys importPem(String pem) {
        List<byte[]> keys = Pem.blocks(pem, "PRIVATE KEY");
        List<X509Certificate> certificates = Pem.certificates(pem);
        if (keys.isEmpty() || keys.size() != certificates.size() || keys.size() > MAX_PUBLISHED) {
            throw new IllegalArgumentException("the key file of the Entra emulator must hold 1 to " + MAX_PUBLISHED
                    + " PRIVATE KEY blocks, each with its CERTIFICATE; it holds " + keys.size() + " and "
                    + certificates.size() + ". Delete it to get new keys.");
        }
        List<SigningKey> read = new ArrayList<>();
        try {
            KeyFactory factory = KeyFactory.getInstance("RSA");
            for (int i = 0; i < keys.size(); i++) {
                read.add(new SigningKey(
                        factory.generatePrivate(new PKCS8EncodedKeySpec(keys.get(i))), certificates.get(i)));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "a PRIVATE KEY block in the key file of the Entra emulator is not an RSA key in PKCS#8. Delete the"
                            + " file to get new keys.",
                    e);
        }
        return new SigningKeys(read, 0);
    }

    /** All published keys as PEM, the signing one first. Secret: keep it in a file with mode 0600. */
    public String exportPem() {
        StringBuilder text = new StringBuilder();
        synchronized (lock) {
            append(text, published.get(active));
            for (int i = 0; i < published.size(); i++) {
                if (i != active) {
                    append(text, published.get(i));
                }
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, SigningKey key) {
        text.append(Pem.block("PRIVATE KEY", key.privateKey().getEncoded()));
        text.append(Pem.certificate(key.certificate()));
    }

    /** The key that signs now. */
    public SigningKey active() {
        synchronized (lock) {
            return published.get(active);
        }
    }

    /** Every key in the key set. */
    public List<SigningKey> published() {
        synchronized (lock) {
            return published;
        }
    }

    /** The published key with this id, or an API's own; null for none. */
    public @Nullable SigningKey find(String kid) {
        return Stream.concat(published().stream(), customKeys().stream())
                .filter(key -> key.kid().equals(kid))
                .findFirst()
                .orElse(null);
    }

    /** A new key signs from now on; the old ones stay published (at most six), so that their tokens stay valid. */
    public void rotateGracefully() {
        SigningKey fresh = Certificates.rsa(Certificates.ORGANISATIONAL);
        synchronized (lock) {
            List<SigningKey> next = new ArrayList<>(published);
            next.add(fresh);
            if (next.size() > MAX_PUBLISHED) {
                next.removeFirst();
            }
            published = List.copyOf(next);
            active = next.size() - 1;
        }
    }

    /** Two new keys replace all others at once: tokens signed before are no longer verifiable. */
    public void rotateInEmergency() {
        SigningKey fresh = Certificates.rsa(Certificates.ORGANISATIONAL);
        SigningKey spare = Certificates.rsa(Certificates.ORGANISATIONAL);
        synchronized (lock) {
            published = List.of(fresh, spare);
            active = 0;
        }
    }

    /** The key for personal accounts, which only {@code common} and {@code consumers} publish. Made on first use. */
    public SigningKey personal() {
        synchronized (lock) {
            SigningKey key = personal;
            if (key == null) {
                key = Certificates.rsa(Certificates.PERSONAL);
                personal = key;
            }
            return key;
        }
    }

    /** Gives an API a signing key of its own, unless it has one. Takes a moment. */
    public void addCustom(String appId) {
        synchronized (lock) {
            custom.computeIfAbsent(appId, _ -> Certificates.rsa(Certificates.ORGANISATIONAL));
        }
    }

    private List<SigningKey> customKeys() {
        synchronized (lock) {
            return List.copyOf(custom.values());
        }
    }

    /** The API's own signing key; null when its tokens are signed with everybody's. */
    public @Nullable SigningKey custom(String appId) {
        synchronized (lock) {
            return custom.get(appId);
        }
    }

    /** A key of the same kind that no key set publishes. Made on first use. */
    SigningKey foreign() {
        synchronized (lock) {
            SigningKey key = foreign;
            if (key == null) {
                key = Certificates.rsa(Certificates.ORGANISATIONAL);
                foreign = key;
            }
            return key;
        }
    }
}
