package dev.ostiary.entra.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The device authorization grant (RFC 8628): the caller signs in with a browser on any machine. */
public final class DeviceCodeLogin implements Login {

    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final long LONGEST_INTERVAL = 60;
    private static final Set<String> NO_TENANT = Set.of("AADSTS90002", "AADSTS900021", "AADSTS900023");

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
        ObjectNode begun;
        try {
            begun = post("devicecode", Map.of("client_id", clientId, "scope", graph + "/.default"));
        } catch (IOException e) {
            throw new LoginException("Entra cannot be reached at " + authority + ": " + e.getMessage());
        }
        String code = begun.path("device_code").asText("");
        if (code.isEmpty()) {
            throw refused(begun);
        }
        say.accept(
                "To sign in, open " + printable(begun.path("verification_uri").asText()) + " and enter the code "
                        + printable(begun.path("user_code").asText()));
        Duration lifetime = Duration.ofSeconds(
                Math.clamp(begun.path("expires_in").asLong(LONGEST.toSeconds()), 1, LONGEST.toSeconds()));
        Instant end = clock.instant().plus(lifetime);
        long interval = Math.clamp(begun.path("interval").asLong(5), 1, LONGEST_INTERVAL);
        while (clock.instant().isBefore(end)) {
            pause.until(Duration.ofSeconds(interval));
            ObjectNode answer;
            try {
                answer = post(
                        "token",
                        Map.of(
                                "grant_type", "urn:ietf:params:oauth:grant-type:device_code",
                                "client_id", clientId,
                                "device_code", code));
            } catch (IOException notNow) {
                // RFC 8628 §3.5: somebody may be typing the code, so a lost connection only slows the asking down.
                interval = Math.min(LONGEST_INTERVAL, interval * 2);
                continue;
            }
            String token = answer.path("access_token").asText("");
            if (!token.isEmpty()) {
                return AccessToken.of(token, "Entra's answer");
            }
            switch (answer.path("error").asText()) {
                case "authorization_pending" -> {}
                case "slow_down" -> interval = Math.min(LONGEST_INTERVAL, interval + 5);
                case "authorization_declined", "access_denied" ->
                    throw new LoginException("the sign-in was declined in the browser");
                case "expired_token" -> throw expired(lifetime);
                default -> throw refused(answer);
            }
        }
        throw expired(lifetime);
    }

    private static LoginException expired(Duration lifetime) {
        return new LoginException(
                "nobody signed in within " + lifetime.toMinutes() + " minutes, and the code has expired; run it again");
    }

    private ObjectNode post(String endpoint, Map<String, String> form) throws IOException, InterruptedException {
        return exchange.form(URI.create(authority + "/" + tenantId + "/oauth2/v2.0/" + endpoint), form)
                .body();
    }

    private LoginException refused(ObjectNode answer) {
        String code = Aadsts.of(answer.path("error_description").asText(""));
        if (NO_TENANT.contains(code)) {
            return new LoginException("there is no tenant " + tenantId + " at " + authority + " (" + code
                    + "); compare spec.entra.tenantId, and the cloud");
        }
        return new LoginException("Entra does not allow this sign-in"
                + (code.isEmpty() ? "" : " (" + code + ")")
                + "; with Conditional Access against device codes, use the Azure CLI or --token-file");
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x21-\\x7e]", "");
    }
}
