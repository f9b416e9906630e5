package dev.ostiary.connect.az;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.state.Fingerprint;
import dev.ostiary.connect.state.OwnFiles;
import dev.ostiary.connect.state.Secrets;
import dev.ostiary.connect.state.SharedLock;
import dev.ostiary.connect.token.AccessToken;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of {@code az} for every process of this user: one asks, which takes a second or two, the others use what it got. A token is kept
 * with the mark of the login that it is of ({@link AzLogin}), and is nobody's once that login has ended or changed.
 */
public final class SharedTokens {

    private static final JsonMapper JSON = new JsonMapper();

    private final Secrets secrets;
    private final OwnFiles files;
    private final Map<String, String> environment;
    private final Diagnostics diagnostics;

    /**
     * Keeps them there.
     *
     * @param files where the locks are
     * @param environment what az is started with
     */
    public SharedTokens(Secrets secrets, OwnFiles files, Map<String, String> environment, Diagnostics diagnostics) {
        this.secrets = secrets;
        this.files = files;
        this.environment = Map.copyOf(environment);
        this.diagnostics = diagnostics;
    }

    /** Asks az itself. */
    @FunctionalInterface
    interface Asking {
        AccessToken ask() throws ConnectFailure, InterruptedException;
    }

    /**
     * A token that another process has got, else one that is asked for here while others wait.
     *
     * @param usable whether a kept one will do
     */
    AccessToken get(AzRequest request, Predicate<AccessToken> usable, Asking asking)
            throws ConnectFailure, InterruptedException {
        if (AzLogin.mark(environment) == null) {
            // Nothing could be told apart by it, so there is nothing to wait for.
            return asking.ask();
        }
        String key = "az-" + Fingerprint.of(request.tenant() + "\n" + request.target());
        try (SharedLock _ = SharedLock.take(files, key + ".lock")) {
            AccessToken kept = read(key);
            if (kept != null && usable.test(kept)) {
                return kept;
            }
            AccessToken got = asking.ask();
            keep(key, got);
            return got;
        } catch (IOException e) {
            throw ConnectFailure.environment(
                    "the lock for tokens of az cannot be had: " + e.getMessage(), "check the folder " + files.folder());
        }
    }

    /** Whether the login may have changed: another text then. */
    String loginStamp() {
        return AzLogin.stamp(environment);
    }

    private @Nullable AccessToken read(String key) throws InterruptedException {
        String login = AzLogin.mark(environment);
        if (login == null) {
            return null;
        }
        try {
            byte[] bytes = secrets.read(key);
            JsonNode json = JSON.readTree(bytes == null ? new byte[0] : bytes);
            String value = json.path("accessToken").asText();
            return json.path("format").asInt() == 1
                            && login.equals(json.path("login").asText())
                            && AccessToken.fits(value)
                    ? new AccessToken(
                            value, AccessToken.expiry(json.path("expiresAt").asLong()))
                    : null;
        } catch (IOException e) {
            // az has one.
            return null;
        }
    }

    private void keep(String key, AccessToken token) throws InterruptedException {
        // Read again: asking may have been a login.
        String login = AzLogin.mark(environment);
        Instant expiry = token.expiresAt();
        if (login == null || expiry == null) {
            return;
        }
        try {
            secrets.write(
                    key,
                    JSON.writeValueAsBytes(JSON.createObjectNode()
                            .put("format", 1)
                            .put("login", login)
                            .put("accessToken", token.value())
                            .put("expiresAt", expiry.getEpochSecond())));
        } catch (IOException e) {
            diagnostics.say("the token of az is not shared with other processes: " + e.getMessage());
        }
    }
}
