package dev.ostiary.gateway.server.audit;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.server.authorize.DecisionRecord;
import dev.ostiary.gateway.server.identity.Principal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One decision as one line of JSON, without the line end. Never fails: what cannot be written as text is replaced. */
final class AuditLine {

    private static final Logger LOG = LoggerFactory.getLogger(AuditLine.class);
    private static final char REPLACEMENT = '\uFFFD';

    private final ObjectMapper mapper = new ObjectMapper();

    byte[] of(DecisionRecord decision, AuditSettings.Arguments detail) {
        try {
            return line(decision, detail);
        } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("trace", decision.traceId())
                    .addKeyValue("error", e.getClass().getSimpleName())
                    .log("the arguments of a call cannot be written to the audit log");
        }
        try {
            return line(decision, AuditSettings.Arguments.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException("a line without arguments is plain text", e);
        }
    }

    private byte[] line(DecisionRecord decision, AuditSettings.Arguments detail) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        try (JsonGenerator json = mapper.getFactory().createGenerator(line)) {
            write(json, decision, detail);
        }
        return line.toByteArray();
    }

    private static void write(JsonGenerator json, DecisionRecord decision, AuditSettings.Arguments detail)
            throws IOException {
        Principal principal = decision.principal();
        json.writeStartObject();
        json.writeStringField(
                "time", Instant.ofEpochMilli(decision.epochMillis()).toString());
        json.writeStringField("event", "decision");
        json.writeStringField("outcome", decision.outcome().name().toLowerCase(Locale.ROOT));
        if (decision.reason() != null) {
            json.writeStringField("reason", decision.reason());
        }
        json.writeStringField("tid", principal.tenantId());
        json.writeStringField("oid", principal.objectId());
        json.writeStringField("client", principal.clientId());
        if (principal.application()) {
            json.writeBooleanField("application", true);
        }
        if (principal.tokenId() != null) {
            json.writeStringField("uti", principal.tokenId());
        }
        json.writeStringField("route", decision.route());
        json.writeStringField("method", text(decision.method()));
        String target = decision.target();
        if (target != null) {
            json.writeStringField("target", text(target));
        }
        DecisionRecord.Arguments arguments = decision.arguments();
        if (arguments != null && detail != AuditSettings.Arguments.NONE) {
            writeArguments(json, arguments.values(), detail);
        }
        if (decision.listed() >= 0) {
            json.writeNumberField("listed", decision.listed());
            json.writeNumberField("shown", decision.shown());
        }
        writeStrings(json, "policies", decision.policies());
        if (!decision.errors().isEmpty()) {
            writeStrings(json, "errors", decision.errors());
        }
        if (decision.shadow() != null) {
            json.writeStringField("shadow", decision.shadow().name().toLowerCase(Locale.ROOT));
            writeStrings(json, "shadowPolicies", decision.shadowPolicies());
        }
        json.writeStringField("revision", decision.revision());
        json.writeStringField("trace", decision.traceId());
        json.writeNumberField("micros", TimeUnit.NANOSECONDS.toMicros(decision.decisionNanos()));
        json.writeEndObject();
    }

    private static void writeArguments(JsonGenerator json, ObjectNode values, AuditSettings.Arguments detail)
            throws IOException {
        json.writeFieldName("arguments");
        if (detail == AuditSettings.Arguments.VALUES) {
            json.writeTree(values);
            return;
        }
        json.writeStartArray();
        for (Iterator<String> names = values.fieldNames(); names.hasNext(); ) {
            json.writeString(text(names.next()));
        }
        json.writeEndArray();
    }

    private static void writeStrings(JsonGenerator json, String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    /** Half a surrogate pair, as a workload may send it, is no text in UTF-8. */
    private static String text(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                return value.codePoints()
                        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? REPLACEMENT : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return value;
    }
}
