package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.Answers;
import dev.ostiary.gateway.server.authorize.AuthorizedHandler;
import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.credentials.WorkloadCredential;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Takes what may pass to the workload, and brings back the answer. One per generation of the configuration. */
public final class Forwarder implements AuthorizedHandler {

    private final Relays relays;

    Forwarder(Relays relays) {
        this.relays = relays;
    }

    @Override
    public void post(AuthorizedPost post) {
        if (!relays.calls().cancelsWhatIsNotOpen(post)) {
            PostRelay.start(post, relays);
        } else if (post.batch()) {
            Answers.error(
                    post.context().exchange(),
                    JsonRpcErrors.invalidRequest(null, "This batch cancels a request that you have not got open"));
        } else {
            // Answered a moment ago, perhaps, which is no error (2025-11-25, Cancellation); or somebody else's.
            Responses.empty(post.context().exchange(), HttpResponseStatus.ACCEPTED, Responses.headers());
        }
    }

    @Override
    public void listen(McpContext context) {
        ListenRelay.start(context, relays);
    }

    @Override
    public void endSession(McpContext context) {
        SessionSeal session = context.session();
        if (session == null || WorkloadRequests.upstreamId(session) == null) {
            // The workload keeps no session, so there is nothing to end there.
            Responses.empty(context.exchange(), HttpResponseStatus.OK, Responses.headers());
            return;
        }
        CredentialedCall.send(
                context,
                relays,
                () -> WorkloadRequests.of(context, HttpMethod.DELETE, Unpooled.EMPTY_BUFFER),
                new Ending(context, relays));
    }

    /** Passes the status of a DELETE on: the client need not know more. */
    private static final class Ending implements CredentialedCall.Listener {

        private final McpContext context;
        private final Relays relays;
        private int status;

        Ending(McpContext context, Relays relays) {
            this.context = context;
            this.relays = relays;
        }

        @Override
        public void onWithheld(WorkloadCredential.Withheld why) {
            WorkloadErrors.answer(context, relays, why);
        }

        @Override
        public void onHead(int received, HttpHeaders headers) {
            status = received;
        }

        @Override
        public void onData(ByteBuf piece) {
            piece.release();
        }

        @Override
        public void onEnd() {
            if ((status >= 200 && status < 300) || status == 404 || status == 405) {
                Responses.empty(context.exchange(), HttpResponseStatus.valueOf(status), Responses.headers());
            } else {
                WorkloadErrors.answer(context, WorkloadErrors.ofStatus(status));
            }
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            WorkloadErrors.answer(context, WorkloadErrors.of(failure));
        }
    }
}
