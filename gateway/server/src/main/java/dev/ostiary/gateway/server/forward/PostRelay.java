package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.authorize.Answers;
import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.credentials.WorkloadCredential;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.ResponseStream;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.Era;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.McpMessages;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.mcp.ProtocolVersions;
import dev.ostiary.gateway.server.mcp.SseEvent;
import dev.ostiary.gateway.server.mcp.SseReader;
import dev.ostiary.gateway.server.mcp.SseWriter;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One post to a workload and its answer: a JSON body, passed on whole, or an event stream, passed on event by event.
 *
 * <pre>
 *   AWAITING ─ head ─▶ WHOLE ─ end ─▶ DONE        a JSON body that is looked at, or short: held up to the limit
 *       │               PASSING ─ end ─▶ DONE     a JSON body that nobody looks at: passed on as it comes
 *       │               OPENING ─ answer ─▶ EVENTS an event stream that opens a session: its id must come first
 *       │               EVENTS ─ end ─▶ DONE      an event stream
 *       └────────────▶ IGNORING ─▶ DONE           the answer to notifications: nothing of it is passed on
 * </pre>
 *
 * <p>Confined to the exchange's executor.
 */
final class PostRelay implements CredentialedCall.Listener, LiveStreams.Stream {

    private static final String EVENT_STREAM = "text/event-stream";
    private static final String JSON = "application/json";

    /** A short body is cheaper to hold and send at once than to pass on in pieces. */
    private static final int HELD_UNREAD_BYTES = 64 * 1024;

    /** What of an answer that nobody waits for is read so that its connection can be used again. */
    private static final int MAX_IGNORED_BYTES = 64 * 1024;

    /** When to ask again where too many decisions wait. */
    private static final long RECONSIDER_SECONDS = 1;

    private enum State {
        AWAITING,
        WHOLE,
        PASSING,
        OPENING,
        EVENTS,
        IGNORING,
        DONE
    }

    private final AuthorizedPost post;
    private final McpContext context;
    private final Exchange exchange;
    private final Relays relays;
    private final OwedAnswers answers;
    private final List<SseEvent> held = new ArrayList<>();

    private State state = State.AWAITING;
    private UpstreamClient.@Nullable Call call;
    private int status;
    private HttpHeaders headers = Responses.headers();
    private @Nullable String upstreamSession;
    private @Nullable ByteArrayOutputStream whole;
    private @Nullable SseReader reader;
    private int heldBytes;
    private int heldRead;
    private int ignored;
    private boolean endReached;
    private @Nullable ResponseStream passing;
    private @Nullable EventRelay relay;
    private @Nullable Runnable unregister;
    private ServedRoute enforced;
    private Runnable close = () -> {};

    private PostRelay(AuthorizedPost post, Relays relays) {
        this.post = post;
        this.context = post.context();
        this.exchange = context.exchange();
        this.relays = relays;
        this.answers = new OwedAnswers(post);
        this.enforced = context.served();
    }

    /** Sends the post and relays its answer. A caller who has gone by now gets nothing done any more. */
    static void start(AuthorizedPost post, Relays relays) {
        PostRelay relay = new PostRelay(post, relays);
        Exchange exchange = post.context().exchange();
        exchange.onGone(() -> relay.end(false));
        exchange.onDraining(relay::drain);
        if (relay.state != State.DONE) {
            relay.send();
        }
    }

    private void send() {
        close = relays.calls().open(post);
        if (subscribes()) {
            unregister = relays.streams()
                    .openLasting(
                            this,
                            context.caller().principal(),
                            context.served().route().name(),
                            context.served().limits().streamsPerPrincipal());
            if (unregister == null) {
                fail(WorkloadErrors.tooManyStreams());
                return;
            }
        }
        call = CredentialedCall.send(context, relays, this::request, this);
    }

    private UpstreamClient.Request request() {
        UpstreamClient.Request request =
                WorkloadRequests.of(context, HttpMethod.POST, Unpooled.wrappedBuffer(post.body()), post.initializes());
        return subscribes() ? request.withoutHurry() : request;
    }

    @Override
    public void onWithheld(WorkloadCredential.Withheld why) {
        finishWith(() -> WorkloadErrors.answer(post, relays, why));
    }

