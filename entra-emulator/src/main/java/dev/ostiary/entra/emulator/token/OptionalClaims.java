package dev.ostiary.entra.emulator.token;

import dev.ostiary.entra.emulator.directory.User;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Optional claims about a user, as far as the directory knows them ([D] optional-claims-reference.md). */
public final class OptionalClaims {

    private OptionalClaims() {}

    /** Puts those that are wanted and known. */
    public static void put(User user, List<String> wanted, Map<String, Object> claims) {
        List<String> names = Arrays.asList(user.name().split(" ", 2));
        for (String name : wanted) {
            switch (name) {
                case "acct" -> claims.put(name, user.guest() ? 1 : 0);
                case "email" -> {
                    if (user.email() != null) {
                        claims.put(name, user.email());
                    }
                }
                case "family_name" -> claims.put(name, names.getLast());
                case "given_name" -> claims.put(name, names.getFirst());
                case "ipaddr" -> claims.put(name, "127.0.0.1");
                case "upn", "login_hint" -> claims.put(name, user.upn());
                default -> {
                    // Of others the directory knows nothing, and Entra leaves out what it does not know.
                }
            }
        }
    }
}
