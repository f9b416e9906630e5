package dev.ostiary.gateway.bridge.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
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
 * Reads one message, strictly: UTF-8 without a byte order mark, one JSON object, at most {@value #MOST_DEPTH} levels, JSON-RPC 2.0;
 * in the objects that a bridge looks into no member twice and at most {@value #MOST_MEMBERS}; what it keeps while a request is open
 * is short. Objects farther down pass as they are: whoever acts on them checks them, and to remember their names takes many
 * times the message's room. Any thread.
 */
public final class MessageReader {

    private static final int MOST_DEPTH = 256;
    private static final int MOST_MEMBERS = 1_000;

    /** Ids and tokens, as they are written. */
    static final int MOST_ID_BYTES = 1_024;

    /** Methods and versions. */
    static final int MOST_NAME_CHARS = 256;

    private static final int PARSE_ERROR = -32700;
    private static final int INVALID_REQUEST = -32600;
    private static final Set<String> MODERN_RESULT = Set.of("resultType", "ttlMs", "cacheScope");

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
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
            throw new BadMessage(PARSE_ERROR, "not one valid JSON value");
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
        var _ = object(this::member);
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
                    id = idSpan();
                }
            }
            case "method" -> {
                if (value != JsonToken.VALUE_STRING) {
                    throw new BadMessage(INVALID_REQUEST, "\"method\" must be a string");
                }
                method = shortText();
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

    private void param(String name) throws IOException, BadMessage {
        JsonToken value = json.nextToken();
        switch (name) {
            case "progressToken" -> token = scalar(value);
            case "requestId" -> requestId = scalar(value);
            case "_meta" -> meta = value == JsonToken.START_OBJECT ? object(this::metaMember) : skipped();
            default -> skipped();
        }
    }

    private void metaMember(String name) throws IOException, BadMessage {
        JsonToken value = json.nextToken();
        switch (name) {
            case "progressToken" -> metaToken = scalar(value);
            case "io.modelcontextprotocol/protocolVersion" -> {
                if (value == JsonToken.VALUE_STRING) {
                    version = shortText();
                } else {
                    skipped();
                }
            }
            default -> skipped();
        }
    }

    private void resultMember(String name) throws IOException, BadMessage {
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
        void read(String name) throws IOException, BadMessage;
    }

    private Span object(Member member) throws IOException, BadMessage {
        int start = start();
        Set<String> names = new HashSet<>(8);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            if (!names.add(name)) {
                throw new BadMessage(PARSE_ERROR, "a member occurs twice");
            }
            if (names.size() > MOST_MEMBERS) {
                throw new BadMessage(INVALID_REQUEST, "more than " + MOST_MEMBERS + " members in one object");
            }
            member.read(name);
        }
        return new Span(start, (int) json.currentLocation().getByteOffset());
    }

    /** A string or a number; anything else can be no token and no id. */
    private @Nullable Span scalar(JsonToken value) throws IOException, BadMessage {
        if (value == JsonToken.VALUE_STRING || value.isNumeric()) {
            return idSpan();
        }
        skipped();
        return null;
    }

    private Span idSpan() throws IOException, BadMessage {
        int start = start();
        json.finishToken();
        int end = (int) json.currentLocation().getByteOffset();
        if (end - start > MOST_ID_BYTES) {
            throw new BadMessage(INVALID_REQUEST, "an id or token of more than " + MOST_ID_BYTES + " bytes");
        }
        return new Span(start, end);
    }

    private String shortText() throws IOException, BadMessage {
        String text = json.getText();
        if (text.length() > MOST_NAME_CHARS) {
            throw new BadMessage(
                    INVALID_REQUEST, "a method or version of more than " + MOST_NAME_CHARS + " characters");
        }
        return text;
    }

    /** Reads over a value; where it is an object or an array, it is checked to be JSON all the same. */
    private @Nullable Span skipped() throws IOException {
        json.skipChildren();
        return null;
    }

    private int start() {
        return (int) json.currentTokenLocation().getByteOffset();
    }
}
