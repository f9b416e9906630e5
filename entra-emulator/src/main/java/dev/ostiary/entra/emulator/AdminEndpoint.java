package dev.ostiary.entra.emulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.token.TokenBuilder;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Drives an emulator that runs alone: {@code /_emulator/…}, JSON in and out. Every request needs the header
 * {@code Emulator-Admin: 1} and a loopback or own {@code Host}, so that no web page can send one.
 */
final class AdminEndpoint {

    static final String HEADER = "Emulator-Admin";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final EntraEmulator entra;

    AdminEndpoint(EntraEmulator entra) {
        this.entra = entra;
    }

    Response answer(Request request) {
        if (!"1".equals(request.header(HEADER)) || !ownHost(request.header("Host"))) {
            return problem(403, "the admin API needs the header '" + HEADER + ": 1' and a loopback Host");
        }
        try {
            List<String> path = request.segments();
            String call = request.method() + " " + String.join("/", path.subList(1, path.size()));
            if (call.equals("GET ")) {
                return state();
            }
            if (call.equals("GET graph/writes")) {
                return Response.json(200, Map.of("writes", entra.graphWrites().all()));
            }
            JsonNode body = request.body().length == 0 ? JSON.createObjectNode() : JSON.readTree(request.body());
            return switch (call) {
                case "POST keys/rotate" -> rotate(body);
                case "POST clock" -> clock(body);
                case "POST faults" -> arm(body);
                case "POST graph/consistency" -> consistency(body);
                case "DELETE graph/writes" -> {
                    entra.graphWrites().clear();
                    yield state();
                }
                case "DELETE faults" -> {
                    entra.faults().clearAll();
                    yield state();
                }
                case "POST revoke" -> revoke(body);
                case "POST token" -> token(body);
                default -> problem(404, "the admin API has no '" + call + "'");
            };
        } catch (IOException e) {
            return problem(400, "the body is not JSON");
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            return problem(400, String.valueOf(e.getMessage()));
        }
    }

    private boolean ownHost(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT);
        return LOOPBACK.contains(name) || entra.origin().endsWith("//" + host);
    }

    private Response state() {
        Map<String, Object> requests = new LinkedHashMap<>();
        for (Area area : Area.values()) {
            requests.put(area.name(), entra.faults().requests(area));
        }
        List<Map<String, Object>> tenants = new ArrayList<>();
        for (Tenant tenant : entra.directory().tenants()) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("id", tenant.id());
            shown.put("domain", tenant.domain());
            shown.put("users", tenant.users().stream().map(User::upn).toList());
            tenants.add(shown);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("origin", entra.origin());
        body.put("time", entra.clock().instant().toString());
        body.put("clockOffset", entra.clock().offset().toString());
        body.put("signingKey", entra.keys().active().kid());
        body.put("requests", requests);
        body.put("tenants", tenants);
        return Response.json(200, body);
    }

    private Response rotate(JsonNode body) {
        String how = body.path("how").asText("graceful").toUpperCase(Locale.ROOT);
        entra.rotateKeys(KeyRotation.valueOf(how));
        return state();
    }

    private Response clock(JsonNode body) {
        if (body.has("advance")) {
            entra.clock().advance(Duration.parse(body.path("advance").asText()));
        } else if (body.has("set")) {
            entra.clock().set(Instant.parse(body.path("set").asText()));
        } else if (body.path("reset").asBoolean()) {
            entra.clock().reset();
        } else {
            throw new IllegalArgumentException("say 'advance' (PT1H), 'set' (2026-01-01T00:00:00Z) or 'reset' (true)");
        }
        return state();
    }

    private Response arm(JsonNode body) {
        Area area = Area.valueOf(body.path("area").asText().toUpperCase(Locale.ROOT));
        int times = body.path("times").asInt(Integer.MAX_VALUE);
        int after = body.path("after").asInt();
        Fault fault;
        if (body.has("status")) {
            fault = new Fault.Status(
                    body.path("status").asInt(), body.path("retryAfter").asInt());
        } else if (body.has("slow")) {
            fault = new Fault.Slow(Duration.parse(body.path("slow").asText()));
        } else if (body.path("hang").asBoolean()) {
            fault = new Fault.Hang(new CountDownLatch(1));
        } else if (body.has("doneButStatus")) {
            fault = new Fault.DoneButStatus(body.path("doneButStatus").asInt());
        } else if (body.path("cut").asBoolean()) {
            fault = new Fault.Cut();
        } else if (body.path("garbage").asBoolean()) {
            fault = new Fault.Garbage();
        } else if (body.has("aadsts")) {
            fault = new Fault.Aadsts(
                    body.path("aadsts").asInt(),
                    body.has("claims") ? body.path("claims").asText() : null);
        } else {
            throw new IllegalArgumentException(
                    "say 'status' (500), 'slow' (PT1S), 'hang' (true), 'cut' (true), 'doneButStatus' (504), 'garbage' (true) or 'aadsts' (50076)");
        }
        entra.faults().arm(area, fault, after, times);
        return state();
    }

    /** Reads that miss a new object, reads that see an old version, and a time for both; 0 where left out. */
    private Response consistency(JsonNode body) {
        entra.consistency().hideCreated(body.path("hideCreated").asInt());
        entra.consistency().staleReads(body.path("staleReads").asInt());
        entra.consistency().lag(Duration.parse(body.path("lag").asText("PT0S")));
        return state();
    }

    private Response revoke(JsonNode body) {
        entra.revokeSessions(body.path("user").asText());
        return state();
    }

    private Response token(JsonNode body) {
        List<String> scopes = new ArrayList<>();
        body.path("scopes").forEach(scope -> scopes.add(scope.asText()));
        TokenBuilder token = body.has("user")
                ? entra.tokens()
                        .userToken(
                                body.path("user").asText(),
                                body.path("client").asText(),
                                body.path("api").asText(),
                                scopes.toArray(String[]::new))
                : entra.tokens()
                        .appToken(body.path("client").asText(), body.path("api").asText());
        if (body.path("expired").asBoolean()) {
            token.expired();
        }
        if (body.has("lifetime")) {
            token.lifetime(Duration.parse(body.path("lifetime").asText()));
        }
        return Response.json(200, Map.of("access_token", token.build())).with("Cache-Control", "no-store");
    }

    private static Response problem(int status, String message) {
        return Response.json(status, Map.of("error", message));
    }
}
