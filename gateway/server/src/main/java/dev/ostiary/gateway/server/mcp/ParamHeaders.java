package dev.ostiary.gateway.server.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one tool that clients mirror in {@code Mcp-Param-*} headers ({@code x-mcp-header}, 2026-07-28, Custom
 * Headers from Tool Parameters). Headers that the tool does not declare are nobody's business here and pass. Immutable.
 *
 * <p>Not on the way of a call yet. No decision of this gateway looks at these headers: policies see the arguments in the body,
 * so it is the workload that must verify them, and the headers are forwarded to it as they came. To verify them here, every
 * modern call would need the tool's definition, which is kept only as far as policies and pins need it; verifying where it
 * happens to be known would make the same request pass on one replica and fail on another.
 */
public final class ParamHeaders {

    /** Most declarations of one tool that are looked at; a tool with more mirrors nothing that we would verify. */
    public static final int MAX_DECLARED = 64;

    private static final Set<String> TYPES = Set.of("string", "integer", "boolean");
    private static final ParamHeaders NONE = new ParamHeaders(List.of());

    private final List<Declared> declared;

    private record Declared(String header, List<String> path) {}

    private ParamHeaders(List<Declared> declared) {
        this.declared = List.copyOf(declared);
    }

    /** Reads the declarations of a tool's definition: those reachable through {@code properties} alone. */
    public static ParamHeaders of(ObjectNode tool) {
        List<Declared> found = new ArrayList<>();
        collect(tool.path("inputSchema"), List.of(), found);
        return found.isEmpty() || found.size() > MAX_DECLARED ? NONE : new ParamHeaders(found);
    }

    /** Whether there is anything to verify. */
    public boolean isEmpty() {
        return declared.isEmpty();
    }

    /**
     * Verifies the headers of a call.
     *
     * @param values all values of a header, whose name is compared without regard to case; empty when absent
     * @param arguments the call's arguments
     * @return what is wrong (-32020), or null when every argument that must be mirrored is
     */
    public HeaderAgreement.@Nullable Refused verify(Function<String, List<String>> values, ObjectNode arguments) {
        for (Declared param : declared) {
            JsonNode value = arguments;
            for (String name : param.path) {
                value = value.path(name);
            }
            if (!value.isTextual() && !value.isBoolean() && !value.isNumber()) {
                continue;
            }
            String header = McpHeaders.PARAM_PREFIX + param.header;
            List<String> sent = values.apply(header);
            if (sent.size() != 1) {
                return mismatch(header + (sent.isEmpty() ? " is missing" : " is sent more than once"));
            }
            String decoded = McpHeaders.decode(McpHeaders.trim(sent.getFirst()));
            if (decoded == null) {
                return mismatch(header + " is not encoded as it must be");
            }
            if (!same(decoded, value)) {
                return mismatch(header + " does not match the body");
            }
        }
        return null;
    }

    private static void collect(JsonNode schema, List<String> path, List<Declared> found) {
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            List<String> inner = new ArrayList<>(path);
            inner.add(property.getKey());
            JsonNode definition = property.getValue();
            String header = definition.path("x-mcp-header").asText("");
            if (isToken(header) && TYPES.contains(definition.path("type").asText(""))) {
                found.add(new Declared(header, List.copyOf(inner)));
            }
            if (found.size() <= MAX_DECLARED) {
                collect(definition, inner, found);
            }
        }
    }

    /** Numbers by value, so that 42.0 is 42; the rest as text. */
    private static boolean same(String sent, JsonNode value) {
        if (!value.isNumber()) {
            return sent.equals(value.asText());
        }
        StrictJson json = new StrictJson(sent.getBytes(StandardCharsets.UTF_8), 0, sent.length(), 1);
        int first = json.peek();
        if (first != '-' && (first < '0' || first > '9')) {
            return false;
        }
        try {
            json.skipValue();
            json.finish();
        } catch (JsonRefused notANumber) {
            return false;
        }
        return new BigDecimal(sent.strip()).compareTo(value.decimalValue()) == 0;
    }

    /** RFC 9110 §5.6.2. */
    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static HeaderAgreement.Refused mismatch(String what) {
        return new HeaderAgreement.Refused(JsonRpcErrors.HEADER_MISMATCH, "Header mismatch: " + what, null);
    }
}
