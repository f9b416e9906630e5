package dev.ostiary.connect.oauth;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where grants are kept: one a key. Not safe for concurrent use: callers hold the shared lock. */
interface Grants {

    @Nullable
    Grant read(String key) throws IOException, InterruptedException;

    void write(String key, Grant grant) throws IOException, InterruptedException;

    /** For messages. */
    String place();
}
