package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** The one spelling of Entra's ids that is compared: 8-4-4-4-12 hexadecimal digits, lower case. */
final class Guid {

    private static final int LENGTH = 36;

    private Guid() {}

    /** A claim that must be a GUID, in lower case. */
    static String claim(ObjectNode claims, String name) throws TokenRefused {
        String value = SignedToken.text(claims, name);
        String guid = value == null ? "" : value.toLowerCase(Locale.ROOT);
        if (!isLowerCase(guid)) {
            throw new TokenRefused("MalformedClaims");
        }
        return guid;
    }

    /** Whether a text is a GUID in lower case. */
    static boolean isLowerCase(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            if (dash ? c != '-' : !hex) {
                return false;
            }
        }
        return true;
    }
}
