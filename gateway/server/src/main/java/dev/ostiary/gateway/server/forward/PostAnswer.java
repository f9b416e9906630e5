package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.ServedRoute;
import io.netty.buffer.ByteBuf;

/** What becomes of an answer whose head has come. Called on the exchange's executor, never again once it is closed. */
interface PostAnswer {

    /** A piece of the body; ownership passes. */
    void data(ByteBuf piece);

    /** The body is complete. */
    void complete();

    /** The workload, or what it says, has failed; nothing more comes. */
    void broken(WorkloadErrors.Failure failure);

    /** Ends what of the answer has been passed on; nothing when the answer is still to be given. */
    void close(boolean regular);

    /** Another revision is enforced from now on. */
    default void under(ServedRoute served) {}
}
