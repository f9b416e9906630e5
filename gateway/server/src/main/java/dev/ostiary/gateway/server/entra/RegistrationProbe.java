package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks Entra and Graph about the gateway's registration, as the gateway itself and with nothing but its own credential. Nothing
 * is remembered, so that what is answered is so now; and what fails here holds no sign-in back, since breakers are its own.
 * Blocks for a bounded time: virtual threads only. Thread-safe.
 */
public final class RegistrationProbe {

    private final EntraSettings entra;
    private final TokenEndpoint tokens;
    private final Endpoint login;
    private final Endpoint graph;
    private final Time time;

    RegistrationProbe(EntraSettings entra, TokenEndpoint tokens, Endpoint login, Endpoint graph, Time time) {
        this.entra = entra;
        this.tokens = tokens;
        this.login = login;
        this.graph = graph;
        this.time = time;
    }

    /**
     * What was answered.
     *
     * @param status 2xx or 4xx
     * @param received when, by the gateway's clock
     * @param sent when, by the other side's clock; null: it did not say
     * @param body empty where there was no JSON object
     */
    public record Answer(
            int status, Instant received, @Nullable Instant sent, ObjectNode body) {

        public boolean successful() {
            return status / 100 == 2;
        }
    }

    /** A token that Entra gave the gateway for Graph. Its value goes to Graph alone. */
    public static final class OwnToken {
        private final String value;

        private OwnToken(String value) {
            this.value = value;
        }
    }

    /** The tenant's discovery document, or Entra's word that there is none. */
    public Answer discovery() throws EntraUnavailableException {
        return answer(login, HttpRequest.newBuilder(entra.discovery()));
    }

    /**
     * Shows the credential to Entra.
     *
     * @throws EntraRefusedException when Entra does not take it, or there is none to show
     */
    public OwnToken token() throws EntraRefusedException, EntraUnavailableException {
        return new OwnToken(tokens.ask(
                        Endpoint.Repeat.ALWAYS,
                        Map.of("grant_type", "client_credentials", "scope", entra.graph() + "/.default"))
                .accessToken());
    }

    /**
     * Reads from Graph.
     *
     * @param path below {@code /v1.0/}, query included and encoded
     */
    public Answer graph(OwnToken token, String path) throws EntraUnavailableException {
        return answer(
                graph,
                HttpRequest.newBuilder(URI.create(entra.graph() + "/v1.0/" + path))
                        .header("Authorization", "Bearer " + token.value));
    }

    private Answer answer(Endpoint endpoint, HttpRequest.Builder request) throws EntraUnavailableException {
        try {
            Endpoint.Reply reply = endpoint.ask(
                    Endpoint.Repeat.ALWAYS,
                    () -> request.copy().header("Accept", "application/json").GET());
            ObjectNode body = reply.body();
            return new Answer(
                    reply.status(),
                    Instant.ofEpochMilli(time.wallMillis()),
                    date(reply.headers().firstValue("Date").orElse("")),
                    body == null ? JsonNodeFactory.instance.objectNode() : body);
        } catch (EntraRefusedException impossible) {
            // Only making a request refuses, and this one needs no credential.
            throw Endpoint.unavailable("InternalError", Duration.ZERO, "the question could not be asked", impossible);
        }
    }

    /** {@code Date} (RFC 9110 §6.6.1). */
    private static @Nullable Instant date(String header) {
        try {
            return header.isEmpty()
                    ? null
                    : ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
        } catch (DateTimeException notADate) {
            return null;
        }
    }
}
