package dev.ostiary.gateway.server.oauth;

import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/** Names that clients give themselves, made fit for showing: no control, formatting or direction characters, one line. */
final class ClientNames {

    /** Longest name, in code points. */
    static final int MAX_LENGTH = 256;

    private static final String NAMELESS = "MCP client";

    private ClientNames() {}

    /** @param name anything; null: it gave none */
    static String clean(@Nullable String name) {
        if (name == null) {
            return NAMELESS;
        }
        StringBuilder clean = new StringBuilder();
        Normalizer.normalize(name, Normalizer.Form.NFC)
                .codePoints()
                .map(ClientNames::shown)
                .filter(c -> c >= 0)
                .limit(MAX_LENGTH)
                .forEach(clean::appendCodePoint);
        String stripped = clean.toString().strip().replaceAll(" {2,}", " ");
        return stripped.isEmpty() ? NAMELESS : stripped;
    }

    private static int shown(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> ' ';
            case Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED -> -1;
            default -> c;
        };
    }
}
