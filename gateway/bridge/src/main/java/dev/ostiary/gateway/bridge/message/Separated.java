package dev.ostiary.gateway.bridge.message;

import org.jspecify.annotations.Nullable;

/** Where a member of an object stands together with one comma, so that the object is whole without it. One thread. */
final class Separated {

    private final String wanted;
    private boolean here;
    private int start = -1;
    private int end = -1;
    private int before = -1;

    Separated(String wanted) {
        this.wanted = wanted;
    }

    /** A member's name begins. */
    void begins(String name, int at) {
        if (start >= 0 && end < 0) {
            // The first of several: the comma behind it.
            end = at;
        }
        here = name.equals(wanted);
        if (here) {
            start = before < 0 ? at : before;
        }
    }

    /** Its value ends. */
    void ends(int at) {
        if (here && before >= 0) {
            end = at;
        }
        before = at;
    }

    /** Null where there is no such member; to be asked at the end of the object. */
    @Nullable
    Span span() {
        return start < 0 ? null : new Span(start, end < 0 ? before : end);
    }
}
