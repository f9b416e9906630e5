package dev.ostiary.connect.state;

import dev.ostiary.connect.diagnostics.Diagnostics;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where tokens are kept: one secret a key. Not safe for concurrent use: callers hold the lock of the key. */
public interface Secrets {

    /** The secret of this key; null when there is none, or no whole one. */
    byte @Nullable [] read(String key) throws IOException, InterruptedException;

    /** Replaces it, or makes it. */
    void write(String key, byte[] secret) throws IOException, InterruptedException;

    /** For messages. */
    String place();

    /**
     * The keychain of this session, where there is one and it works; else files.
     *
     * @param keychain whether one is to be used at all
     */
    static Secrets of(
            Map<String, String> environment, String osName, boolean keychain, OwnFiles files, Diagnostics diagnostics) {
        SecretFiles inFiles = new SecretFiles(files);
        if (!keychain) {
            return inFiles;
        }
        KeychainProgram program = KeychainProgram.find(environment, osName);
        return program == null ? inFiles : new KeychainOrFiles(new Keychain(program), inFiles, diagnostics);
    }
}
