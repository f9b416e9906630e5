package dev.ostiary.entra.emulator.oauth;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Key sets of the external issuers behind federated credentials: given, or fetched through the issuer's discovery
 * document (fact sheet §5.4, [D] workload-identity-federation-considerations.md). Only issuers that a registration names
 * are ever asked. Fetches end after five seconds and read at most 256 KiB.
 */
final class FederatedIssuers {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_BYTES = 256 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> given;

    FederatedIssuers(Map<String, String> given) {
        this.given = given;
    }

    /** Keys of the issuer; null when they cannot be had. */
    @Nullable
    JWKSet keys(String issuer) {
        try {
            String known = given.get(issuer);
            if (known != null) {
                return JWKSet.parse(known);
            }
            String base = issuer.endsWith("/") ? issuer : issuer + "/";
            try (HttpClient http =
                    HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
                String document = fetch(http, base + ".well-known/openid-configuration");
                String location = JSON.readTree(document).path("jwks_uri").asText();
                return JWKSet.parse(fetch(http, location));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (IOException | ParseException | IllegalArgumentException e) {
            return null;
        }
    }

    private static String fetch(HttpClient http, String url) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build();
        HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException("HTTP " + response.statusCode());
            }
            return new String(body.readNBytes(MAX_BYTES), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
