package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.McpMessages;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.mcp.ProtocolVersions;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of an answer, and what it says about the post it answers.
 *
 * @param post what is answered
 * @param relays what this generation works with
 * @param status the workload's
 * @param headers the ones for the client
 * @param upstreamSession the workload's own id of the session that this opens; null when it opens none, or keeps none
 * @param pod which pod has answered; {@link PodChoice#ANY} when that is not known
 */
record OpenedAnswer(
        AuthorizedPost post,
        Relays relays,
        int status,
        HttpHeaders headers,
        @Nullable String upstreamSession,
        int pod) {

    static final String UNKNOWN_VERSION = "initialize answered without a known protocol version";

    /** The response in these bytes to the only request of the post; null when they hold none. */
    @Nullable
    Message answerIn(byte[] body) {
        return read(body) instanceof Reading.Single(Message message)
                        && message.kind() == Message.Kind.RESPONSE
                        && (message.isError()
                                || (message.id() != null && message.id().equals(onlyId(post))))
                ? message
                : null;
    }

    /** Whether these bytes are a JSON-RPC error. */
    boolean isError(byte[] body) {
        return read(body) instanceof Reading.Single(Message message) && message.isError();
    }

    private Reading read(byte[] body) {
        McpContext context = post.context();
        return McpMessages.readFromServer(
                body,
                context.served().limits().jsonDepth(),
                context.served().limits().batchMessages());
    }

    /** Puts the session id into the headers; false when the answer to {@code initialize} cannot open a session. */
    boolean sealSession(Message answer) {
        if (answer.isError()) {
            return true;
        }
        String version = answer.resultProtocolVersion();
        if (version == null || !ProtocolVersions.isLegacy(version)) {
            return false;
        }
        McpContext context = post.context();
        SessionSeal seal = new SessionSeal(
                version,
                context.caller().principal().key(),
                context.served().route().name(),
                context.served().route().workloadUid(),
                context.caller().principal().grantId(),
                // A server without a session is the same in every pod.
                List.of(new SessionSeal.UpstreamSession(
                        upstreamSession == null ? PodChoice.ANY : pod, null, upstreamSession)),
                relays.clock().instant());
        headers.set(WorkloadRequests.SESSION_ID, seal.seal(relays.sealer()));
        return true;
    }

    /** The id of a post's only request; null when it has none or is a batch. */
    static @Nullable MessageId onlyId(AuthorizedPost post) {
        return post.batch() ? null : post.messages().getFirst().id();
    }
}
