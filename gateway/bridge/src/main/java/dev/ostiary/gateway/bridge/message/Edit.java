package dev.ostiary.gateway.bridge.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A message with some of its values written otherwise; every other byte stays. */
public final class Edit {

    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Change(Span span, byte[] value) {}

    private final byte[] bytes;
    private final List<Change> changes = new ArrayList<>(2);

    public Edit(Message message) {
        this.bytes = message.bytes();
    }

    /** Writes {@code value}, JSON, where {@code span} was; spans must not overlap. */
    public Edit put(Span span, String value) {
        changes.add(new Change(span, value.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    /** Writes {@code text}, members with the comma that follows or precedes them, at {@code position}. */
    public Edit insert(int position, String text) {
        return put(new Span(position, position), text);
    }

    public byte[] bytes() {
        changes.sort(Comparator.comparingInt(change -> change.span.start()));
        int length = bytes.length;
        for (Change change : changes) {
            length += change.value.length - (change.span.end() - change.span.start());
        }
        byte[] edited = new byte[length];
        int from = 0;
        int to = 0;
        for (Change change : changes) {
            int kept = change.span.start() - from;
            System.arraycopy(bytes, from, edited, to, kept);
            to += kept;
            System.arraycopy(change.value, 0, edited, to, change.value.length);
            to += change.value.length;
            from = change.span.end();
        }
        System.arraycopy(bytes, from, edited, to, bytes.length - from);
        return edited;
    }
}
