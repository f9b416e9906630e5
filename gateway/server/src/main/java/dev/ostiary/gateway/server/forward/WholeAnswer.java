package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.ResponseStream;
import dev.ostiary.gateway.server.mcp.Era;
import dev.ostiary.gateway.server.mcp.Message;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A JSON body in answer to a post: held up to the limit where it is looked at, or short; else passed on as it comes. It holds
 * answers alone (2025-11-25, Transports): a request of the workload's in it would pass under its own id, and an answer to that be
 * refused.
 * Confined to the exchange's executor.
 */
final class WholeAnswer implements PostAnswer {

    /** A short body is cheaper to hold and send at once than to pass on in pieces. */
    private static final int HELD_UNREAD_BYTES = 64 * 1024;

    private final PostRelay relay;
    private final AuthorizedPost post;
    private final OpenedAnswer opened;
    private final int most;
    private final ByteArrayOutputStream held;
    private final @Nullable ResponseStream passing;

    private WholeAnswer(
            PostRelay relay, AuthorizedPost post, OpenedAnswer opened, int length, @Nullable ResponseStream passing) {
        this.relay = relay;
        this.post = post;
        this.opened = opened;
        this.most = post.context().served().limits().responseBytes();
        this.held = new ByteArrayOutputStream(passing == null ? Math.clamp(length, 32, HELD_UNREAD_BYTES) : 0);
        this.passing = passing;
    }

    /** Begins the answer; null when it is too long, and the relay has been told. */
    static @Nullable WholeAnswer begin(
            PostRelay relay, AuthorizedPost post, OpenedAnswer opened, HttpHeaders upstreamHeaders) {
        Exchange exchange = post.context().exchange();
        int length = upstreamHeaders.getInt(HttpHeaderNames.CONTENT_LENGTH, -1);
        if (opened.status() < 400 && !isLookedAt(post) && (length < 0 || length > HELD_UNREAD_BYTES)) {
            opened.headers().set(HttpHeaderNames.CONTENT_TYPE, PostRelay.JSON);
            ResponseStream out = exchange.stream(HttpResponseStatus.valueOf(opened.status()), opened.headers());
            out.onWritable(() -> relay.calling().resume());
            return new WholeAnswer(relay, post, opened, length, out);
        }
        WholeAnswer answer = new WholeAnswer(relay, post, opened, length, null);
        if (length > answer.most) {
            relay.fail(WorkloadErrors.malformed("a body of " + length + " bytes, limit " + answer.most));
            return null;
        }
        return answer;
    }

    /** Whether the answer decides something or may have to change. */
    private static boolean isLookedAt(AuthorizedPost post) {
        if (post.batch()) {
            return false;
        }
        return post.initializes()
                || post.context().era() == Era.MODERN
                || post.messages().getFirst().asksForTask()
                || !post.lists().isEmpty();
    }

    @Override
    public void data(ByteBuf piece) {
        if (passing != null) {
            passing.write(piece);
            if (!passing.isWritable()) {
                relay.calling().pause();
            }
            return;
        }
        try {
            if (held.size() + piece.readableBytes() > most) {
                relay.fail(WorkloadErrors.malformed("a body over the limit"));
                return;
            }
            piece.readBytes(held, piece.readableBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            piece.release();
        }
    }

    @Override
    public void complete() {
        if (passing != null) {
            relay.end(true);
            return;
        }
        byte[] body = held.toByteArray();
        if (opened.status() >= 400) {
            clientError(body);
        } else if (isLookedAt(post)) {
            judge(body);
        } else {
            send(body);
        }
    }

    /** A 4xx of the workload: its JSON-RPC error is for the client, anything else is not. */
    private void clientError(byte[] body) {
        if (opened.isError(body)) {
            send(body);
        } else {
            relay.fail(WorkloadErrors.unusable(opened.status()));
        }
    }

    private void judge(byte[] body) {
        Message request = post.messages().getFirst();
        Message answer = opened.answerIn(body);
        if (answer == null) {
            relay.fail(WorkloadErrors.malformed("no answer to " + request.method()));
            return;
        }
        if (post.initializes() && !opened.sealSession(answer)) {
            relay.fail(WorkloadErrors.malformed(OpenedAnswer.UNKNOWN_VERSION));
            return;
        }
        relay.judge(request, answer, body, judged -> {
            switch (judged) {
                case Judged.Pass(byte[] bytes) -> send(bytes);
                case Judged.Drop drop -> relay.fail(WorkloadErrors.malformed("an answer that may not pass"));
                case Judged.Fail(WorkloadErrors.Failure failure) -> relay.fail(failure);
            }
        });
    }

    private void send(byte[] body) {
        opened.headers().set(HttpHeaderNames.CONTENT_TYPE, PostRelay.JSON);
        relay.respond(HttpResponseStatus.valueOf(opened.status()), opened.headers(), body);
    }

    @Override
    public void broken(WorkloadErrors.Failure failure) {
        if (passing == null) {
            relay.fail(failure);
        } else {
            WorkloadErrors.log(post.context(), failure);
            relay.end(false);
        }
    }

    @Override
    public void close(boolean regular) {
        if (passing == null) {
            return;
        }
        if (regular) {
            passing.end();
        } else {
            passing.abort();
        }
    }
}
