package dev.ostiary.gateway.server.admin;

import org.jspecify.annotations.Nullable;

/** What the admin port asks. Any thread. */
public interface Health {

    /** Why no requests should be sent here; null when they should. */
    @Nullable
    String notReadyReason();

    /** The enforced revision. */
    String revision();
}
