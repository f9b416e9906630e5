package dev.ostiary.gateway.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A SHA-256 over values of which each is preceded by its kind and length, so that no two different rows of values feed
 * the same bytes. The order of an object's members does not matter. Not thread-safe.
 */
final class Digest {

    private final MessageDigest sha;
    private final byte[] head = new byte[5];

    Digest(String purpose) {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        with(purpose);
    }

    Digest with(String s) {
        // UTF-16 units rather than UTF-8: half a surrogate pair must not equal a question mark.
        byte[] bytes = s.getBytes(StandardCharsets.UTF_16BE);
        return head('s', bytes.length).bytes(bytes);
    }

    Digest with(List<String> list) {
        head('l', list.size());
        list.forEach(this::with);
        return this;
    }

    Digest with(Map<String, String> map) {
        head('m', map.size());
        new TreeMap<>(map).forEach((k, v) -> with(k).with(v));
        return this;
    }

    Digest with(JsonNode node) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                head('o', node.size());
                TreeMap<String, JsonNode> members = new TreeMap<>();
                node.properties().forEach(p -> members.put(p.getKey(), p.getValue()));
                members.forEach((k, v) -> with(k).with(v));
            }
            case ARRAY -> {
                head('a', node.size());
                node.forEach(this::with);
            }
            case NUMBER -> head(node.isIntegralNumber() ? 'i' : 'd', 0).with(node.asText());
            case BOOLEAN -> head(node.booleanValue() ? 't' : 'f', 0);
            case STRING -> with(node.textValue());
            default -> head('n', 0);
        }
        return this;
    }

    String hex() {
        return HexFormat.of().formatHex(sha.digest());
    }

    private Digest head(char kind, int size) {
        ByteBuffer.wrap(head).put((byte) kind).putInt(size);
        return bytes(head);
    }

    private Digest bytes(byte[] bytes) {
        sha.update(bytes);
        return this;
    }
}
