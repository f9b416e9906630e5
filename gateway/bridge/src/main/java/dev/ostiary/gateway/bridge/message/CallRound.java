package dev.ostiary.gateway.bridge.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One round of a call of the modern era (MCP 2026-07-28, "Multi Round-Trip Requests"): the first, or one that brings what the server
 * has asked its client for.
 *
 * @param client what it says about the client
 * @param state {@code requestState}, null in the first round
 * @param responses the members of {@code inputResponses}, objects as they are written; empty in the first round: what nobody has asked
 *     for is ignored ("Error Handling"), so that the server asks for it as if it had not been brought
 * @param unasked where in a first round {@code inputResponses} stand, with the comma that separates them; null where there are none
 * @param call what is called with what: equal for all rounds of one call. SHA-256 over method and params without what differs
 *     between rounds
 */
public record CallRound(
        Client client,
        @Nullable String state,
        Map<String, String> responses,
        @Nullable Span unasked,
        ByteBuffer call) {

    /**
     * A client of the modern era, as it says of itself in every request.
     *
     * @param abilities what it can be asked
     * @param logs the least severe log messages that it wants to hear; null: none
     */
    public record Client(
            ClientAbilities abilities, @Nullable LogLevel logs) {

        static final Client SILENT = new Client(ClientAbilities.NONE, null);
    }

    /** Requests that may take several rounds. */
    public static final Set<String> METHODS = Set.of("tools/call", "prompts/get", "resources/read");

    /** The round of a request that has one only. */
    public static final CallRound ONLY = new CallRound(
            Client.SILENT, null, Map.of(), null, ByteBuffer.allocate(0).asReadOnlyBuffer());

    private static final int MOST_RESPONSES = 64;

    /**
     * Reads the params of a request that has been read before.
     *
     * @throws BadMessage when what it brings for an earlier round is not in the form that the era prescribes
     */
    public static CallRound read(Message request) throws BadMessage {
        Client client = Client.SILENT;
        String state = null;
        Map<String, String> responses = Map.of();
        TreeMap<String, Span> others = new TreeMap<>();
        Separated brought = new Separated("inputResponses");
        try (JsonParser json = request.paramsParser()) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                brought.begins(name, request.paramsOffset(json.currentTokenLocation()));
                JsonToken value = json.nextToken();
                switch (name) {
                    case "_meta" -> client = value == JsonToken.START_OBJECT ? client(json) : client;
                    case "requestState" -> {
                        if (value != JsonToken.VALUE_STRING) {
                            throw new BadMessage(Rpc.INVALID_PARAMS, "requestState must be a string");
                        }
                        state = json.getText();
                    }
                    case "inputResponses" -> responses = responses(request, json);
                    default -> others.put(name, request.valueAt(json, request.params()));
                }
                json.skipChildren();
                json.finishToken();
                brought.ends(request.paramsOffset(json.currentLocation()));
            }
        } catch (IOException never) {
            throw new IllegalStateException("read before", never);
        }
        boolean first = state == null;
        return new CallRound(
                client, state, first ? Map.of() : responses, first ? brought.span() : null, digest(request, others));
    }

    private static Client client(JsonParser json) throws IOException, BadMessage {
        ClientAbilities abilities = ClientAbilities.NONE;
        LogLevel logs = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (value == JsonToken.START_OBJECT && name.equals("io.modelcontextprotocol/clientCapabilities")) {
                abilities = ClientAbilities.read(json);
            } else if (name.equals("io.modelcontextprotocol/logLevel")) {
                logs = value == JsonToken.VALUE_STRING ? LogLevel.of(json.getText()) : null;
                if (logs == null) {
                    throw new BadMessage(Rpc.INVALID_PARAMS, "io.modelcontextprotocol/logLevel is no log level");
                }
            } else {
                json.skipChildren();
            }
        }
        return new Client(abilities, logs);
    }

    private static Map<String, String> responses(Message request, JsonParser json) throws IOException, BadMessage {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new BadMessage(Rpc.INVALID_PARAMS, "inputResponses must be an object");
        }
        Map<String, String> responses = new HashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new BadMessage(Rpc.INVALID_PARAMS, "each of inputResponses must be a result: an object");
            }
            if (responses.size() == MOST_RESPONSES) {
                throw new BadMessage(Rpc.INVALID_PARAMS, "more than " + MOST_RESPONSES + " inputResponses");
            }
            responses.put(name, request.valueAt(json, request.params()).in(request.bytes()));
        }
        return responses;
    }

    private static ByteBuffer digest(Message request, TreeMap<String, Span> others) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            part(digest, request.method().getBytes(StandardCharsets.UTF_8));
            others.forEach((name, value) -> {
                part(digest, name.getBytes(StandardCharsets.UTF_8));
                digest.update(length(value.end() - value.start()));
                digest.update(request.bytes(), value.start(), value.end() - value.start());
            });
            return ByteBuffer.wrap(digest.digest()).asReadOnlyBuffer();
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** With its length before it, so that no two ways to cut the same bytes are one call. */
    private static void part(MessageDigest digest, byte[] bytes) {
        digest.update(length(bytes.length));
        digest.update(bytes);
    }

    private static byte[] length(int length) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
    }

    /** Says nothing of what it holds. */
    @Override
    public String toString() {
        return "CallRound[" + responses.size() + " responses]";
    }
}
