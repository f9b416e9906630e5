package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.authorize.Answers;
import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.credentials.WorkloadCredential;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One post to a workload, from the sending to the one end. What its answer is decides who goes on:
 *
 * <pre>
 *   sent ─ head ─▶ WholeAnswer     a JSON body
 *       │          EventAnswer     an event stream
 *       └────────▶ IgnoredAnswer   the answer to notifications: nothing of it is passed on
 * </pre>
 *
 * <p>Confined to the exchange's executor.
 */
final class PostRelay implements CredentialedCall.Listener, LiveStreams.Stream {

    static final String JSON = "application/json";

    private static final String EVENT_STREAM = "text/event-stream";

    /** When to ask again where too many decisions wait. */
    private static final long RECONSIDER_SECONDS = 1;

    private final AuthorizedPost post;
    private final McpContext context;
    private final Exchange exchange;
    private final Relays relays;
    private final OwedAnswers answers;
    private final PodChoice choice;

    private UpstreamClient.@Nullable Call call;
    private @Nullable PostAnswer answer;
    private @Nullable Runnable unregister;
    private Runnable closeCall = () -> {};
    private boolean endReached;
    private boolean done;
    private ServedRoute enforced;

    private PostRelay(AuthorizedPost post, Relays relays) {
        this.post = post;
        this.context = post.context();
        this.exchange = context.exchange();
        this.relays = relays;
        this.answers = new OwedAnswers(post);
        this.choice = post.initializes()
                ? PodChoice.ofSession(context.served().route().upstream())
                : PodChoice.ofCaller(context);
        this.enforced = context.served();
    }

    /** Sends the post and relays its answer. A caller who has gone by now gets nothing done any more. */
    static void start(AuthorizedPost post, Relays relays) {
        PostRelay relay = new PostRelay(post, relays);
        Exchange exchange = post.context().exchange();
        exchange.onGone(() -> relay.end(false));
        exchange.onDraining(relay::drain);
        if (!relay.done) {
            relay.send();
        }
    }

    private void send() {
        closeCall = relays.calls().open(post);
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
        ByteBuf body = Unpooled.wrappedBuffer(post.body());
        UpstreamClient.Request request = post.initializes()
                ? WorkloadRequests.opening(context, body, choice.pod())
                : WorkloadRequests.of(context, HttpMethod.POST, body, choice.pod());
        return subscribes() ? request.withoutHurry() : request;
    }

    @Override
    public void onWithheld(WorkloadCredential.Withheld why) {
        finishWith(() -> WorkloadErrors.answer(post, relays, why));
    }

    // ---- what the workload says ----

    @Override
    public void onHead(int status, HttpHeaders upstreamHeaders) {
        String type = mediaType(upstreamHeaders.get(HttpHeaderNames.CONTENT_TYPE));
        if (status >= 200 && status < 300) {
            success(status, type, upstreamHeaders);
            return;
        }
        if (status == 404 && context.session() != null) {
            finishWith(() -> Answers.error(exchange, JsonRpcErrors.sessionNotFound(OpenedAnswer.onlyId(post))));
            return;
        }
        boolean theirs = status >= 400 && status < 500 && status != 401 && status != 403 && status != 429;
        if (theirs && type.equals(JSON) && !EndToEndHeaders.isEncoded(upstreamHeaders)) {
            answer = WholeAnswer.begin(this, post, opened(status, upstreamHeaders, null), upstreamHeaders);
        } else {
            fail(WorkloadErrors.unusable(status));
        }
    }

    private void success(int status, String type, HttpHeaders upstreamHeaders) {
        if (!post.expectsAnswer()) {
            answer = new IgnoredAnswer(this);
            if (type.equals(EVENT_STREAM)) {
                accepted();
            }
            return;
        }
        if (EndToEndHeaders.isEncoded(upstreamHeaders)) {
            fail(WorkloadErrors.malformed("a content encoding"));
            return;
        }
        String session = post.initializes() ? upstreamHeaders.get(WorkloadRequests.SESSION_ID) : null;
        if (session != null && !SessionSeal.isAcceptableId(session)) {
            fail(WorkloadErrors.malformed("session id"));
            return;
        }
        switch (type) {
            case JSON ->
                answer = WholeAnswer.begin(this, post, opened(status, upstreamHeaders, session), upstreamHeaders);
            case EVENT_STREAM -> beginEvents(opened(status, upstreamHeaders, session));
            default -> fail(WorkloadErrors.malformed("content type of a " + status));
        }
    }

    private OpenedAnswer opened(int status, HttpHeaders upstreamHeaders, @Nullable String session) {
        return new OpenedAnswer(post, relays, status, EndToEndHeaders.toClient(upstreamHeaders), session, choice.pod());
    }

