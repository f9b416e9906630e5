package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The token of an Azure managed identity as client assertion (Microsoft, "Configure an application to trust a managed
 * identity"): asked from App Service's identity endpoint where the environment names one, else from the instance metadata
 * service, and kept until shortly before its end.
 */
final class ManagedIdentityProof implements ClientProof {

    private static final String METADATA_HOST = "http://169.254.169.254";
    private static final Duration AHEAD_OF_ITS_END = Duration.ofMinutes(5);
    private static final Duration LONGEST_KEPT = Duration.ofHours(12);

    private final Endpoint endpoint;
    private final Time time;
    private final URI uri;
    private final String header;
    private final String headerValue;
    private final Remembered<Boolean, Kept> kept;

    /** @param identity client id of a user-assigned identity; null: the system-assigned one */
    ManagedIdentityProof(
            EntraSettings entra,
            @Nullable String identity,
            Endpoint endpoint,
            Time time,
            UnaryOperator<@Nullable String> environment) {
        this.endpoint = endpoint;
        this.time = time;
        String query = "resource=" + Form.encode(exchangeAudience(entra.authority()))
                + (identity == null ? "" : "&client_id=" + Form.encode(identity));
        String appService = environment.apply("IDENTITY_ENDPOINT");
        String appServiceHeader = environment.apply("IDENTITY_HEADER");
        if (appService != null && appServiceHeader != null) {
            this.uri = URI.create(appService + "?api-version=2019-08-01&" + query);
            this.header = "X-IDENTITY-HEADER";
            this.headerValue = appServiceHeader;
        } else {
            String host = environment.apply("AZURE_POD_IDENTITY_AUTHORITY_HOST");
            this.uri = URI.create((host == null || host.isEmpty() ? METADATA_HOST : host.replaceAll("/+$", ""))
                    + "/metadata/identity/oauth2/token?api-version=2018-02-01&" + query);
            this.header = "Metadata";
            this.headerValue = "true";
        }
        this.kept = new Remembered<>(1, time, value -> value.keepFor);
    }

    private record Kept(String token, Duration keepFor) {
        @Override
        public String toString() {
            return "Kept[" + keepFor + "]";
        }
    }

    /** The audience that federated tokens must have in each cloud (Microsoft, "Configure an application to trust a managed identity"). */
    static String exchangeAudience(URI authority) {
        String host = String.valueOf(authority.getHost());
        if (host.endsWith(".us")) {
            return "api://AzureADTokenExchangeUSGov";
        }
        return host.endsWith(".cn") ? "api://AzureADTokenExchangeChina" : "api://AzureADTokenExchange";
    }

    @Override
    public Map<String, String> parameters() throws EntraRefusedException, EntraUnavailableException {
        return ClientProof.assertion(kept.get(true, this::fetch).token);
    }

    private Kept fetch() throws EntraRefusedException, EntraUnavailableException {
        Endpoint.Reply reply = endpoint.ask(
                Endpoint.Repeat.ALWAYS,
                () -> HttpRequest.newBuilder(uri).header(header, headerValue).GET());
        if (!reply.successful()) {
            throw new EntraRefusedException(
                    EntraRefusedException.Meaning.MISCONFIGURED,
                    new EntraDiagnosis(
                            "ManagedIdentityRefused",
                            "This host has no such managed identity.",
                            "spec.entra.credential.managedIdentity.clientId",
                            "Assign the user-assigned identity to the machine, the pod's node or the app, and name its"
                                    + " client id; then add it to the registration's federated credentials.",
                            null),
                    null);
        }
        ObjectNode body = reply.body();
        String token = body == null ? null : body.path("access_token").textValue();
        if (body == null || token == null || !Texts.isVisibleAscii(token)) {
            throw Endpoint.unavailable("UnusableAnswer", Duration.ZERO, "no token from the identity endpoint", null);
        }
        return new Kept(token, keepFor(body.path("expires_on")));
    }

    /** {@code expires_on} is text with seconds since 1970 in both variants; one that is neither is not kept. */
    private Duration keepFor(JsonNode expiresOn) {
        long left = expiresOn.asLong(0) - time.wallMillis() / 1000;
        Duration duration = Duration.ofSeconds(Math.clamp(left, 0, LONGEST_KEPT.toSeconds() * 2))
                .minus(AHEAD_OF_ITS_END);
        if (duration.isNegative()) {
            return Duration.ZERO;
        }
        return duration.compareTo(LONGEST_KEPT) > 0 ? LONGEST_KEPT : duration;
    }
}
