package dev.ostiary.connect.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in the keychain of the operating system. Tokens may be longer than what its programs take at once, so a secret is one or more
 * items of base64; the first says how many and their hash, so that parts of two are never taken for one.
 */
final class Keychain implements Secrets {

    private static final int MOST_PARTS = 64;
    private static final Pattern FIRST = Pattern.compile("([0-9]{1,2})\\.([0-9a-f]{32})\\.([A-Za-z0-9+/=]+)");

    private final KeychainProgram program;

    Keychain(KeychainProgram program) {
        this.program = program;
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException, InterruptedException {
        String first = program.item(key);
        Matcher parsed = FIRST.matcher(first == null ? "" : first);
        if (!parsed.matches()) {
            return null;
        }
        StringBuilder text = new StringBuilder(parsed.group(3));
        for (int part = 1; part < Integer.parseInt(parsed.group(1)); part++) {
            String next = program.item(key + "." + part);
            if (next == null) {
                return null;
            }
            text.append(next);
        }
        if (!Fingerprint.of(text.toString()).equals(parsed.group(2))) {
            return null;
        }
        try {
            return Base64.getDecoder().decode(text.toString());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public void write(String key, byte[] secret) throws IOException, InterruptedException {
        String text = Base64.getEncoder().encodeToString(secret);
        List<String> parts = new ArrayList<>();
        for (int from = 0; from < text.length(); from += program.longestPart()) {
            parts.add(text.substring(from, Math.min(text.length(), from + program.longestPart())));
        }
        if (parts.isEmpty() || parts.size() > MOST_PARTS) {
            throw new IOException("the secret is empty or too long");
        }
        // The first last: until then the others do not fit to it, and it is as if there were none.
        for (int part = parts.size() - 1; part > 0; part--) {
            program.store(key + "." + part, parts.get(part));
        }
        program.store(key, parts.size() + "." + Fingerprint.of(text) + "." + parts.getFirst());
    }

    @Override
    public String place() {
        return "the keychain (" + program.name() + ")";
    }
}
