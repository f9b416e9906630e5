package dev.ostiary.operator.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate for this machine that no authority of Java's vouches for, made by the JDK's {@code keytool}. */
public final class TestCertificate {

    private static final String PASSWORD = "of-this-test";

    private final KeyStore store;
    private final Path folder;

    public TestCertificate(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        this.folder = folder;
        Path file = folder.resolve("registry.p12");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "registry",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=registry",
                        "-ext",
                        "san=dns:localhost,dns:registry.example,ip:127.0.0.1",
                        "-ext",
                        "bc=ca:true",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException(said);
        }
        this.store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    }

    /** The certificate, in PEM. */
    public Path certificate() throws IOException, GeneralSecurityException {
        return pem(
                "registry.crt", "CERTIFICATE", store.getCertificate("registry").getEncoded());
    }

    /** The private key, in PEM. */
    public Path key() throws IOException, GeneralSecurityException {
        return pem(
                "registry.key",
                "PRIVATE KEY",
                store.getKey("registry", PASSWORD.toCharArray()).getEncoded());
    }

    /** For a server. */
    SSLContext server() throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private Path pem(String name, String kind, byte[] content) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + kind + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + kind
                        + "-----\n");
    }
}
