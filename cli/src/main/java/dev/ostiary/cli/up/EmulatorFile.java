package dev.ostiary.cli.up;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.emulator.token.SigningKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What the built-in tenant must keep to be the same tenant after a restart: where it listens and its keys. It is what users are
 * signed in with, so only the owner can read the file, and one that cannot be read is an error and stays as it is.
 */
final class EmulatorFile {

    static final String NAME = "emulator.json";

    private static final int MAX_BYTES = 256 * 1024;
    private static final int KEY_BYTES = 32;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    /** @param folder the state folder */
    EmulatorFile(Path folder) {
        this.folder = folder;
    }

    /**
     * What is kept.
     *
     * @param port where it listened last
     * @param keys of its tokens
     * @param refreshTokens the key of its refresh tokens
     */
    record Kept(int port, SigningKeys keys, SecretKey refreshTokens) {

        /** Never a key. */
        @Override
        public String toString() {
            return "Kept[port=" + port + "]";
        }
    }

    /**
     * What was kept; null when there is no file.
     *
     * @throws IOException when it cannot be read, is open to others, or holds something else
     */
    @Nullable
    Kept read() throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        OwnerOnly.requirePrivate(folder);
        OwnerOnly.requirePrivate(file);
        try (InputStream in = Files.newInputStream(file)) {
            JsonNode json = JSON.readTree(in.readNBytes(MAX_BYTES));
            int port = json.path("port").asInt();
            byte[] key = Base64.getDecoder().decode(json.path("refreshTokenKey").asText());
            if (port < 1 || port > 65_535 || key.length != KEY_BYTES) {
                throw new IllegalArgumentException("port or key");
            }
            return new Kept(
                    port, SigningKeys.importPem(json.path("signingKeys").asText()), new SecretKeySpec(key, "AES"));
        } catch (IOException | IllegalArgumentException unusable) {
            // Without the cause: its message may quote the file.
            throw new IOException(
                    file + " is not what the built-in tenant has written; delete it to start with a new tenant,"
                            + " in which everybody has to sign in again",
                    null);
        }
    }

    /** Writes it, whole. */
    void write(Kept kept) throws IOException {
        OwnerOnly.createFolder(folder);
        OwnerOnly.write(
                folder,
                NAME,
                JSON.writeValueAsBytes(JSON.createObjectNode()
                        .put("port", kept.port())
                        .put("signingKeys", kept.keys().exportPem())
                        .put(
                                "refreshTokenKey",
                                Base64.getEncoder()
                                        .encodeToString(kept.refreshTokens().getEncoded()))));
    }
}
