package dev.ostiary.connect.az;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is logged in with {@code az}, as a mark that changes whenever that does: of {@code azureProfile.json} (accounts, default
 * subscription) and {@code config} (cloud) in its folder, and of the variables that steer it. {@code az login}, {@code az logout} and
 * {@code az account set} all write the first.
 */
final class AzLogin {

    private static final int LONGEST = 4 * 1024 * 1024;

    private AzLogin() {}

    /** Null when nobody has logged in there, or that cannot be told. */
    static @Nullable String mark(Map<String, String> environment) {
        try {
            Path folder = folder(environment);
            Path profile = folder.resolve("azureProfile.json");
            if (!Files.isRegularFile(profile) || Files.size(profile) > LONGEST) {
                return null;
            }
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Files.readAllBytes(profile));
            Path config = folder.resolve("config");
            if (Files.isRegularFile(config)) {
                if (Files.size(config) > LONGEST) {
                    return null;
                }
                digest.update(Files.readAllBytes(config));
            }
            new TreeMap<>(environment).forEach((name, value) -> {
                if (name.startsWith("AZURE_")) {
                    digest.update((name + "=" + value + "\n").getBytes(StandardCharsets.UTF_8));
                }
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException | InvalidPathException e) {
            return null;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Another text whenever what the mark is made of was written; cheap enough to be looked at before each call. */
    static String stamp(Map<String, String> environment) {
        try {
            Path folder = folder(environment);
            return stamp(folder.resolve("azureProfile.json")) + " " + stamp(folder.resolve("config"));
        } catch (InvalidPathException e) {
            return "";
        }
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + "/" + attributes.size();
        } catch (IOException e) {
            return "none";
        }
    }

    private static Path folder(Map<String, String> environment) {
        String said = environment.getOrDefault("AZURE_CONFIG_DIR", "");
        return said.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".azure")
                : Path.of(said);
    }
}