    private void beginEvents(OpenedAnswer opened) {
        if (unregister == null) {
            unregister = relays.streams().open(this, context.caller().principal());
        }
        answer = new EventAnswer(this, opened, answers, enforced);
        // The configuration may have changed while nothing was open yet.
        reconsider();
    }

    @Override
    public void onData(ByteBuf piece) {
        if (answer == null || done) {
            piece.release();
        } else {
            answer.data(piece);
        }
    }

    @Override
    public void onEnd() {
        endReached = true;
        if (answer != null && !done) {
            answer.complete();
        }
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        if (answer == null) {
            if (!done && choice.another(failure)) {
                call = CredentialedCall.send(context, relays, this::request, this);
                return;
            }
            fail(WorkloadErrors.of(failure));
        } else if (!done) {
            answer.broken(WorkloadErrors.of(failure));
        }
    }

    // ---- what an answer asks for ----

    /** The call, which has been made once there is an answer. */
    UpstreamClient.Call calling() {
        if (call == null) {
            throw new IllegalStateException("the call has not been made");
        }
        return call;
    }

    boolean isDone() {
        return done;
    }

    /** Judges a whole answer; {@code then} is called unless the relay is done by then. */
    void judge(Message request, Message response, byte[] body, Consumer<Judged> then) {
        relays.judge().finish(context, request.method(), answers.listOf(request), response, body, judged -> {
            if (!done) {
                then.accept(judged);
            }
        });
    }

    /** Answers with a whole body. */
    void respond(HttpResponseStatus status, HttpHeaders headers, byte[] body) {
        finishWith(() -> exchange.respond(status, headers, Unpooled.wrappedBuffer(body)));
    }

    /** Answers that the workload has taken what it was sent. */
    void accepted() {
        finishWith(() -> Responses.empty(exchange, HttpResponseStatus.ACCEPTED, Responses.headers()));
    }

    /** A failure before anything was passed on. */
    void fail(WorkloadErrors.Failure failure) {
        finishWith(() -> WorkloadErrors.answer(post, failure));
    }

    private void finishWith(Runnable response) {
        if (done) {
            return;
        }
        done = true;
        release();
        cancel();
        response.run();
    }

    /** Ends what has been passed on. */
    void end(boolean regular) {
        if (done) {
            return;
        }
        done = true;
        release();
        cancel();
        if (answer != null) {
            answer.close(regular);
        }
    }

    private void release() {
        closeCall.run();
        if (unregister != null) {
            unregister.run();
            unregister = null;
        }
    }

    private void cancel() {
        if (call != null && !endReached) {
            call.cancel();
        }
    }

    // ---- what ends it, or changes it, before its time ----

    private boolean subscribes() {
        return post.messages().getFirst().method().equals("subscriptions/listen");
    }

    /** The event stream that is being passed on; null when there is none. */
    private @Nullable EventAnswer passing() {
        return answer instanceof EventAnswer events && events.isPassing() && !done ? events : null;
    }

    private void drain() {
        // A call in progress is let finish; a subscription has no end of its own and moves to another replica.
        if (subscribes() && passing() != null) {
            end(true);
        }
    }

    @Override
    public EventExecutor executor() {
        return exchange.executor();
    }

    @Override
    public void expire() {
        EventAnswer events = passing();
        if (events != null && (subscribes() || events.isResumable())) {
            // The client comes back with a new token and loses nothing.
            end(true);
        } else {
            endBy(WorkloadErrors.expired());
        }
    }

    /** Ends a stream that has begun or is about to, and tells those who wait why. */
    private void endBy(WorkloadErrors.Failure failure) {
        EventAnswer events = passing();
        if (events != null) {
            events.endBy(failure);
        } else {
            fail(failure);
        }
    }

    @Override
    public void reconsider() {
        if (done) {
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
        if (answer != null) {
            answer.under(now);
        }
        if (changed) {
            decideAgain();
        }
    }

    private void decideAgain() {
        relays.authorizer().reconsider(context.under(enforced), post.messages(), reconsidered -> {
            if (done) {
                return;
            }
            switch (reconsidered) {
                case MAY_GO_ON -> {
                    EventAnswer events = passing();
                    if (events != null && subscribes()) {
                        events.announceLists(post);
                    }
                }
                case MUST_END -> endBy(WorkloadErrors.noLongerPermitted());
                case UNDECIDED -> {
                    var _ = exchange.executor()
                            .schedule(this::decideAgainUnlessDone, RECONSIDER_SECONDS, TimeUnit.SECONDS);
                }
            }
        });
    }

    private void decideAgainUnlessDone() {
        if (!done) {
            decideAgain();
        }
    }

    private static String mediaType(@Nullable String contentType) {
        if (contentType == null) {
            return "";
        }
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }
}
