package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.token.Issuers;
import dev.ostiary.entra.emulator.token.SigningKey;
import dev.ostiary.entra.emulator.token.SigningKeys;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Discovery documents and key sets, member by member as Entra's (fact sheet §1.1 to §1.3, [O] panva/wellknown). */
final class DiscoveryDocuments {

    static final String CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad";

    private final Directory directory;
    private final SigningKeys keys;
    private final Issuers issuers;
    private final String graphOrigin;
    private final boolean advertisePkce;
    private final boolean clientDocuments;
    private final boolean concreteKeyIssuer;

    DiscoveryDocuments(
            Directory directory,
            SigningKeys keys,
            Issuers issuers,
            String graphOrigin,
            boolean advertisePkce,
            boolean clientDocuments,
            boolean concreteKeyIssuer) {
        this.directory = directory;
        this.keys = keys;
        this.issuers = issuers;
        this.graphOrigin = graphOrigin;
        this.advertisePkce = advertisePkce;
        this.clientDocuments = clientDocuments;
        this.concreteKeyIssuer = concreteKeyIssuer;
    }

    /** The name of a tenant in URLs: its id for a tenant, the same word for the shared endpoints; empty if unknown. */
    Optional<String> authority(String tenant) {
        return switch (tenant) {
            case "common", "organizations" -> Optional.of(tenant);
            case "consumers", CONSUMERS -> Optional.of(CONSUMERS);
            default -> directory.tenant(tenant).map(Tenant::id);
        };
    }

    private static boolean shared(String authority) {
        return authority.equals("common") || authority.equals("organizations");
    }

