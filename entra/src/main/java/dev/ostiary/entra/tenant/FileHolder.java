package dev.ostiary.entra.tenant;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A credential in a file of mode 0600, in the form that {@code ostiary up --credential} reads: a client secret in one line, or a
 * certificate and its key in PEM form.
 */
public final class FileHolder implements CredentialHolder {

    private static final int MAX_BYTES = 256 * 1024;
    private static final String INTENT = ".begun";
    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]+-----END CERTIFICATE-----\\n?");
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\\s]+-----END PRIVATE KEY-----\\n?");

    private final Path file;

    public FileHolder(Path file) {
        this.file = file.toAbsolutePath();
    }

    @Override
    public @Nullable Credential read() throws IOException {
        String text = text(file);
        if (text == null || text.isBlank()) {
            return null;
        }
        if (!text.contains("-----BEGIN ")) {
            return new Credential.Secret(text.strip());
        }
        Matcher certificate = CERTIFICATE.matcher(text);
        Matcher key = KEY.matcher(text);
        if (!certificate.find() || !key.find()) {
            throw new IOException(file + " holds neither a client secret nor a certificate and its key");
        }
        return new Credential.KeyPair(certificate.group(), key.group());
    }

    @Override
    public void write(Credential credential) throws IOException {
        write(
                file,
                switch (credential) {
                    case Credential.Secret(String value) -> value + "\n";
                    case Credential.KeyPair(String certificate, String privateKey) -> certificate + privateKey;
                });
        Files.deleteIfExists(intent());
    }

    @Override
    public void intend(String name) throws IOException {
        write(intent(), name + "\n");
    }

    @Override
    public @Nullable String intended() throws IOException {
        String text = text(intent());
        return text == null || text.isBlank() ? null : text.strip();
    }

    @Override
    public String where() {
        return file.toString();
    }

    private Path intent() {
        return file.resolveSibling(file.getFileName() + INTENT);
    }

    private static @Nullable String text(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(path)) {
            return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
        }
    }

    /** Never open to others, not for a moment, and never half. */
    private static void write(Path path, String text) throws IOException {
        Path folder = path.getParent();
        if (folder == null) {
            throw new IOException(path + " is no file");
        }
        boolean modes = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] mode = modes
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Path fresh = Files.createTempFile(folder, "." + path.getFileName(), ".new", mode);
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
