package dev.ostiary.gateway.compiler.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Single values of YAML as those of JSON: the core schema of YAML 1.2. */
final class Scalars {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** The digits of the longest number that is read; beyond, converting would cost more than it is worth. */
    private static final int LONGEST_NUMBER = 40;

    /** Why a scalar has no value in JSON; does not quote it. */
    static final class NoValue extends Exception {
        private static final long serialVersionUID = 1L;

        NoValue(String message) {
            super(message);
        }
    }

    private Scalars() {}

    static JsonNode value(ScalarNode scalar) throws NoValue {
        String text = scalar.getValue();
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.STR)) {
            return JSON.textNode(text);
        }
        if (tag.equals(Tag.BOOL)) {
            return JSON.booleanNode(text.equalsIgnoreCase("true"));
        }
        if (tag.equals(Tag.NULL)) {
            return JSON.nullNode();
        }
        if (!tag.equals(Tag.INT) && !tag.equals(Tag.FLOAT)) {
            throw new NoValue("has a YAML tag; remove it.");
        }
        try {
            if (text.length() <= LONGEST_NUMBER) {
                return tag.equals(Tag.INT) ? JSON.numberNode(whole(text)) : JSON.numberNode(new BigDecimal(text));
            }
        } catch (NumberFormatException e) {
            // .inf, .nan, or a tag that lies
        }
        throw new NoValue("is no number that can be represented.");
    }

    /** What a value is, for people. */
    static String kind(JsonNode value) {
        if (value.isTextual()) {
            return "text";
        }
        if (value.isBoolean()) {
            return "true or false";
        }
        return value.isNumber() ? "a number" : "nothing";
    }

    private static BigInteger whole(String text) {
        if (text.startsWith("0x")) {
            return new BigInteger(text.substring(2), 16);
        }
        return text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
    }
}
