package dev.ostiary.connect.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.connect.az.AzureCli;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.http.Call;
import dev.ostiary.connect.http.Downstream;
import dev.ostiary.connect.http.LegacySse;
import dev.ostiary.connect.http.McpHttp;
import dev.ostiary.connect.http.NotStreamable;
import dev.ostiary.connect.http.StreamableHttp;
import dev.ostiary.connect.message.MalformedMessage;
import dev.ostiary.connect.message.Message;
import dev.ostiary.connect.metadata.Documents;
import dev.ostiary.connect.metadata.EntraIssuer;
import dev.ostiary.connect.metadata.ProtectedResource;
import dev.ostiary.connect.metadata.Unreachable;
import dev.ostiary.connect.settings.ConnectSettings;
import dev.ostiary.connect.token.AccessToken;
import dev.ostiary.connect.token.Challenge;
import dev.ostiary.connect.token.TokenSource;
import dev.ostiary.connect.token.WantedBy;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tries all that a connection needs, in its order, and says of each whether it works, and if not what to do. Prints no token. */
public final class Doctor {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String INITIALIZE =
            "{\"jsonrpc\":\"2.0\",\"id\":\"doctor\",\"method\":\"initialize\",\"params\":"
                    + "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"ostiary connect --doctor\","
                    + "\"version\":\"1\"}}}";

    private final ConnectSettings settings;
    private final AzureCli az;
    private final HttpClient http;
    private final TokenSource tokens;
    private final InstantSource clock;
    private final Consumer<String> lines;
    private boolean healthy = true;

    /**
     * Looks with these means.
     *
     * @param tokens as the connection would use them
     * @param lines told each finding
     */
    public Doctor(
            ConnectSettings settings,
            AzureCli az,
            HttpClient http,
            TokenSource tokens,
            InstantSource clock,
            Consumer<String> lines) {
        this.settings = settings;
        this.az = az;
        this.http = http;
        this.tokens = tokens;
        this.clock = clock;
        this.lines = lines;
    }

    /** Looks at everything; whether all is well. */
    public boolean examine() throws InterruptedException {
        Challenge challenge = reach();
        if (challenge == null) {
            return false;
        }
        ProtectedResource resource = metadata(challenge);
        boolean entra = settings.resource() != null
                || (resource != null
                        && !resource.authorizationServers().isEmpty()
                        && EntraIssuer.matches(resource.authorizationServers().getFirst()));
        azureCli(entra);
        initialize();
        return healthy;
    }