    @Override
    public void onHead(int received, HttpHeaders upstreamHeaders) {
        status = received;
        headers = EndToEndHeaders.toClient(upstreamHeaders);
        String type = mediaType(upstreamHeaders.get(HttpHeaderNames.CONTENT_TYPE));
        if (received >= 200 && received < 300) {
            if (!post.expectsAnswer()) {
                ignore(type);
                return;
            }
            if (EndToEndHeaders.isEncoded(upstreamHeaders)) {
                fail(WorkloadErrors.malformed("a content encoding"));
                return;
            }
            if (post.initializes()) {
                upstreamSession = upstreamHeaders.get(WorkloadRequests.SESSION_ID);
                if (upstreamSession != null && !SessionSeal.isAcceptableId(upstreamSession)) {
                    fail(WorkloadErrors.malformed("session id"));
                    return;
                }
            }
            switch (type) {
                case JSON -> beginWhole(upstreamHeaders);
                case EVENT_STREAM -> beginEvents();
                default -> fail(WorkloadErrors.malformed("content type of a " + received));
            }
            return;
        }
        if (received == 404 && context.session() != null) {
            finishWith(() -> Answers.error(exchange, JsonRpcErrors.sessionNotFound(onlyId())));
            relays.requests().forget(context.session());
            return;
        }
        boolean theirs = received >= 400 && received < 500 && received != 401 && received != 403 && received != 429;
        if (theirs && type.equals(JSON) && !EndToEndHeaders.isEncoded(upstreamHeaders)) {
            beginWhole(upstreamHeaders);
        } else {
            fail(unusable(received));
        }
    }

    /** The answer to notifications and responses is its status; a body is read to its end so that the connection lives. */
    private void ignore(String type) {
        state = State.IGNORING;
        if (type.equals(EVENT_STREAM)) {
            accepted();
        }
    }

    private void accepted() {
        finishWith(() -> Responses.empty(exchange, HttpResponseStatus.ACCEPTED, Responses.headers()));
    }

    private static WorkloadErrors.Failure unusable(int status) {
        return status == 400 ? WorkloadErrors.notUnderstood(status) : WorkloadErrors.ofStatus(status);
    }

