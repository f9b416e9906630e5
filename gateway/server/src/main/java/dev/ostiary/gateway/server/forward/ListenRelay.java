package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.authorize.Answers;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.credentials.WorkloadCredential;
import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.SseReader;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The stream that a legacy client opens with GET to hear what the workload says by itself, or to resume a broken one. Ends
 * with the token, with the route, and with the workload's own stream; whatever ends it, the client may open it again.
 *
 * <p>Confined to the exchange's executor.
 */
final class ListenRelay implements CredentialedCall.Listener, LiveStreams.Stream {

    private final McpContext context;
    private final Exchange exchange;
    private final Relays relays;
    private UpstreamClient.@Nullable Call call;
    private @Nullable EventRelay relay;
    private @Nullable Runnable unregister;
    private boolean done;
    private ServedRoute enforced;

    private ListenRelay(McpContext context, Relays relays) {
        this.context = context;
        this.exchange = context.exchange();
        this.relays = relays;
        this.enforced = context.served();
    }

    /** Opens the stream. */
    static void start(McpContext context, Relays relays) {
        ListenRelay relay = new ListenRelay(context, relays);
        context.exchange().onGone(() -> relay.end(false));
        context.exchange().onDraining(() -> relay.end(true));
        if (!relay.done) {
            relay.send();
        }
    }

    private void send() {
        unregister = relays.streams()
                .openLasting(
                        this,
                        context.caller().principal(),
                        context.served().route().name(),
                        context.served().limits().streamsPerPrincipal());
        if (unregister == null) {
            finishWith(() -> WorkloadErrors.answer(context, WorkloadErrors.tooManyStreams()));
            return;
        }
        call = CredentialedCall.send(context, relays, this::request, this);
    }

    private UpstreamClient.Request request() {
        return WorkloadRequests.of(context, HttpMethod.GET, Unpooled.EMPTY_BUFFER)
                .withoutHurry();
    }

    @Override
    public void onWithheld(WorkloadCredential.Withheld why) {
        finishWith(() -> WorkloadErrors.answer(context, relays, why));
    }

    @Override
    public void onHead(int status, HttpHeaders upstreamHeaders) {
        String type = upstreamHeaders.get(HttpHeaderNames.CONTENT_TYPE);
        if (status == 200 && EndToEndHeaders.isEncoded(upstreamHeaders)) {
            finishWith(() -> WorkloadErrors.answer(context, WorkloadErrors.malformed("a content encoding")));
            return;
        }
        if (status == 200 && type != null && type.startsWith("text/event-stream")) {
            begin(upstreamHeaders);
            return;
        }
        finishWith(() -> {
            if (status == 404) {
                Answers.error(exchange, JsonRpcErrors.sessionNotFound(null));
            } else if (status == 405) {
                HttpHeaders headers = Responses.headers().set(HttpHeaderNames.ALLOW, "POST, DELETE");
                Responses.error(
                        exchange,
                        HttpResponseStatus.METHOD_NOT_ALLOWED,
                        headers,
                        "MethodNotAllowed",
                        "This MCP server offers no stream to listen to.");
            } else if (status == 400 || status == 406 || status == 409) {
                Responses.error(
                        exchange,
                        HttpResponseStatus.valueOf(status),
                        "Refused",
                        "The MCP server does not open this stream; it may be open already.");
            } else {
                WorkloadErrors.answer(context, WorkloadErrors.ofStatus(status));
            }
        });
    }

    private void begin(HttpHeaders upstreamHeaders) {
        HttpHeaders headers = EndToEndHeaders.toClient(upstreamHeaders);
        headers.set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream");
        UpstreamClient.Call calling = calling();
        relay = new EventRelay(
                context,
                relays.judge(),
                null,
                exchange.stream(HttpResponseStatus.OK, headers),
                calling,
                new SseReader(context.served().limits().responseBytes()),
                relays.keepAlive());
        relay.under(enforced);
    }

    @Override
    public void onData(ByteBuf piece) {
        if (relay == null || done) {
            piece.release();
        } else if (!relay.data(piece)) {
            end(false);
        }
    }

    @Override
    public void onEnd() {
        if (relay != null && !done) {
            relay.afterAll(() -> end(true));
        }
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        if (done) {
            return;
        }
        if (relay == null) {
            finishWith(() -> WorkloadErrors.answer(context, WorkloadErrors.of(failure)));
        } else {
            WorkloadErrors.log(context, WorkloadErrors.of(failure));
            end(false);
        }
    }

    @Override
    public EventExecutor executor() {
        return exchange.executor();
    }

    @Override
    public void expire() {
        end(true);
    }

    @Override
    public void reconsider() {
        if (done) {
            return;
        }
        Route before = enforced.route();
        ServedRoute now = relays.current().apply(before.name());
        if (now == null
                || !now.route().workloadUid().equals(before.workloadUid())
                || isElsewhere(before, now.route())) {
            end(true);
            return;
        }
        boolean changed = enforced.decidesOtherwise(now);
        enforced = now;
        if (relay == null) {
            return;
        }
        relay.under(now);
        if (changed) {
            for (ListKind list : ListsChanged.ANNOUNCED) {
                relay.say(ListsChanged.event(list, null));
            }
        }
    }

    /** Whether the session has another place than before, or none. */
    private boolean isElsewhere(Route before, Route now) {
        SessionSeal session = context.session();
        return now.upstream() == null
                || (session != null && !session.isServedBy(now.upstream()))
                || !WorkloadRequests.urlOf(now, session).equals(WorkloadRequests.urlOf(before, session));
    }

    private void finishWith(Runnable answer) {
        if (done) {
            return;
        }
        done = true;
        release();
        cancel();
        answer.run();
    }

    private void end(boolean regular) {
        if (done) {
            return;
        }
        done = true;
        release();
        cancel();
        if (relay != null) {
            relay.close(regular);
        } else if (regular) {
            // Draining or expired before the workload has answered: the client shall come back.
            WorkloadErrors.answer(
                    context,
                    new WorkloadErrors.Failure(503, "The stream was not opened; try again", "ended before it began"));
        }
    }

    private void release() {
        if (unregister != null) {
            unregister.run();
            unregister = null;
        }
    }

    private void cancel() {
        // A call can fail before send() has returned it; then there is nothing to cancel.
        if (call != null) {
            call.cancel();
        }
    }

    private UpstreamClient.Call calling() {
        if (call == null) {
            throw new IllegalStateException("the call has not been made");
        }
        return call;
    }
}
