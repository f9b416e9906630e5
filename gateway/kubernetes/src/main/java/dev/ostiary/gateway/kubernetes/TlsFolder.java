package dev.ostiary.gateway.kubernetes;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.server.http.TlsFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The certificate and key that {@code spec.tls} names, as files for the listener, which reads them again when they change. In
 * the temporary folder, which in a pod is memory of the pod's own; the owner's alone, and gone with the process.
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
     * @throws IllegalArgumentException when the credentials have no certificate or no key of this name
     */
    TlsFiles write(ResourceName secret, Credentials credentials) throws IOException {
        String certificate = credentials.get(secret + "/" + CERTIFICATE);
        String key = credentials.get(secret + "/" + KEY);
        if (certificate == null || key == null) {
            throw new IllegalArgumentException(
                    "the Secret " + secret + " has no " + (certificate == null ? CERTIFICATE : KEY));
        }
        replace(KEY, key);
        replace(CERTIFICATE, certificate);
        return new TlsFiles(folder.resolve(CERTIFICATE), folder.resolve(KEY));
    }

    private void replace(String name, String content) throws IOException {
        Path fresh = Files.createTempFile(
                folder,
                name,
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(fresh, content, StandardCharsets.US_ASCII);
            Files.move(
                    fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
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
