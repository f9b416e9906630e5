package dev.ostiary.connect.settings;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the command line says; null where it says nothing. No secret is among it. */
public record ConnectOptions(
        @Nullable String url,
        Auth auth,
        @Nullable Path tokenFile,
        @Nullable Path headersFile,
        @Nullable String tenant,
        @Nullable String resource,
        @Nullable List<String> scopes,
        @Nullable String clientId,
        @Nullable String clientDocument,
        @Nullable Integer refreshMarginMinutes,
        @Nullable Integer toolTimeoutSeconds,
        boolean login,
        boolean device,
        boolean keychain,
        boolean allowHttp) {

    /** Where the token comes from. */
    public enum Auth {
        /** What fits: a given token, az for Entra, else the browser. */
        AUTO,
        AZ,
        BROWSER,
        /** No token at all. */
        NONE
    }

    /** A URL and the usual rest. */
    public static ConnectOptions of(String url) {
        return new ConnectOptions(
                url, Auth.AUTO, null, null, null, null, null, null, null, null, null, true, false, true, false);
    }
}