    private void beginWhole(HttpHeaders upstreamHeaders) {
        int length = upstreamHeaders.getInt(HttpHeaderNames.CONTENT_LENGTH, -1);
        if (status < 400 && !isLookedAt() && (length < 0 || length > HELD_UNREAD_BYTES)) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, JSON);
            ResponseStream out = exchange.stream(HttpResponseStatus.valueOf(status), headers);
            out.onWritable(() -> calling().resume());
            passing = out;
            state = State.PASSING;
            return;
        }
        int most = context.served().limits().responseBytes();
        if (length > most) {
            fail(WorkloadErrors.malformed("a body of " + length + " bytes, limit " + most));
            return;
        }
        whole = new ByteArrayOutputStream(Math.clamp(length, 32, 64 * 1024));
        state = State.WHOLE;
    }

    private void beginEvents() {
        if (unregister == null) {
            unregister = relays.streams().open(this, context.caller().principal());
        }
        reader = new SseReader(context.served().limits().responseBytes());
        if (post.initializes()) {
            state = State.OPENING;
        } else {
            startRelay(reader);
        }
        // The configuration may have changed while nothing was open yet.
        reconsider();
    }

    private void startRelay(SseReader events) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, EVENT_STREAM);
        ResponseStream out = exchange.stream(HttpResponseStatus.OK, headers);
        relay = new EventRelay(context, relays.judge(), answers, out, calling(), events, relays.keepAlive());
        relay.under(enforced);
        state = State.EVENTS;
    }

    @Override
    public void onData(ByteBuf piece) {
        switch (state) {
            case WHOLE -> collect(piece);
            case PASSING -> pass(piece);
            case OPENING -> openingEvents(piece);
            case EVENTS -> {
                EventRelay events = relaying();
                if (!events.data(piece)) {
                    breakOff(WorkloadErrors.malformed("an event over the limit"));
                }
            }
            case IGNORING -> {
                ignored += piece.readableBytes();
                piece.release();
                if (ignored > MAX_IGNORED_BYTES) {
                    accepted();
                }
            }
            case AWAITING, DONE -> piece.release();
        }
    }

    private void collect(ByteBuf piece) {
        try {
            ByteArrayOutputStream body = whole;
            if (body == null
                    || body.size() + piece.readableBytes()
                            > context.served().limits().responseBytes()) {
                fail(WorkloadErrors.malformed("a body over the limit"));
                return;
            }
            piece.readBytes(body, piece.readableBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            piece.release();
        }
    }

    private void pass(ByteBuf piece) {
        ResponseStream out = passing;
        if (out == null) {
            piece.release();
            return;
        }
        out.write(piece);
        if (!out.isWritable()) {
            calling().pause();
        }
    }

    /** Holds events until the answer to {@code initialize} says which version the session speaks. */
    private void openingEvents(ByteBuf piece) {
        byte[] bytes = ByteBufUtil.getBytes(piece);
        piece.release();
        SseReader events = reader;
        heldBytes += bytes.length;
        if (events == null
                || heldBytes > context.served().limits().responseBytes()
                || !events.read(bytes, 0, bytes.length, held::add)) {
            fail(WorkloadErrors.malformed("too much before the answer to initialize"));
            return;
        }
        while (heldRead < held.size()) {
            SseEvent event = held.get(heldRead++);
            if (event.data() != null && event.hasMessage()) {
                Message answer = answerIn(event.data());
                if (answer != null) {
                    if (!sealSession(answer)) {
                        return;
                    }
                    startRelay(events);
                    relaying().events(held);
                    held.clear();
                    return;
                }
            }
        }
    }

    @Override
    public void onEnd() {
        endReached = true;
        switch (state) {
            case WHOLE -> wholeAnswer();
            case PASSING -> end(true);
            case OPENING -> fail(WorkloadErrors.malformed("a stream without an answer to initialize"));
            case EVENTS -> relaying().afterAll(this::eventsEnded);
            case IGNORING -> accepted();
            case AWAITING, DONE -> {}
        }
    }

    private void eventsEnded() {
        if (state == State.DONE) {
            return;
        }
        sayStillOwed(WorkloadErrors.malformed("the stream ended without an answer"));
        end(true);
    }

    /** Tells those who still wait, unless their client can resume the stream and get the answer after all. */
    private void sayStillOwed(WorkloadErrors.Failure failure) {
        EventRelay events = relaying();
        if (!isResumable()) {
            for (MessageId id : answers.ids()) {
                events.say(SseWriter.event(null, WorkloadErrors.body(context, id, failure)));
            }
        }
    }

    private boolean isResumable() {
        return context.era() == Era.LEGACY && context.session() != null && relay != null && relay.isNumbered();
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        switch (state) {
            case AWAITING, WHOLE, OPENING, IGNORING -> fail(WorkloadErrors.of(failure));
            case PASSING -> {
                WorkloadErrors.log(context, WorkloadErrors.of(failure));
                end(false);
            }
            case EVENTS -> breakOff(WorkloadErrors.of(failure));
            case DONE -> {}
        }
    }

    private void wholeAnswer() {
        ByteArrayOutputStream collected = whole;
        byte[] body = collected == null ? new byte[0] : collected.toByteArray();
        if (status >= 400) {
            clientError(body);
            return;
        }
        if (!isLookedAt()) {
            sendWhole(body);
            return;
        }
        Message request = post.messages().getFirst();
        Message answer = answerIn(body);
        if (answer == null) {
            fail(WorkloadErrors.malformed("no answer to " + request.method()));
            return;
        }
        if (post.initializes() && !answer.isError() && !sealSession(answer)) {
            return;
        }
        ListKind list = answers.listOf(request);
        relays.judge().finish(context, request.method(), list, answer, body, judged -> {
            if (state == State.DONE) {
                return;
            }
            switch (judged) {
                case Judged.Pass(byte[] bytes) -> sendWhole(bytes);
                case Judged.Drop drop -> fail(WorkloadErrors.malformed("an answer that may not pass"));
                case Judged.Fail(WorkloadErrors.Failure failure) -> fail(failure);
            }
        });
    }

    /** Whether the answer decides something or may have to change. */
    private boolean isLookedAt() {
        if (post.batch()) {
            return false;
        }
        return post.initializes()
                || context.era() == Era.MODERN
                || post.messages().getFirst().asksForTask()
                || !post.lists().isEmpty();
    }

    /** A 4xx of the workload: its JSON-RPC error is for the client, anything else is not. */
    private void clientError(byte[] body) {
        Reading reading = read(body);
        if (reading instanceof Reading.Single(Message message) && message.isError()) {
            sendWhole(body);
        } else {
            fail(unusable(status));
        }
    }

    /** The response in these bytes to the only request of the post; null when they hold none. */
    private @Nullable Message answerIn(byte[] body) {
        return read(body) instanceof Reading.Single(Message message)
                        && message.kind() == Message.Kind.RESPONSE
                        && (message.isError()
                                || (message.id() != null && message.id().equals(onlyId())))
                ? message
                : null;
    }

    private Reading read(byte[] body) {
        return McpMessages.readFromServer(
                body,
                context.served().limits().jsonDepth(),
                context.served().limits().batchMessages());
    }

    /** Puts the session id into the headers; false when the answer cannot open a session and has been replaced. */
    private boolean sealSession(Message answer) {
        if (answer.isError()) {
            return true;
        }
        String version = answer.resultProtocolVersion();
        if (version == null || !ProtocolVersions.isLegacy(version)) {
            fail(WorkloadErrors.malformed("initialize answered without a known protocol version"));
            return false;
        }
        SessionSeal seal = new SessionSeal(
                version,
                context.caller().principal().key(),
                context.served().route().name(),
                context.served().route().workloadUid(),
                context.caller().principal().grantId(),
                List.of(new SessionSeal.UpstreamSession(-1, null, upstreamSession)),
                relays.clock().instant());
        headers.set(WorkloadRequests.SESSION_ID, seal.seal(relays.sealer()));
        return true;
    }

    private void sendWhole(byte[] body) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, JSON);
        finishWith(() -> exchange.respond(HttpResponseStatus.valueOf(status), headers, Unpooled.wrappedBuffer(body)));
    }

    /** A failure before anything was passed on. */
    private void fail(WorkloadErrors.Failure failure) {
        finishWith(() -> WorkloadErrors.answer(post, failure));
    }

    /** A failure in the middle of a stream. */
    private void breakOff(WorkloadErrors.Failure failure) {
        if (state != State.EVENTS) {
            fail(failure);
            return;
        }
        WorkloadErrors.log(context, failure);
        sayStillOwed(failure);
        end(!isResumable());
    }

    private void finishWith(Runnable answer) {
        if (state == State.DONE) {
            return;
        }
        boolean complete = endReached;
        state = State.DONE;
        release();
        if (!complete) {
            cancel();
        }
        answer.run();
    }

    /** Ends a stream. */
    private void end(boolean regular) {
        if (state == State.DONE) {
            return;
        }
        state = State.DONE;
        release();
        cancel();
        if (relay != null) {
            relay.close(regular);
        }
        if (passing != null) {
            if (regular) {
                passing.end();
            } else {
                passing.abort();
            }
        }
    }

    private void release() {
        close.run();
        if (unregister != null) {
            unregister.run();
            unregister = null;
        }
    }

    private void drain() {
        // A call in progress is let finish; a subscription has no end of its own and moves to another replica.
        if (state == State.EVENTS && subscribes()) {
            end(true);
        }
    }

    private boolean subscribes() {
        return post.messages().getFirst().method().equals("subscriptions/listen");
    }

    @Override
    public EventExecutor executor() {
        return exchange.executor();
    }

    @Override
    public void expire() {
        if (state == State.EVENTS && (subscribes() || isResumable())) {
            // The client comes back with a new token and loses nothing.
            end(true);
        } else {
            endBy(WorkloadErrors.expired());
        }
    }

    @Override
    public void reconsider() {
        if (state == State.DONE) {
            return;
        }
        Route before = enforced.route();
        ServedRoute now = relays.current().apply(before.name());
        if (now == null || !now.route().workloadUid().equals(before.workloadUid())) {
            endBy(WorkloadErrors.noLongerPermitted());
            return;
        }
        boolean changed = enforced.decidesOtherwise(now);
        enforced = now;
        if (relay != null) {
            relay.under(now);
        }
        if (!changed) {
            return;
        }
        decideAgain();
    }

    private void decideAgain() {
        relays.authorizer().reconsider(context.under(enforced), post.messages(), reconsidered -> {
            if (state == State.DONE) {
                return;
            }
            switch (reconsidered) {
                case MAY_GO_ON -> announceLists();
                case MUST_END -> endBy(WorkloadErrors.noLongerPermitted());
                case UNDECIDED -> {
                    var _ = exchange.executor()
                            .schedule(this::decideAgainUnlessDone, RECONSIDER_SECONDS, TimeUnit.SECONDS);
                }
            }
        });
    }

    private void announceLists() {
        if (subscribes() && state == State.EVENTS) {
            for (ListKind list : ListsChanged.ANNOUNCED) {
                relaying().say(ListsChanged.event(list, onlyId()));
            }
        }
    }

    private void decideAgainUnlessDone() {
        if (state != State.DONE) {
            decideAgain();
        }
    }

    /** Ends a stream that has begun or is about to, and tells those who wait why. */
    private void endBy(WorkloadErrors.Failure failure) {
        switch (state) {
            case EVENTS -> {
                WorkloadErrors.log(context, failure);
                for (MessageId id : answers.ids()) {
                    relaying().say(SseWriter.event(null, WorkloadErrors.body(context, id, failure)));
                }
                end(true);
            }
            case DONE -> {}
            default -> fail(failure);
        }
    }

    private @Nullable MessageId onlyId() {
        return post.batch() ? null : post.messages().getFirst().id();
    }

    private void cancel() {
        if (call != null && !endReached) {
            call.cancel();
        }
    }

    private EventRelay relaying() {
        if (relay == null) {
            throw new IllegalStateException("no event stream is open");
        }
        return relay;
    }

    private UpstreamClient.Call calling() {
        if (call == null) {
            throw new IllegalStateException("the call has not been made");
        }
        return call;
    }

    private static String mediaType(@Nullable String contentType) {
        if (contentType == null) {
            return "";
        }
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }
}
