package dev.ostiary.entra.emulator.token;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Issues access tokens with exactly Entra's claims (fact sheet §3.2, [D] access-token-claims-reference.md), in the flows
 * as well as directly for tests. Safe for any thread.
 */
public final class TokenMint {

    private static final byte[] PAIRWISE_KEY = "entra-emulator-pairwise".getBytes(StandardCharsets.US_ASCII);
    private static final int MIN_LIFETIME_SECONDS = 3600;
    private static final int MAX_LIFETIME_SECONDS = 5400;

    private final LiveDirectory live;
    private final GroupClaims groups;
    private final CompactJws signer;
    private final Clock clock;
    private final Opaque opaque;
    private final Issuers issuers;
    private final @Nullable Duration fixedLifetime;

    /**
     * A mint for one emulator.
     *
     * @param fixedLifetime lifetime of all access tokens; null for a random 60 to 90 minutes, as Entra's
     */
    public TokenMint(
            LiveDirectory live,
            SigningKeys keys,
            Clock clock,
            Opaque opaque,
            Issuers issuers,
            @Nullable Duration fixedLifetime) {
        this.live = live;
        this.groups = new GroupClaims(live);
        this.signer = new CompactJws(keys);
        this.clock = clock;
        this.opaque = opaque;
        this.issuers = issuers;
        this.fixedLifetime = fixedLifetime;
    }

    /** A delegated token: {@code client} acts for {@code user} at {@code api}. Scopes are short names. */
    public TokenBuilder userToken(User user, AppRegistration client, AppRegistration api, String... scopes) {
        Tenant tenant = live.current()
                .tenantOf(user)
                .orElseThrow(() -> new IllegalArgumentException("no tenant of the directory has user " + user.upn()));
        return token(new TokenSubject(tenant, user, client, api, List.of(scopes)));
    }

    /**
     * A delegated token by names, in the tenant that has the user.
     *
     * @param userOidOrUpn object id or user principal name
     * @param clientId client id of the client
     * @param api client id or identifier URI of the API
     * @throws IllegalArgumentException when the directory has no such user, client or API
     */
    public TokenBuilder userToken(String userOidOrUpn, String clientId, String api, String... scopes) {
        for (Tenant tenant : live.current().tenants()) {
            User user = tenant.user(userOidOrUpn).orElse(null);
            if (user != null) {
                return token(new TokenSubject(
                        tenant, user, client(tenant, clientId), resource(tenant, api), List.of(scopes)));
            }
        }
        throw new IllegalArgumentException("no tenant of the directory has user " + userOidOrUpn);
    }

    /** An app-only token of the first tenant's {@code client} for {@code api}, with the roles assigned there. */
    public TokenBuilder appToken(AppRegistration client, AppRegistration api) {
        Tenant tenant = live.current()
                .homeOf(api.appId())
                .orElse(live.current().tenants().getFirst());
        return token(new TokenSubject(tenant, null, client, api, List.of()));
    }

    /**
     * An app-only token by names.
     *
     * @throws IllegalArgumentException when the directory has no such client or API
     */
    public TokenBuilder appToken(String clientId, String api) {
        Tenant tenant = live.current().tenants().getFirst();
        return token(new TokenSubject(tenant, null, client(tenant, clientId), resource(tenant, api), List.of()));
    }

    /** Any token: the general form. */
    public TokenBuilder token(TokenSubject subject) {
        return new TokenBuilder(this, subject);
    }

    private AppRegistration client(Tenant tenant, String clientId) {
        return live.current()
                .app(tenant, clientId)
                .orElseThrow(() -> new IllegalArgumentException("no app with client id " + clientId));
    }

    private AppRegistration resource(Tenant tenant, String api) {
        return live.current()
                .resource(tenant, api)
                .orElseThrow(() -> new IllegalArgumentException("no API with client id or identifier URI " + api));
    }

    /** The group claims of tokens of any kind. */
    public GroupClaims groups() {
        return groups;
    }

    Instant now() {
        return clock.instant();
    }

    /** Signs claims of any kind with the active key, as v2 tokens are: used for id_tokens. */
    public String signIdToken(Map<String, Object> claims) {
        return signer.sign(claims, Map.of(), SigningMode.RS256, false, "", "");
    }

