package dev.ostiary.connect.metadata;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Issuers of Entra ID v2.0 in any cloud, and of what stands in for it: {@code https://host/<tenant>/v2.0}. */
public final class EntraIssuer {

    private static final Pattern PATH = Pattern.compile("/([A-Za-z0-9][A-Za-z0-9.-]{0,99})/v2\\.0/?");

    private EntraIssuer() {}

    public static boolean matches(String issuer) {
        return tenant(issuer) != null;
    }

    /** The tenant in it; null when it is another kind of issuer. */
    public static @Nullable String tenant(String issuer) {
        try {
            String path = URI.create(issuer).getRawPath();
            Matcher matcher = PATH.matcher(path == null ? "" : path);
            return matcher.matches() ? matcher.group(1) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
