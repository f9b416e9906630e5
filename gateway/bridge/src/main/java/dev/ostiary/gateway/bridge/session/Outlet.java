package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.message.Message;
import java.util.List;

/** Where a session's server is heard when it speaks on its own account. Never makes it wait. Any thread. */
interface Outlet {

    /** Keeps or passes on a message; returns those that nobody has had and nobody will, the new one perhaps among them. */
    List<byte[]> add(Message message);

    /** Whether somebody listens. */
    boolean isAttached();

    /** There will be nothing more. */
    void end();
}
