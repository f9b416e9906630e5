package dev.ostiary.testing;

import org.opentest4j.TestAbortedException;

/** Whether a test whose real counterpart is missing on this machine is skipped or fails. */
public final class Level {

    private Level() {}

    /**
     * Ends the calling test: skipped with one line on a laptop, failed where every level must run ({@code
     * -Dostiary.levels.required=true}, as in CI).
     *
     * @param what is missing, and how to get it
     */
    public static RuntimeException cannotRun(String what) {
        if (Boolean.getBoolean("ostiary.levels.required")) {
            return new IllegalStateException(what);
        }
        return new TestAbortedException(what);
    }
}
