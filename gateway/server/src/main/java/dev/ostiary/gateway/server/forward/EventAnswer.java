package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.http.ResponseStream;
import dev.ostiary.gateway.server.mcp.Era;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.mcp.SseEvent;
import dev.ostiary.gateway.server.mcp.SseReader;
import dev.ostiary.gateway.server.mcp.SseWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event stream in answer to a post. One that opens a session is held until the answer to {@code initialize} has come:
 * its session id must come first. Confined to the exchange's executor.
 */
final class EventAnswer implements PostAnswer {

    private static final String EVENT_STREAM = "text/event-stream";

    private final PostRelay post;
    private final McpContext context;
    private final Relays relays;
    private final OpenedAnswer opened;
    private final OwedAnswers answers;
    private final SseReader reader;
    private final List<SseEvent> held = new ArrayList<>();

    private ServedRoute enforced;
    private int heldBytes;
    private int heldRead;
    private @Nullable EventRelay relay;

    /** @param enforced the route under the revision enforced when the stream begins */
    EventAnswer(PostRelay post, OpenedAnswer opened, OwedAnswers answers, ServedRoute enforced) {
        this.post = post;
        this.context = opened.post().context();
        this.relays = opened.relays();
        this.opened = opened;
        this.answers = answers;
        this.reader = new SseReader(context.served().limits().responseBytes());
        this.enforced = enforced;
        if (!opened.post().initializes()) {
            pass();
        }
    }

    /** Passes on what is read from now on. */
    private EventRelay pass() {
        opened.headers().set(HttpHeaderNames.CONTENT_TYPE, EVENT_STREAM);
        ResponseStream out = context.exchange().stream(HttpResponseStatus.OK, opened.headers());
        EventRelay events =
                new EventRelay(context, relays.judge(), answers, out, post.calling(), reader, relays.keepAlive());
        events.under(enforced);
        relay = events;
        if (post.isDone()) {
            // The client has gone at the sight of the head.
            events.close(false);
        }
        return events;
    }

    /** Whether events are being passed on, and not held. */
    boolean isPassing() {
        return relay != null;
    }

    @Override
    public void data(ByteBuf piece) {
        if (relay == null) {
            hold(piece);
        } else if (!relay.data(piece)) {
            broken(WorkloadErrors.malformed("an event over the limit"));
        }
    }

    /** Holds events until the answer to {@code initialize} says which version the session speaks. */
    private void hold(ByteBuf piece) {
        byte[] bytes = ByteBufUtil.getBytes(piece);
        piece.release();
        heldBytes += bytes.length;
        if (heldBytes > context.served().limits().responseBytes() || !reader.read(bytes, 0, bytes.length, held::add)) {
            post.fail(WorkloadErrors.malformed("too much before the answer to initialize"));
            return;
        }
        while (heldRead < held.size()) {
            SseEvent event = held.get(heldRead++);
            Message answer = event.data() != null && event.hasMessage() ? opened.answerIn(event.data()) : null;
            if (answer != null) {
                if (!opened.sealSession(answer)) {
                    post.fail(WorkloadErrors.malformed(OpenedAnswer.UNKNOWN_VERSION));
                    return;
                }
                pass().events(held);
                held.clear();
                return;
            }
        }
    }

    @Override
    public void complete() {
        if (relay == null) {
            post.fail(WorkloadErrors.malformed("a stream without an answer to initialize"));
        } else {
            relay.afterAll(() -> {
                if (!post.isDone()) {
                    sayStillOwed(WorkloadErrors.malformed("the stream ended without an answer"));
                    post.end(true);
                }
            });
        }
    }

    @Override
    public void broken(WorkloadErrors.Failure failure) {
        if (relay == null) {
            post.fail(failure);
            return;
        }
        WorkloadErrors.log(context, failure);
        sayStillOwed(failure);
        post.end(!isResumable());
    }

    /** Tells those who still wait, unless their client can resume the stream and get the answer after all. */
    private void sayStillOwed(WorkloadErrors.Failure failure) {
        if (!isResumable()) {
            sayToAll(failure);
        }
    }

    private void sayToAll(WorkloadErrors.Failure failure) {
        for (MessageId id : answers.ids()) {
            say(SseWriter.event(null, WorkloadErrors.body(context, id, failure)));
        }
    }

    /** Whether a client that lost the stream gets the rest by resuming it. */
    boolean isResumable() {
        return context.era() == Era.LEGACY && context.session() != null && relay != null && relay.isNumbered();
    }

    /** Ends the stream and tells those who wait why. */
    void endBy(WorkloadErrors.Failure failure) {
        WorkloadErrors.log(context, failure);
        sayToAll(failure);
        post.end(true);
    }

    /** Tells a subscriber that every list may be another one now. */
    void announceLists(AuthorizedPost subscription) {
        for (ListKind list : ListsChanged.ANNOUNCED) {
            say(ListsChanged.event(list, OpenedAnswer.onlyId(subscription)));
        }
    }

    private void say(byte[] event) {
        if (relay != null) {
            relay.say(event);
        }
    }

    @Override
    public void under(ServedRoute served) {
        enforced = served;
        if (relay != null) {
            relay.under(served);
        }
    }

    @Override
    public void close(boolean regular) {
        if (relay != null) {
            relay.close(regular);
        }
    }
}
