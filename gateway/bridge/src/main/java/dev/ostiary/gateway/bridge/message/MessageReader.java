package dev.ostiary.gateway.bridge.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one message, strictly: UTF-8 without a byte order mark, one JSON object, no member twice, at most {@value #MOST_DEPTH}
 * levels, JSON-RPC 2.0. Any thread.
 */
public final class MessageReader {

    private static final int MOST_DEPTH = 256;
    private static final int PARSE_ERROR = -32700;
    private static final int INVALID_REQUEST = -32600;
    private static final Set<String> MODERN_RESULT = Set.of("resultType", "ttlMs", "cacheScope");

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(1_000)
                    .build())
            .build();

    private final byte[] bytes;
    private final JsonParser json;

    private @Nullable Span id;
    private boolean nullId;
    private @Nullable String method;
    private @Nullable Span params;
    private @Nullable Span meta;
    private @Nullable Span token;
    private @Nullable Span metaToken;
    private @Nullable Span requestId;
    private String version = "";
    private String uri = "";
    private @Nullable Span result;
    private @Nullable Span resultMeta;
    private boolean answered;
    private boolean failed;
    private boolean versioned;
    private final Set<String> resultNames = new HashSet<>(4);

    private MessageReader(byte[] bytes, JsonParser json) {
        this.bytes = bytes;
        this.json = json;
    }

    /** Reads {@code bytes} and keeps them; line breaks between tokens (no string can hold any) become spaces. */
    public static Message read(byte[] bytes) throws BadMessage {
        checkText(bytes);
        try (JsonParser json = JSON.createParser(bytes)) {
            return new MessageReader(bytes, json).message();
        } catch (IOException broken) {
            throw new BadMessage(PARSE_ERROR, "not one valid JSON value with unique member names");
        }
    }

    private static void checkText(byte[] bytes) throws BadMessage {
        boolean ascii = true;
        for (int i = 0; i < bytes.length; i++) {
            byte at = bytes[i];
            if (at < 0) {
                ascii = false;
            } else if (at == '\n' || at == '\r') {
                bytes[i] = ' ';
            } else if (at == 0) {
                throw new BadMessage(PARSE_ERROR, "not JSON: a NUL byte");
            }
        }
        if (bytes.length == 0 || bytes[0] == (byte) 0xef) {
            throw new BadMessage(PARSE_ERROR, "not JSON: nothing, or a byte order mark");
        }
        if (!ascii && !isUtf8(bytes)) {
            throw new BadMessage(PARSE_ERROR, "not UTF-8");
        }
    }

    private static boolean isUtf8(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(Math.min(bytes.length, 4096));
        while (true) {
            var outcome = decoder.decode(in, out, true);
            if (outcome.isUnderflow()) {
                return true;
            }
            if (outcome.isError()) {
                return false;
            }
            out.clear();
        }
    }

    private Message message() throws IOException, BadMessage {
        JsonToken first = json.nextToken();
        if (first == JsonToken.START_ARRAY) {
            throw new BadMessage(INVALID_REQUEST, "batches are not served here: send messages one by one");
        }
        if (first != JsonToken.START_OBJECT) {
            throw new BadMessage(INVALID_REQUEST, "not a JSON-RPC message: an object is expected");
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            member(json.currentName());
        }
        if (json.nextToken() != null) {
            throw new BadMessage(PARSE_ERROR, "more than one JSON value");
        }
        return new Message(
                bytes,
                kind(),
                method == null ? "" : method,
                id,
                params,
                meta,
                "notifications/progress".equals(method) ? token : metaToken,
                requestId,
                version,
                uri,
                result,
                resultMeta,
                resultNames.isEmpty() ? Set.of() : Set.copyOf(resultNames));
    }

    private Message.Kind kind() throws BadMessage {
        if (!versioned) {
            throw new BadMessage(INVALID_REQUEST, "not JSON-RPC 2.0: \"jsonrpc\" must be \"2.0\"");
        }
        if (method != null) {
            if (answered || failed || nullId) {
                throw new BadMessage(INVALID_REQUEST, "a request with a result, an error or a null id");
            }
            return id == null ? Message.Kind.NOTIFICATION : Message.Kind.REQUEST;
        }
        if (answered == failed || (id == null && !failed)) {
            throw new BadMessage(INVALID_REQUEST, "neither a request nor a response");
        }
        return Message.Kind.RESPONSE;
    }

    private void member(String name) throws IOException, BadMessage {
        JsonToken value = json.nextToken();
        switch (name) {
            case "jsonrpc" -> versioned = value == JsonToken.VALUE_STRING && "2.0".equals(json.getText());
            case "id" -> {
                nullId = value == JsonToken.VALUE_NULL;
                if (!nullId) {
                    if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NUMBER_INT) {
                        throw new BadMessage(INVALID_REQUEST, "\"id\" must be a string or an integer");
                    }
                    id = span();
                }
            }
            case "method" -> {
                if (value != JsonToken.VALUE_STRING) {
                    throw new BadMessage(INVALID_REQUEST, "\"method\" must be a string");
                }
                method = json.getText();
            }
            case "params" -> params = value == JsonToken.START_OBJECT ? object(this::param) : skipped();
            case "result" -> {
                answered = true;
                result = value == JsonToken.START_OBJECT ? object(this::resultMember) : skipped();
            }
            case "error" -> {
                failed = true;
                skipped();
            }
            default -> skipped();
        }
    }

    private void param(String name) throws IOException {
        JsonToken value = json.nextToken();
        switch (name) {
            case "progressToken" -> token = scalar(value);
            case "requestId" -> requestId = scalar(value);
            case "uri" -> {
                if (value == JsonToken.VALUE_STRING) {
                    uri = json.getText();
                } else {
                    skipped();
                }
            }
            case "_meta" -> meta = value == JsonToken.START_OBJECT ? object(this::metaMember) : skipped();
            default -> skipped();
        }
    }

    private void metaMember(String name) throws IOException {
        JsonToken value = json.nextToken();
        switch (name) {
            case "progressToken" -> metaToken = scalar(value);
            case "io.modelcontextprotocol/protocolVersion" -> {
                if (value == JsonToken.VALUE_STRING) {
                    version = json.getText();
                } else {
                    skipped();
                }
            }
            default -> skipped();
        }
    }

    private void resultMember(String name) throws IOException {
        JsonToken value = json.nextToken();
        if (MODERN_RESULT.contains(name)) {
            resultNames.add(name);
        }
        if (name.equals("_meta") && value == JsonToken.START_OBJECT) {
            resultMeta = object(this::ignored);
        } else {
            skipped();
        }
    }

    private void ignored(String name) throws IOException {
        json.nextToken();
        skipped();
    }

    private interface Member {
        void read(String name) throws IOException;
    }

    private Span object(Member member) throws IOException {
        int start = start();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            member.read(json.currentName());
        }
        return new Span(start, (int) json.currentLocation().getByteOffset());
    }

    /** A string or a number; anything else can be no token and no id. */
    private @Nullable Span scalar(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING || value.isNumeric()) {
            return span();
        }
        skipped();
        return null;
    }

    private Span span() throws IOException {
        int start = start();
        json.finishToken();
        return new Span(start, (int) json.currentLocation().getByteOffset());
    }

    /** Reads over a value; where it is an object or an array, its members are checked all the same. */
    private @Nullable Span skipped() throws IOException {
        json.skipChildren();
        return null;
    }

    private int start() {
        return (int) json.currentTokenLocation().getByteOffset();
    }
}
