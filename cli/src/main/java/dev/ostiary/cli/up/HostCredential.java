package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.gateway.config.EntraCredential;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The credential of the Entra registration in a file of this machine: a client secret, or an RSA certificate and its private
 * key in PEM form, in any order.
 *
 * @param credential how it is used
 * @param values what the credential names, by the names it uses; never shown
 */
record HostCredential(EntraCredential credential, Map<String, String> values) {

    /** No Secret can have these names: Kubernetes allows no underscore. */
    private static final String SECRET = "_host/entra/client-secret";

    private static final String CERTIFICATE = "_host/entra/tls.crt";
    private static final String KEY = "_host/entra/tls.key";

    private static final int MAX_BYTES = 256 * 1024;
    private static final int MAX_SECRET = 1024;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    HostCredential {
        values = new TreeMap<>(values);
    }

    /**
     * Reads a file.
     *
     * @throws CommandFailure when it cannot be read, is open to others, or holds neither; the message never quotes it
     */
    static HostCredential read(Path file) throws CommandFailure {
        try {
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw new IOException(file + " cannot be read");
            }
            OwnerOnly.requirePrivate(file);
            byte[] content;
            try (InputStream in = Files.newInputStream(file)) {
                content = in.readNBytes(MAX_BYTES);
            }
            String text = new String(content, StandardCharsets.ISO_8859_1);
            return text.contains("-----BEGIN ") ? certificate(file, text) : secret(file, text);
        } catch (IOException e) {
            throw CommandFailure.usage("--credential: " + e.getMessage());
        }
    }

    /** Never a value. */
    @Override
    public String toString() {
        return "HostCredential[" + credential + "]";
    }

    private static HostCredential secret(Path file, String text) throws IOException {
        String secret = text.strip();
        if (secret.isEmpty() || secret.length() > MAX_SECRET || secret.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IOException(
                    file + " must hold a client secret in one line, or a certificate and its private key in PEM form");
        }
        return new HostCredential(new EntraCredential.ClientSecret(SECRET), Map.of(SECRET, secret));
    }

    private static HostCredential certificate(Path file, String text) throws IOException {
        List<String> certificates = new ArrayList<>();
        List<Matcher> keys = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            switch (block.group(1)) {
                case "CERTIFICATE" -> certificates.add(block.group());
                case "PRIVATE KEY" -> keys.add(BLOCK.matcher(block.group()));
                default ->
                    throw new IOException(
                            file + " holds a block of the type " + block.group(1)
                                    + "; wanted are CERTIFICATE and PRIVATE KEY (unencrypted PKCS#8: openssl pkcs8 -topk8 -nodes)");
            }
        }
        if (certificates.isEmpty() || keys.size() != 1) {
            throw new IOException(file + " must hold at least one certificate and exactly one private key in PEM form");
        }
        String chain = String.join("\n", certificates) + "\n";
        Matcher key = keys.getFirst();
        if (!key.matches() || !belongTogether(chain, key.group(2))) {
            throw new IOException(
                    file + " must begin with the certificate of its private key, and Entra takes RSA keys only");
        }
        return new HostCredential(
                new EntraCredential.Certificate(CERTIFICATE, KEY), Map.of(CERTIFICATE, chain, KEY, key.group() + "\n"));
    }

    private static boolean belongTogether(String chain, String key) {
        try {
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(chain.getBytes(StandardCharsets.US_ASCII)));
            byte[] der = Base64.getMimeDecoder().decode(key);
            return certificate.getPublicKey() instanceof RSAPublicKey publicKey
                    && KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der))
                            instanceof RSAPrivateKey privateKey
                    && publicKey.getModulus().equals(privateKey.getModulus());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