    /** The pairwise `sub` of a user at a recipient: 43 characters (fact sheet §3.2). */
    public static String pairwiseSubject(String recipientAppId, String tenantId, String oid) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(PAIRWISE_KEY, "HmacSHA256"));
            byte[] digest = mac.doFinal((recipientAppId + "|" + tenantId + "|" + oid).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is missing from this JVM", e);
        }
    }

    Map<String, Object> claims(TokenBuilder token) {
        TokenSubject subject = token.subject;
        Tenant tenant = subject.tenant();
        User user = subject.user();
        AppRegistration client = subject.client();
        AppRegistration api = subject.resource();
        boolean first = token.version == 1;
        Instant issued = token.issuedAt == null ? clock.instant() : token.issuedAt;
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("aud", audience(api, first));
        claims.put("iss", first ? issuers.v1(tenant.id()) : issuers.v2(tenant.id()));
        claims.put("iat", issued.getEpochSecond());
        claims.put("nbf", issued.getEpochSecond());
        claims.put("exp", expiry(token, issued).getEpochSecond());
        if (first && user != null) {
            claims.put("acr", "1");
        }
        claims.put("aio", opaque.text(48));
        if (first && user != null) {
            claims.put("amr", token.methods);
        }
        claims.put(first ? "appid" : "azp", token.claims.getOrDefault("client", client.appId()));
        claims.put(first ? "appidacr" : "azpacr", token.clientAuthentication);
        membership(token, claims);
        if (user == null) {
            app(token, claims, first);
        } else {
            user(token, user, claims, first);
        }
        List<String> roles = token.roles == null ? roles(subject) : token.roles;
        if (!roles.isEmpty() && !api.hasOptionalClaim(GroupClaims.EMIT_AS_ROLES)) {
            claims.put("roles", roles);
        }
        if (!token.capabilities.isEmpty() && api.hasOptionalClaim("xms_cc")) {
            claims.put("xms_cc", token.capabilities);
        }
        if (!token.authenticationContexts.isEmpty()) {
            claims.put("acrs", token.authenticationContexts);
        }
        if (client.agentBlueprint() != null) {
            agent(claims, client.agentBlueprint(), user);
        }
        claims.put("tid", tenant.id());
        claims.put("uti", opaque.text(16));
        claims.put("ver", first ? "1.0" : "2.0");
        token.claims.forEach((name, value) -> {
            if (value instanceof TokenBuilder.Absent) {
                claims.remove(name);
            } else if (!name.equals("client")) {
                claims.put(name, value);
            }
        });
        return claims;
    }

    /**
     * Microsoft Entra Agent ID, "Token claims for agents": facts about actor and subject that resources may audit. The lists
     * are separated by blanks, and resources ignore values they do not know.
     */
    private static void agent(Map<String, Object> claims, String blueprint, @Nullable User user) {
        claims.put("xms_par_app_azp", blueprint);
        claims.put("xms_act_fct", "11");
        if (user == null) {
            claims.put("xms_sub_fct", "11");
        }
        claims.put("xms_idrel", user == null ? "7" : user.guest() ? "5" : "1");
    }

    private static String audience(AppRegistration api, boolean first) {
        // v1 audiences are any registered URI; the first is as good as Entra's pick.
        boolean guid = !first || api.identifierUris().isEmpty() || api.hasOptionalClaim("aud/use_guid");
        return guid ? api.appId() : api.identifierUris().getFirst();
    }

    private Instant expiry(TokenBuilder token, Instant issued) {
        Instant explicit = token.expiresAt;
        if (explicit != null) {
            return explicit;
        }
        Duration lifetime = token.lifetime == null ? fixedLifetime : token.lifetime;
        return issued.plus(
                lifetime == null
                        ? Duration.ofSeconds(opaque.between(MIN_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS))
                        : lifetime);
    }

    private static List<String> roles(TokenSubject subject) {
        User user = subject.user();
        String resourceId = subject.resource().appId();
        return user == null
                ? subject.tenant().rolesOf(subject.client(), resourceId)
                : subject.tenant().rolesOf(user, resourceId);
    }

    private void app(TokenBuilder token, Map<String, Object> claims, boolean first) {
        TokenSubject subject = token.subject;
        String principal =
                live.servicePrincipalId(subject.tenant().id(), subject.client().appId());
        if (first) {
            claims.put("idp", issuers.v1(subject.tenant().id()));
        }
        if (subject.resource().hasOptionalClaim("idtyp")) {
            claims.put("idtyp", "app");
        }
        claims.put("oid", principal);
        claims.put("rh", "1." + opaque.text(30));
        claims.put("sub", principal);
    }

    private void user(TokenBuilder token, User user, Map<String, Object> claims, boolean first) {
        TokenSubject subject = token.subject;
        AppRegistration api = subject.resource();
        String idp = user.identityProvider();
        if (idp != null) {
            claims.put("idp", idp);
        }
        OptionalClaims.put(user, api.optionalClaims(), claims);
        if (api.hasOptionalClaim("idtyp") && api.hasOptionalClaim("include_user_token")) {
            claims.put("idtyp", "user");
        }
        if (first) {
            List<String> names = Arrays.asList(user.name().split(" ", 2));
            claims.put("family_name", names.getLast());
            claims.put("given_name", names.getFirst());
            claims.put("ipaddr", "127.0.0.1");
        }
        claims.put("name", user.name());
        claims.put("oid", user.oid());
        if (!first) {
            claims.put("preferred_username", user.upn());
        }
        claims.put("rh", "1." + opaque.text(30));
        claims.put("scp", String.join(" ", token.scopes()));
        claims.put("sub", pairwiseSubject(api.appId(), subject.tenant().id(), user.oid()));
        if (first) {
            claims.put("unique_name", user.upn());
        }
        if (first) {
            claims.put("upn", user.upn());
        }
    }

    private void membership(TokenBuilder token, Map<String, Object> claims) {
        User user = token.subject.user();
        switch (token.membership) {
            case GIVEN -> {
                if (!token.groups.isEmpty()) {
                    claims.put("groups", token.groups);
                }
            }
            case OVERAGE -> groups.putOverage(token.subject, claims);
            case HAS_GROUPS -> claims.put("hasgroups", true);
            case FROM_DIRECTORY -> {
                if (user != null) {
                    AppRegistration api = token.subject.resource();
                    groups.put(token.subject.tenant(), user, api, api.optionalClaims(), claims);
                }
            }
        }
    }

    /** Signs claims that {@link TokenBuilder#buildClaims} made, in the way that the builder says. */
    public String sign(TokenBuilder token, Map<String, Object> claims) {
        String recipient = token.subject.resource().appId();
        boolean graph = recipient.equals(FirstPartyApps.GRAPH_ID);
        return signer.sign(
                claims, token.header, token.signing, token.version == 1, recipient, graph ? opaque.text(24) : "");
    }
}
