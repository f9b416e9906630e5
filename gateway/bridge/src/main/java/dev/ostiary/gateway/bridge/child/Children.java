package dev.ostiary.gateway.bridge.child;

import java.io.IOException;
import java.util.List;

/** Where children come from. */
public interface Children {

    /**
     * Starts a program with this process's environment and working directory.
     *
     * @throws IOException when it cannot be started; the message says why and repeats the program's name
     */
    Child start(List<String> command) throws IOException;

    /** The best that this machine has; called once per process, which then must not start processes in another way. */
    static Children ofThisMachine() {
        return Libc.isComplete() ? NativeChildren.open() : new PortableChildren();
    }
}
