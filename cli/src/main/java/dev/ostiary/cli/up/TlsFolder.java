package dev.ostiary.cli.up;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.server.http.TlsFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The certificate and key that {@code spec.tls} names, as files for the listener, which reads them again when they change. The
 * folder is the owner's alone and goes with the process.
 */
final class TlsFolder implements AutoCloseable {

    private static final String CERTIFICATE = "tls.crt";
    private static final String KEY = "tls.key";

    private final Path folder;

    private TlsFolder(Path folder) {
        this.folder = folder;
    }

    /** Makes the folder. Temporary folders have mode 0700. */
    static TlsFolder create() throws IOException {
        return new TlsFolder(Files.createTempDirectory("ostiary-tls"));
    }

    /**
     * Writes what the Secret holds now.
     *
     * @return null when the gateway names no Secret, or one whose keys are not there; the gateway is closed then
     */
    @Nullable
    TlsFiles write(GatewayFiles.Outcome outcome) throws IOException {
        ResourceName secret = outcome.tls();
        if (secret == null) {
            return null;
        }
        Credentials credentials = outcome.credentials();
        String certificate = credentials.get(secret + "/" + CERTIFICATE);
        String key = credentials.get(secret + "/" + KEY);
        if (certificate == null || key == null) {
            return null;
        }
        OwnerOnly.write(folder, KEY, key.getBytes(StandardCharsets.US_ASCII));
        OwnerOnly.write(folder, CERTIFICATE, certificate.getBytes(StandardCharsets.US_ASCII));
        return new TlsFiles(folder.resolve(CERTIFICATE), folder.resolve(KEY));
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(folder.resolve(KEY));
            Files.deleteIfExists(folder.resolve(CERTIFICATE));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            // The folder is private; what is left there is nobody else's.
            folder.toFile().deleteOnExit();
        }
    }
}