    private @Nullable Challenge reach() throws InterruptedException {
        try {
            HttpResponse<InputStream> answer = http.send(
                    request()
                            .header("Content-Type", "application/json")
                            .header("Accept", "application/json, text/event-stream")
                            .POST(HttpRequest.BodyPublishers.ofString(INITIALIZE))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            answer.body().close();
            int status = answer.statusCode();
            String text = settings.url() + " answers " + status;
            if (status == 401) {
                ok("server", text + " without a token, as it should");
            } else if (status / 100 == 2) {
                ok("server", text);
                endSession(answer.headers().firstValue("Mcp-Session-Id").orElse(null));
            } else {
                note("server", text + " without a token");
            }
            return Challenge.of(answer.headers().allValues("WWW-Authenticate"));
        } catch (IOException e) {
            ConnectFailure unreachable = Unreachable.of(settings.url(), e);
            if (unreachable == null) {
                bad("server", settings.url() + " gives no answer: " + e.getMessage(), "ask whoever runs it");
            } else {
                bad("server", unreachable.what(), unreachable.fix());
            }
            return null;
        }
    }

    private HttpRequest.Builder request() {
        HttpRequest.Builder request = HttpRequest.newBuilder(settings.url()).timeout(TIMEOUT);
        settings.headers().forEach(request::setHeader);
        return request;
    }

    /** A server that wants no token has begun one. */
    private void endSession(@Nullable String id) throws IOException, InterruptedException {
        if (id != null) {
            http.send(
                            request().header("Mcp-Session-Id", id).DELETE().build(),
                            HttpResponse.BodyHandlers.ofInputStream())
                    .body()
                    .close();
        }
    }

    private @Nullable ProtectedResource metadata(Challenge challenge) throws InterruptedException {
        try {
            ProtectedResource resource = ProtectedResource.of(settings.url(), challenge, new Documents(http));
            if (resource == null) {
                note("metadata", "none: the server does not say who issues its tokens");
            } else {
                ok(
                        "metadata",
                        "tokens are for " + resource.resource() + ", from "
                                + String.join(", ", resource.authorizationServers())
                                + (resource.scopes().isEmpty()
                                        ? ""
                                        : ", scope " + String.join(" ", resource.scopes())));
            }
            return resource;
        } catch (ConnectFailure e) {
            bad("metadata", e.what(), e.fix());
        } catch (IOException e) {
            bad("metadata", "it cannot be read: " + e.getMessage(), "check the network");
        }
        return null;
    }

    private void azureCli(boolean needed) throws InterruptedException {
        if (!az.isInstalled()) {
            if (needed) {
                note("az", "not in PATH; install it, or sign in with --auth browser and --client-id");
            }
            return;
        }
        try {
            ok("az", "version " + az.version());
        } catch (ConnectFailure e) {
            bad("az", e.what(), e.fix());
        }
    }

    private void initialize() throws InterruptedException {
        Call call = new Call(initializeRequest());
        Thread trying = Thread.ofVirtual().name("initialize").start(() -> {
            call.startHere();
            try {
                initialize(call);
            } catch (InterruptedException e) {
                // Given up: it is said there.
            } finally {
                call.finish();
            }
        });
        if (call.awaitSilence(TIMEOUT) && call.abandon()) {
            bad(
                    "initialize",
                    "no answer within " + TIMEOUT.toSeconds() + " s",
                    "try again; ask whoever runs the server");
        } else {
            trying.join();
        }
    }

    private static Message initializeRequest() {
        try {
            return Message.parse(INITIALIZE.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedMessage e) {
            throw new IllegalStateException(e);
        }
    }

    private void initialize(Call call) throws InterruptedException {
        AtomicReference<Message> answer = new AtomicReference<>();
        Downstream downstream = message -> {
            if (message.isResponse()) {
                answer.set(message);
                call.finish();
            }
        };
        McpHttp mcp = new McpHttp(http, settings.url(), tokens, settings.headers(), Duration.ZERO);
        try (StreamableHttp streamable = new StreamableHttp(mcp, downstream, TIMEOUT, Diagnostics.NONE);
                LegacySse legacy = new LegacySse(mcp, downstream, TIMEOUT, Diagnostics.NONE)) {
            String transport = "";
            try {
                streamable.initialize(call);
            } catch (NotStreamable e) {
                note("initialize", "it answers " + e.status() + " to Streamable HTTP; trying HTTP with SSE");
                transport = " over HTTP with SSE";
                legacy.request(call);
            }
            Message got = answer.get();
            if (got == null && call.isOver()) {
                return;
            }
            token();
            judge(got, transport);
        } catch (ConnectFailure e) {
            bad("token", e.what(), e.fix());
        } catch (IOException e) {
            if (!call.isOver()) {
                bad(
                        "initialize",
                        e.getMessage() == null ? "the connection ended" : e.getMessage(),
                        "check the path of the URL; ask whoever runs the server");
            }
        }
    }

    private void judge(@Nullable Message got, String transport) {
        if (got == null || !got.result().isObject()) {
            bad(
                    "initialize",
                    "the server refuses: "
                            + (got == null
                                    ? "no answer"
                                    : got.error().path("message").asText()),
                    "ask whoever runs it");
            return;
        }
        ok(
                "initialize",
                got.result().path("serverInfo").path("name").asText("a server") + " speaks "
                        + got.result().path("protocolVersion").asText() + transport);
    }

    private void token() throws ConnectFailure, InterruptedException {
        AccessToken token = tokens.current(WantedBy.A_CALL);
        if (token == null) {
            ok("token", "none is wanted");
            return;
        }
        JsonNode claims = claims(token.value());
        Instant expiry = token.expiresAt();
        StringBuilder text = new StringBuilder("there is one");
        if (claims != null && claims.has("aud")) {
            text.append(", for ")
                    .append(claims.path("aud").isTextual() ? claims.path("aud").asText() : claims.path("aud"));
            if (claims.path("scp").isTextual()) {
                text.append(", scope ").append(claims.path("scp").asText());
            }
            if (claims.path("tid").isTextual()) {
                text.append(", tenant ").append(claims.path("tid").asText());
            }
        }
        if (expiry != null) {
            text.append(", for another ")
                    .append(Math.max(
                            0, Duration.between(clock.instant(), expiry).toMinutes()))
                    .append(" min");
        }
        ok("token", text.toString());
    }

    /** For a person to compare: nothing is trusted. Null when it is no JWT. */
    private static @Nullable JsonNode claims(String token) {
        String[] parts = token.split("\\.", -1);
        try {
            return parts.length == 3 ? JSON.readTree(Base64.getUrlDecoder().decode(parts[1])) : null;
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    private void ok(String what, String text) {
        say("ok    ", what, text);
    }

    private void note(String what, String text) {
        say("note  ", what, text);
    }

    private void bad(String what, String text, String fix) {
        healthy = false;
        say("FAIL  ", what, text + ". Fix: " + fix);
    }

    private void say(String verdict, String what, String text) {
        lines.accept(verdict + Diagnostics.clean(what + ": " + text));
    }
}
