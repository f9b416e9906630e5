package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.Secret;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.http.Params;
import dev.ostiary.entra.emulator.http.Request;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out who the client says it is and whether it proves it (fact sheet §2.2 and §2.7, [D]). */
final class ClientAuthentication {

    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final Realm realm;
    private final ClientAssertions assertions;

    ClientAuthentication(Realm realm) {
        this.realm = realm;
        this.assertions = new ClientAssertions(realm);
    }

    /**
     * What a request presented.
     *
     * @param clientId never empty
     * @param secret null for none
     * @param assertion null for none
     */
    record Presented(
            String clientId,
            @Nullable String secret,
            @Nullable String assertion) {

        boolean any() {
            return secret != null || assertion != null;
        }

        @Override
        public String toString() {
            return "Presented[" + clientId + "]";
        }
    }

    /** Reads body and Basic header; they must not contradict each other. */
    static Presented presented(Request request, Params form) {
        String clientId = form.get("client_id");
        String secret = form.get("client_secret");
        String header = request.header("Authorization");
        if (header != null && header.regionMatches(true, 0, "Basic ", 0, 6)) {
            String[] basic = basic(header.substring(6).strip());
            boolean other = (clientId != null && !clientId.equals(basic[0])) || secret != null;
            if (other) {
                throw new EntraException(EntraErrors.malformed());
            }
            clientId = basic[0];
            secret = basic[1];
        }
        String assertion = form.get("client_assertion");
        if (assertion != null && !form.get("client_assertion_type", "").equals(ASSERTION_TYPE)) {
            throw new EntraException(EntraErrors.missing("client_assertion_type"));
        }
        if (assertion != null && secret != null) {
            throw new EntraException(EntraErrors.malformed());
        }
        if (clientId == null) {
            throw new EntraException(EntraErrors.missing("client_id"));
        }
        return new Presented(clientId, secret, assertion);
    }

    private static String[] basic(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon > 0) {
                return new String[] {
                    URLDecoder.decode(pair.substring(0, colon), StandardCharsets.UTF_8),
                    URLDecoder.decode(pair.substring(colon + 1), StandardCharsets.UTF_8)
                };
            }
        } catch (IllegalArgumentException e) {
            throw new EntraException(EntraErrors.malformed());
        }
        throw new EntraException(EntraErrors.malformed());
    }

    /** For grants that only a confidential client may use: 1 for a secret, 2 for an assertion. */
    int confidential(Tenant tenant, AppRegistration app, Presented presented) {
        if (!presented.any()) {
            throw new EntraException(ClientErrors.credentialMissing());
        }
        if (!app.confidential()) {
            throw new EntraException(ClientErrors.publicClient());
        }
        return prove(tenant, app, presented);
    }

    /** For grants that began at a redirect URI of this platform: 0 for a public client. */
    int forPlatform(
            Tenant tenant, AppRegistration app, Presented presented, Platform platform, @Nullable String origin) {
        switch (platform) {
            case SPA -> {
                if (origin == null) {
                    throw new EntraException(ClientErrors.notCrossOrigin());
                }
            }
            case WEB, PUBLIC_CLIENT -> {
                if (origin != null) {
                    throw new EntraException(ClientErrors.crossOrigin(origin));
                }
            }
        }
        if (platform == Platform.WEB) {
            // The platform makes the client confidential, whether or not it has a credential left ([D] reply-url.md).
            if (!presented.any()) {
                throw new EntraException(ClientErrors.credentialMissing());
            }
            return prove(tenant, app, presented);
        }
        if (presented.any()) {
            throw new EntraException(ClientErrors.publicClient());
        }
        return 0;
    }

    private int prove(Tenant tenant, AppRegistration app, Presented presented) {
        if (presented.assertion() != null) {
            assertions.check(tenant, app, presented.assertion());
            return 2;
        }
        String secret = presented.secret() == null ? "" : presented.secret();
        Instant now = realm.now();
        List<Secret> matching = app.secrets().stream()
                .filter(candidate -> same(candidate.value(), secret))
                .toList();
        if (matching.isEmpty()) {
            throw new EntraException(ClientErrors.wrongSecret(app.appId()));
        }
        boolean valid = matching.stream()
                .anyMatch(candidate ->
                        candidate.expires() == null || candidate.expires().isAfter(now));
        if (!valid) {
            throw new EntraException(ClientErrors.expiredSecret(app.appId()));
        }
        return 1;
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
