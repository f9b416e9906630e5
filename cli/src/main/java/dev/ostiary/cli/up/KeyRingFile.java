package dev.ostiary.cli.up;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.ostiary.gateway.config.KeyRing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * The key ring of a gateway on one machine, as a file that only its owner can read. It is made once and never written
 * over: losing it ends every session, so a file that cannot be read is an error, not a reason to make a new one.
 */
final class KeyRingFile {

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private static final String FILE = "keys.json";

    private final Path folder;
    private final Path file;

    /**
     * Names the file.
     *
     * @param folder the state folder; created with mode 0700 when it is missing
     */
    KeyRingFile(Path folder) {
        this.folder = folder;
        this.file = folder.resolve(FILE);
    }

    /**
     * The ring in the file, or a new one that has just been written to it.
     *
     * @throws IOException when the file cannot be read, is open to others, or holds something else; the message names it
     *     and never quotes it
     */
    KeyRing loadOrCreate(SecureRandom random, Instant now) throws IOException {
        OwnerOnly.createFolder(folder);
        if (!Files.exists(file)) {
            KeyRing ring = KeyRing.generate(random, now);
            OwnerOnly.write(folder, FILE, JSON.writeValueAsBytes(ring));
            return ring;
        }
        OwnerOnly.requirePrivate(file);
        try {
            KeyRing ring = JSON.readValue(Files.readAllBytes(file), KeyRing.class);
            ring.active(KeyRing.Purpose.SEALING);
            return ring;
        } catch (JacksonException | IllegalArgumentException | IllegalStateException | NullPointerException e) {
            // Not as the cause: the parser's message may quote key material.
            throw new IOException(file + " is not a key ring (" + e.getClass().getSimpleName()
                    + "); restore it from a backup, or delete it to start with new keys, which ends all sessions");
        }
    }
}
