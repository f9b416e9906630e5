package dev.ostiary.gateway.server.mcp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides the era of a request and verifies that its headers say what its body says, so that nobody on the way can be made
 * to see another request than the workload (2026-07-28, Streamable HTTP, Request Metadata and Server Validation).
 *
 * <p>The body decides: a version in {@code params._meta} makes a request modern, {@code initialize} without one legacy. A
 * header never changes that; where it says otherwise the request is refused. Only a notification, which carries no version
 * of its own, follows its header. The order of the checks is that of the v2 SDK's server, so that a request with several
 * faults gets the same answer here as there. Authentication comes before all of this.
 */
public sealed interface HeaderAgreement {

    /**
     * The headers agree.
     *
     * @param era what the request is
     * @param version the protocol version it speaks
     */
    record Agreed(Era era, String version) implements HeaderAgreement {}

    /**
     * The headers disagree, or the request lacks what its era demands: HTTP 400.
     *
     * @param code -32020, -32022, -32600 or -32602
     * @param message for people; names headers and members, never their values
     * @param requestedVersion the unsupported version, with -32022 alone
     * @param supportedVersions the versions of the same era that may be spoken instead, with -32022 alone
     */
    record Refused(int code, String message, @Nullable String requestedVersion, List<String> supportedVersions)
            implements HeaderAgreement {

        /** A refusal that no other version would cure. */
        public Refused(int code, String message, @Nullable String requestedVersion) {
            this(code, message, requestedVersion, List.of());
        }

        public Refused {
            supportedVersions = List.copyOf(supportedVersions);
        }
    }

    /** Longest version that is repeated in an answer. */
    int MAX_VERSION_LENGTH = 64;

    /**
     * Judges a POST of one message.
     *
     * @param headers its headers
     * @param message its body
     * @param sessionVersion the version that the session was opened with; null without a session. It wins over a legacy
     *     header, present or not.
     */
    static HeaderAgreement of(McpHeaders headers, Message message, @Nullable String sessionVersion) {
        if (headers.repeated() != null) {
            return mismatch(headers.repeated() + " is sent more than once");
        }
        String header = headers.protocolVersion();
        boolean modernHeader = header != null && ProtocolVersions.namesModern(header);
        if (message.kind() == Message.Kind.RESPONSE) {
            return modernHeader
                    ? new Refused(JsonRpcErrors.INVALID_REQUEST, "Responses are not posted in this version", null)
                    : legacy(header, sessionVersion);
        }
        boolean request = message.kind() == Message.Kind.REQUEST;
        if (message.claimsVersion()) {
            return claimed(headers, message, request);
        }
        if (request && message.method().equals("initialize")) {
            if (modernHeader) {
                return mismatch(McpHeaders.PROTOCOL_VERSION + " names a version without initialize");
            }
            String methodMismatch = methodMismatch(headers, message);
            return methodMismatch != null ? mismatch(methodMismatch) : initialize(message);
        }
        if (modernHeader && request) {
            return new Refused(JsonRpcErrors.INVALID_PARAMS, "Invalid params: missing " + missing(message), null);
        }
        String methodMismatch = methodMismatch(headers, message);
        if (methodMismatch != null) {
            return mismatch(methodMismatch);
        }
        if (header != null && modernHeader) {
            return ProtocolVersions.isSupported(header)
                    ? new Agreed(Era.MODERN, header)
                    : unsupported(header, Era.MODERN);
        }
        return legacy(header, sessionVersion);
    }

    /** Judges a POST of a batch, which only legacy versions have; {@code Mcp-Method} and {@code Mcp-Name} cannot mirror it. */
    static HeaderAgreement ofBatch(McpHeaders headers, List<Message> batch, @Nullable String sessionVersion) {
        if (headers.repeated() != null) {
            return mismatch(headers.repeated() + " is sent more than once");
        }
        for (Message message : batch) {
            if (message.claimsVersion() || message.method().equals("initialize")) {
                return noBatch();
            }
        }
        String header = headers.protocolVersion();
        if (header != null && ProtocolVersions.namesModern(header)) {
            return noBatch();
        }
        HeaderAgreement agreement = legacy(header, sessionVersion);
        if (agreement instanceof Agreed agreed && !ProtocolVersions.hasBatches(agreed.version())) {
            return noBatch();
        }
        return agreement;
    }

    /**
     * Judges a GET or DELETE, which only legacy versions have; the caller answers 405 when the era turns out modern.
     *
     * @param sessionVersion as in {@link #of}
     */
    static HeaderAgreement ofStream(McpHeaders headers, @Nullable String sessionVersion) {
        if (headers.repeated() != null) {
            return mismatch(headers.repeated() + " is sent more than once");
        }
        String header = headers.protocolVersion();
        if (header != null && ProtocolVersions.namesModern(header)) {
            return new Agreed(Era.MODERN, header);
        }
        return legacy(header, sessionVersion);
    }

