package dev.ostiary.gateway.server.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A self-signed certificate for localhost, made by the JDK's keytool.
 *
 * @param certificate the certificate
 * @param key its key
 */
record TestCertificates(X509Certificate certificate, PrivateKey key) {

    static TestCertificates create(Path folder, String name, String algorithm) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-J-XX:TieredStopAtLevel=1",
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .inheritIO()
                .start();
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool failed");
        }
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        return new TestCertificates(
                (X509Certificate) keys.getCertificate(name), (PrivateKey) keys.getKey(name, "changeit".toCharArray()));
    }

    TlsFiles write(Path folder) throws Exception {
        Files.createDirectories(folder);
        TlsFiles files = new TlsFiles(folder.resolve("tls.crt"), folder.resolve("tls.key"));
        Files.writeString(files.certificate(), certificatePem());
        Files.writeString(files.key(), pem("PRIVATE KEY", key.getEncoded()));
        return files;
    }

    String certificatePem() throws Exception {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /** What PKCS #8 wraps: the key in its algorithm's own form, PKCS #1 or SEC 1. */
    byte[] unwrappedKey() {
        byte[] pkcs8 = key.getEncoded();
        int at = skipHeader(pkcs8, 0);
        at = skip(pkcs8, at);
        at = skip(pkcs8, at);
        return Arrays.copyOfRange(pkcs8, skipHeader(pkcs8, at), skip(pkcs8, at));
    }

    private static int skipHeader(byte[] der, int at) {
        return (der[at + 1] & 0x80) == 0 ? at + 2 : at + 2 + (der[at + 1] & 0x7f);
    }

    private static int skip(byte[] der, int at) {
        int start = skipHeader(der, at);
        int length = der[at + 1] & 0xff;
        if (length >= 0x80) {
            length = 0;
            for (int i = at + 2; i < start; i++) {
                length = length << 8 | (der[i] & 0xff);
            }
        }
        return start + length;
    }

    /** Trusts this certificate alone. */
    SSLContext clientContext() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("server", certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
