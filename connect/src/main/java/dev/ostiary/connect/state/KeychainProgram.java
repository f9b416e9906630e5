package dev.ostiary.connect.state;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operating system's own program for its keychain. Secrets go to its standard input, never into its arguments, which all may read. */
interface KeychainProgram {

    /** In what all items have in common. */
    String SERVICE = "ostiary-connect";

    /** The text of this item; null when there is none. */
    @Nullable
    String item(String account) throws IOException, InterruptedException;

    /** Replaces an item, or makes it. */
    void store(String account, String text) throws IOException, InterruptedException;

    /** How many characters of base64 an item takes, with room for what comes before it. */
    int longestPart();

    /** For messages. */
    String name();

    /** The one of this session; null where there is no keychain to ask. */
    static @Nullable KeychainProgram find(Map<String, String> environment, String osName) {
        return osName.startsWith("Mac") ? MacSecurity.find(environment) : SecretTool.find(environment);
    }
}
