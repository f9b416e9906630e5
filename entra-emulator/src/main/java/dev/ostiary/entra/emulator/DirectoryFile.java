package dev.ostiary.entra.emulator;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A directory as a JSON file: the fields of {@link Directory} and its parts by name. Lists that are left out are empty,
 * users and apps are enabled unless they say otherwise, unknown fields are refused.
 */
public final class DirectoryFile {

    private static final ObjectMapper JSON =
            new ObjectMapper().registerModule(new SimpleModule().addDeserializer(Instant.class, new InstantReader()));

    private DirectoryFile() {}

    /**
     * Reads a file.
     *
     * @throws IOException when it cannot be read
     * @throws IllegalArgumentException when it is not a directory; the message names line and column
     */
    public static Directory read(Path file) throws IOException {
        try {
            JsonNode root = JSON.readTree(Files.readString(file));
            for (JsonNode tenant : root.path("tenants")) {
                tenant.path("users").forEach(DirectoryFile::enable);
                tenant.path("apps").forEach(DirectoryFile::enable);
            }
            return JSON.treeToValue(root, Directory.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    file + " is not a directory of the Entra emulator: " + e.getMessage(), e);
        }
    }

    private static void enable(JsonNode node) {
        if (node instanceof ObjectNode object && !object.has("enabled")) {
            object.put("enabled", true);
        }
    }

    private static final class InstantReader extends StdDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        InstantReader() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return Instant.parse(parser.getText());
        }
    }
}
