package dev.ostiary.connect;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An MCP server with an authorization server of its own, strict about PKCE, redirect URIs and rotation. Its n-th token is {@code access-n}. */
final class OtherOAuthServer implements ScriptedServer.Script {

    final AtomicInteger tokens = new AtomicInteger();
    final AtomicInteger registrations = new AtomicInteger();
    final AtomicInteger devicePolls = new AtomicInteger();
    final List<String> grants = new CopyOnWriteArrayList<>();
    volatile String iss;
    volatile String denied;
    volatile String resource;
    volatile boolean offersDevice;
    volatile boolean refusesScopes;
    volatile boolean offersOffline;
    volatile boolean refreshFails;
    volatile int expiresIn = 3600;
    volatile String tokenType = "Bearer";
    volatile String session;
    /** The server's own stream is open until then; null: it has none. */
    volatile CountDownLatch stream;
    /** How often that stream was asked for. */
    final AtomicInteger streams = new AtomicInteger();

    private volatile String accepted = "none";
    private volatile String refresh = "none";
    private final Map<String, String> clients = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();

    void forgetClients() {
        clients.clear();
    }

    void refuseTokens() {
        accepted = "none";
    }

    @Override
    public void answer(ScriptedServer.Asked asked, ScriptedServer.Reply reply) throws IOException {
        String origin = "http://" + asked.header("Host");
        switch (asked.path()) {
            case "/.well-known/oauth-protected-resource/mcp" ->
                reply.json(
                        200,
                        "{\"resource\":\"" + (resource == null ? origin + "/mcp" : resource)
                                + "\",\"authorization_servers\":[\"" + origin
                                + "\"],\"scopes_supported\":[\"notes\"]}");
            case "/.well-known/oauth-authorization-server" ->
                reply.json(
                        200,
                        "{\"issuer\":\"" + origin + "\",\"authorization_endpoint\":\"" + origin + "/authorize\","
                                + "\"token_endpoint\":\"" + origin + "/token\",\"registration_endpoint\":\"" + origin
                                + "/register\",\"code_challenge_methods_supported\":[\"S256\"],"
                                + (offersOffline ? "\"scopes_supported\":[\"notes\",\"offline_access\"]," : "")
                                + (offersDevice ? "\"device_authorization_endpoint\":\"" + origin + "/device\"," : "")
                                + "\"authorization_response_iss_parameter_supported\":true}");
            case "/register" -> {
                if (refusesScopes && asked.json().has("scope")) {
                    reply.json(400, "{\"error\":\"invalid_client_metadata\",\"error_description\":\"scope\"}");
                    return;
                }
                String id = "client-" + registrations.incrementAndGet();
                clients.put(id, asked.json().path("redirect_uris").path(0).asText());
                reply.json(201, "{\"client_id\":\"" + id + "\",\"token_endpoint_auth_method\":\"none\"}");
            }
            case "/authorize" -> authorize(parameters(asked.query()), origin, reply);
            case "/device" ->
                reply.json(
                        200,
                        "{\"device_code\":\"d\",\"user_code\":\"ABCD-EFGH\",\"verification_uri\":\"" + origin
                                + "/enter\",\"interval\":1,\"expires_in\":60}");
            case "/token" -> token(parameters(asked.body()), reply);
            default -> mcp(asked, reply);
        }
    }

    private void authorize(Map<String, String> query, String origin, ScriptedServer.Reply reply) throws IOException {
        String redirect = query.get("redirect_uri");
        if (redirect == null || !redirect.equals(clients.get(query.get("client_id")))) {
            reply.json(400, "{\"error\":\"another redirect_uri than the registered one\"}");
            return;
        }
        String code = "code-" + codes.size();
        codes.put(code, query);
        reply.header(
                        "Location",
                        redirect + "?state=" + encode(query.get("state")) + "&iss=" + encode(iss == null ? origin : iss)
                                + (denied == null ? "&code=" + code : "&error=" + denied))
                .status(302);
    }

    private void token(Map<String, String> form, ScriptedServer.Reply reply) throws IOException {
        String type = String.valueOf(form.get("grant_type"));
        grants.add(type);
        boolean good = switch (type) {
            case "authorization_code" -> {
                Map<String, String> asked = codes.remove(form.get("code"));
                yield asked != null
                        && sha256(form.get("code_verifier")).equals(asked.get("code_challenge"))
                        && "S256".equals(asked.get("code_challenge_method"))
                        && form.get("redirect_uri").equals(asked.get("redirect_uri"))
                        && form.get("client_id").equals(asked.get("client_id"))
                        && form.get("resource").equals(asked.get("resource"))
                        && asked.get("resource").endsWith("/mcp")
                        && (offersOffline ? "notes offline_access" : "notes").equals(asked.get("scope"));
            }
            case "refresh_token" -> refresh.equals(form.get("refresh_token")) && !refreshFails;
            default -> "d".equals(form.get("device_code"));
        };
        if (type.endsWith("device_code") && devicePolls.incrementAndGet() < 2) {
            reply.json(400, "{\"error\":\"authorization_pending\"}");
        } else if (!clients.containsKey(form.get("client_id"))) {
            reply.json(401, "{\"error\":\"invalid_client\"}");
        } else if (!good) {
            reply.json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"used or gone\"}");
        } else {
            int n = tokens.incrementAndGet();
            accepted = "access-" + n;
            refresh = "refresh-" + n;
            reply.json(
                    200,
                    "{\"access_token\":\"" + accepted + "\",\"refresh_token\":\"" + refresh + "\",\"token_type\":\""
                            + tokenType + "\",\"expires_in\":" + expiresIn + "}");
        }
    }

    private void mcp(ScriptedServer.Asked asked, ScriptedServer.Reply reply) throws IOException {
        streams.addAndGet(asked.method().equals("GET") ? 1 : 0);
        if (!("Bearer " + accepted).equals(asked.header("Authorization"))) {
            reply.header("WWW-Authenticate", "Bearer error=\"invalid_token\"").status(401);
        } else if (asked.method().equals("GET") && stream != null) {
            reply.events(": open\n\n");
            try {
                stream.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } else if (!asked.method().equals("POST")) {
            reply.status(405);
        } else if (asked.rpc().equals("initialize")) {
            reply.initialized(asked, session);
        } else if (asked.json().has("id")) {
            reply.result(asked, "{}");
        } else {
            reply.status(202);
        }
    }

    private static Map<String, String> parameters(String form) {
        Map<String, String> parameters = new ConcurrentHashMap<>();
        for (String pair : form.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String sha256(String text) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