    private static HeaderAgreement claimed(McpHeaders headers, Message message, boolean request) {
        String claim = message.metaProtocolVersion();
        if (claim == null) {
            return new Refused(
                    JsonRpcErrors.INVALID_PARAMS,
                    "Invalid params: _meta[\"io.modelcontextprotocol/protocolVersion\"] is not a string",
                    null);
        }
        if (request && !message.hasClientCapabilities()) {
            return new Refused(
                    JsonRpcErrors.INVALID_PARAMS,
                    "Invalid params: _meta[\"io.modelcontextprotocol/clientCapabilities\"] is missing or not an object",
                    null);
        }
        if (!message.clientInfoWellFormed()) {
            return new Refused(
                    JsonRpcErrors.INVALID_PARAMS,
                    "Invalid params: _meta[\"io.modelcontextprotocol/clientInfo\"] is not an object",
                    null);
        }
        String header = headers.protocolVersion();
        if (header != null && !header.equals(claim)) {
            return mismatch(McpHeaders.PROTOCOL_VERSION + " does not match _meta in the body");
        }
        String methodMismatch = methodMismatch(headers, message);
        if (methodMismatch != null) {
            return mismatch(methodMismatch);
        }
        if (!ProtocolVersions.namesModern(claim) || !ProtocolVersions.isSupported(claim)) {
            return unsupported(claim, Era.MODERN);
        }
        if (request) {
            if (header == null) {
                return mismatch(McpHeaders.PROTOCOL_VERSION + " is missing");
            }
            if (headers.method() == null) {
                return mismatch(McpHeaders.METHOD + " is missing");
            }
        }
        String nameMismatch = request ? nameMismatch(headers, message) : null;
        return nameMismatch != null ? mismatch(nameMismatch) : new Agreed(Era.MODERN, claim);
    }

    private static HeaderAgreement initialize(Message message) {
        String offered = message.protocolVersion();
        if (offered == null || !ProtocolVersions.isLegacy(offered)) {
            return new Agreed(Era.LEGACY, ProtocolVersions.WHEN_UNSTATED);
        }
        return new Agreed(Era.LEGACY, offered);
    }

    private static HeaderAgreement legacy(@Nullable String header, @Nullable String sessionVersion) {
        if (header != null && !ProtocolVersions.isLegacy(header)) {
            return unsupported(header, Era.LEGACY);
        }
        if (sessionVersion != null) {
            return new Agreed(Era.LEGACY, sessionVersion);
        }
        return new Agreed(Era.LEGACY, header != null ? header : ProtocolVersions.WHEN_UNSTATED);
    }

    /** Also in the legacy era, where nobody need send it: who sends it must not lie to whoever reads it on the way. */
    private static @Nullable String methodMismatch(McpHeaders headers, Message message) {
        String method = headers.method();
        return method == null || method.equals(message.method())
                ? null
                : McpHeaders.METHOD + " does not match the method in the body";
    }

    private static @Nullable String nameMismatch(McpHeaders headers, Message message) {
        String mirrored = switch (message.method()) {
            case "tools/call", "prompts/get" -> message.name();
            case "resources/read" -> message.uri();
            case "tasks/get", "tasks/update", "tasks/cancel" -> message.taskId();
            default -> null;
        };
        if (mirrored == null) {
            return null;
        }
        String name = headers.name();
        if (name == null) {
            return McpHeaders.NAME + " is missing";
        }
        String decoded = McpHeaders.decode(name);
        if (decoded == null) {
            return McpHeaders.NAME + " is not encoded as it must be";
        }
        return decoded.equals(mirrored) ? null : McpHeaders.NAME + " does not match the body";
    }

    private static String missing(Message message) {
        if (!message.hasMeta()) {
            return "_meta";
        }
        return "_meta[\"io.modelcontextprotocol/protocolVersion\"]";
    }

    private static Refused mismatch(String what) {
        return new Refused(JsonRpcErrors.HEADER_MISMATCH, "Header mismatch: " + what, null);
    }

    private static Refused noBatch() {
        return new Refused(JsonRpcErrors.INVALID_REQUEST, "Batches are not part of this protocol version", null);
    }

    private static Refused unsupported(String version, Era era) {
        String repeatable = version.length() <= MAX_VERSION_LENGTH ? version : version.substring(0, MAX_VERSION_LENGTH);
        return new Refused(
                JsonRpcErrors.UNSUPPORTED_PROTOCOL_VERSION,
                "Unsupported protocol version",
                repeatable,
                ProtocolVersions.of(era));
    }
}
