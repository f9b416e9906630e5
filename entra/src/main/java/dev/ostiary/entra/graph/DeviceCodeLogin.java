package dev.ostiary.entra.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The device authorization grant (RFC 8628): the caller signs in with a browser on any machine. */
public final class DeviceCodeLogin implements Login {

    private static final Duration LONGEST = Duration.ofMinutes(15);

    private final Exchange exchange;
    private final URI authority;
    private final String tenantId;
    private final String clientId;
    private final URI graph;
    private final Consumer<String> say;
    private final Pause pause;
    private final InstantSource clock;

    /**
     * @param clientId a public client that may be used so, usually the Azure CLI's
     * @param say tells the caller where to go
     */
    public DeviceCodeLogin(
            Exchange exchange,
            URI authority,
            String tenantId,
            String clientId,
            URI graph,
            Consumer<String> say,
            Pause pause,
            InstantSource clock) {
        this.exchange = exchange;
        this.authority = authority;
        this.tenantId = tenantId;
        this.clientId = clientId;
        this.graph = graph;
        this.say = say;
        this.pause = pause;
        this.clock = clock;
    }

    @Override
    public AccessToken token() throws LoginException, InterruptedException {
        ObjectNode begun = post("devicecode", Map.of("client_id", clientId, "scope", graph + "/.default"));
        String code = begun.path("device_code").asText("");
        if (code.isEmpty()) {
            throw refused(begun);
        }
        say.accept("To sign in, open " + begun.path("verification_uri").asText() + " and enter the code "
                + begun.path("user_code").asText());
        Instant end = clock.instant().plus(LONGEST);
        long interval = Math.clamp(begun.path("interval").asLong(5), 1, 60);
        while (clock.instant().isBefore(end)) {
            pause.until(Duration.ofSeconds(interval));
            ObjectNode answer = post(
                    "token",
                    Map.of(
                            "grant_type", "urn:ietf:params:oauth:grant-type:device_code",
                            "client_id", clientId,
                            "device_code", code));
            String token = answer.path("access_token").asText("");
            if (!token.isEmpty()) {
                return AccessToken.of(token, "Entra's answer");
            }
            String error = answer.path("error").asText();
            if (error.equals("slow_down")) {
                interval = Math.min(60, interval + 5);
            } else if (!error.equals("authorization_pending")) {
                throw refused(answer);
            }
        }
        throw new LoginException("nobody signed in within " + LONGEST.toMinutes() + " minutes");
    }

    private ObjectNode post(String endpoint, Map<String, String> form) throws LoginException, InterruptedException {
        try {
            return exchange.form(URI.create(authority + "/" + tenantId + "/oauth2/v2.0/" + endpoint), form)
                    .body();
        } catch (IOException e) {
            throw new LoginException("Entra cannot be reached at " + authority + ": " + e.getMessage());
        }
    }

    private static LoginException refused(@Nullable ObjectNode answer) {
        String code =
                Aadsts.of(answer == null ? "" : answer.path("error_description").asText(""));
        return new LoginException("Entra does not allow this sign-in"
                + (code.isEmpty() ? "" : " (" + code + ")")
                + "; with Conditional Access against device codes, use the Azure CLI or --token-file");
    }
}
