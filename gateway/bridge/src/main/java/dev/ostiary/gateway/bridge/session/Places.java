package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.assertion.Caller;
import java.util.concurrent.Semaphore;

/**
 * Room for processes: so many for users, and a few beside them for the gateway, whose looks at the server take nobody's place and
 * find one when users have taken theirs. Any thread.
 */
final class Places {

    private final int users;
    private final Semaphore free;
    private final Semaphore looks = new Semaphore(Limits.LOOKS);

    Places(int users) {
        this.users = users;
        this.free = new Semaphore(users);
    }

    /**
     * Takes one and returns what gives it back, once.
     *
     * @throws Sessions.Full when there is none
     */
    Runnable take(Caller caller) throws Sessions.Full {
        Semaphore from = caller.isGateway() ? looks : free;
        if (!from.tryAcquire()) {
            throw new Sessions.Full(
                    caller.isGateway()
                            ? "the gateway looks at this server already"
                            : "all of " + users + " sessions are taken");
        }
        return from::release;
    }

    /** How many are taken. */
    int taken() {
        return users - free.availablePermits() + Limits.LOOKS - looks.availablePermits();
    }
}