    /** @param appId of the API whose own keys are asked for; null: nobody's */
    Map<String, Object> v2(String authority, @Nullable String appId) {
        String login = issuers.loginOrigin();
        String oauth = login + "/" + authority + "/oauth2/v2.0";
        List<String> methods = new ArrayList<>(List.of("client_secret_post", "private_key_jwt", "client_secret_basic"));
        boolean tenant = !shared(authority) && !authority.equals(CONSUMERS);
        if (tenant) {
            methods.add("self_signed_tls_client_auth");
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("token_endpoint", oauth + "/token");
        document.put("token_endpoint_auth_methods_supported", methods);
        document.put("jwks_uri", login + "/" + authority + "/discovery/v2.0/keys" + query(appId));
        document.put("response_modes_supported", List.of("query", "fragment", "form_post"));
        document.put("subject_types_supported", List.of("pairwise"));
        document.put("id_token_signing_alg_values_supported", List.of("RS256"));
        document.put("response_types_supported", List.of("code", "id_token", "code id_token", "id_token token"));
        document.put("scopes_supported", List.of("openid", "profile", "email", "offline_access"));
        document.put("issuer", issuers.v2(shared(authority) ? "{tenantid}" : authority));
        document.put("request_uri_parameter_supported", false);
        document.put("userinfo_endpoint", graphOrigin + "/oidc/userinfo");
        document.put("authorization_endpoint", oauth + "/authorize");
        document.put("device_authorization_endpoint", oauth + "/devicecode");
        document.put("http_logout_supported", true);
        document.put("frontchannel_logout_supported", true);
        document.put("end_session_endpoint", oauth + "/logout");
        document.put(
                "claims_supported",
                List.of(
                        "sub",
                        "iss",
                        "cloud_instance_name",
                        "cloud_instance_host_name",
                        "cloud_graph_host_name",
                        "msgraph_host",
                        "aud",
                        "exp",
                        "iat",
                        "auth_time",
                        "acr",
                        "nonce",
                        "preferred_username",
                        "name",
                        "tid",
                        "ver",
                        "at_hash",
                        "c_hash",
                        "email"));
        document.put("kerberos_endpoint", login + "/" + authority + "/kerberos");
        if (tenant) {
            document.put("mtls_endpoint_aliases", Map.of("token_endpoint", oauth + "/token"));
        }
        if (advertisePkce) {
            document.put("code_challenge_methods_supported", List.of("plain", "S256"));
        }
        if (clientDocuments) {
            // Whether the preview says so is not known; clients that look for it need it.
            document.put("client_id_metadata_document_supported", true);
        }
        clouds(document, tenant);
        return document;
    }

    /** As {@link #v2}. */
    Map<String, Object> v1(String authority, @Nullable String appId) {
        String login = issuers.loginOrigin();
        String oauth = login + "/" + authority + "/oauth2";
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("token_endpoint", oauth + "/token");
        document.put(
                "token_endpoint_auth_methods_supported",
                List.of("client_secret_post", "private_key_jwt", "client_secret_basic"));
        document.put("jwks_uri", login + "/common/discovery/keys" + query(appId));
        document.put("response_modes_supported", List.of("query", "fragment", "form_post"));
        document.put("subject_types_supported", List.of("pairwise"));
        document.put("id_token_signing_alg_values_supported", List.of("RS256"));
        document.put(
                "response_types_supported", List.of("code", "id_token", "code id_token", "token id_token", "token"));
        document.put("scopes_supported", List.of("openid"));
        document.put("issuer", issuers.v1(shared(authority) ? "{tenantid}" : authority));
        document.put("microsoft_multi_refresh_token", true);
        document.put("authorization_endpoint", oauth + "/authorize");
        document.put("device_authorization_endpoint", oauth + "/devicecode");
        document.put("http_logout_supported", true);
        document.put("frontchannel_logout_supported", true);
        document.put("end_session_endpoint", oauth + "/logout");
        document.put(
                "claims_supported",
                List.of(
                        "sub",
                        "iss",
                        "cloud_instance_name",
                        "cloud_instance_host_name",
                        "cloud_graph_host_name",
                        "msgraph_host",
                        "aud",
                        "exp",
                        "iat",
                        "auth_time",
                        "acr",
                        "amr",
                        "nonce",
                        "email",
                        "given_name",
                        "family_name",
                        "nickname"));
        document.put("check_session_iframe", oauth + "/checksession");
        document.put("userinfo_endpoint", login + "/" + authority + "/openid/userinfo");
        document.put("kerberos_endpoint", login + "/" + authority + "/kerberos");
        clouds(document, !shared(authority));
        return document;
    }

    private void clouds(Map<String, Object> document, boolean tenant) {
        document.put("tenant_region_scope", tenant ? "EU" : null);
        document.put("cloud_instance_name", "microsoftonline.com");
        document.put("cloud_graph_host_name", "graph.windows.net");
        document.put("msgraph_host", graphOrigin.substring(graphOrigin.indexOf("://") + 3));
        document.put("rbac_url", "https://pas.windows.net");
    }

    /** An API's own signing keys are asked for by its id (fact sheet §1.1, [D] access-tokens.md). */
    private static String query(@Nullable String appId) {
        return appId == null ? "" : "?appid=" + URLEncoder.encode(appId, StandardCharsets.UTF_8);
    }

    /** The key set; `issuer` members in the v2 one only. An API's own key is in nobody else's. */
    Map<String, Object> keySet(String authority, boolean v2, @Nullable String appId) {
        List<Map<String, Object>> members = new ArrayList<>();
        SigningKey own = appId == null ? null : keys.custom(appId);
        if (own != null) {
            members.add(member(own, v2 ? issuers.v2("{tenantid}") : ""));
        }
        if (!authority.equals(CONSUMERS)) {
            String tenant = concreteKeyIssuer && !shared(authority) ? authority : "{tenantid}";
            for (SigningKey key : keys.published()) {
                members.add(member(key, v2 ? issuers.v2(tenant) : ""));
            }
        }
        if (authority.equals("common") || authority.equals(CONSUMERS)) {
            members.add(member(keys.personal(), v2 ? issuers.v2(CONSUMERS) : ""));
        }
        return Map.of("keys", members);
    }

    private static Map<String, Object> member(SigningKey key, String issuer) {
        Map<String, Object> member = new LinkedHashMap<>();
        member.put("kty", "RSA");
        member.put("use", "sig");
        member.put("kid", key.kid());
        member.put("x5t", key.kid());
        member.put("n", unsigned(key.publicKey().getModulus()));
        member.put("e", unsigned(key.publicKey().getPublicExponent()));
        member.put("x5c", List.of(key.x5c()));
        if (!issuer.isEmpty()) {
            member.put("issuer", issuer);
        }
        return member;
    }

    private static String unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
        byte[] magnitude = java.util.Arrays.copyOfRange(bytes, from, bytes.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(magnitude);
    }
}
