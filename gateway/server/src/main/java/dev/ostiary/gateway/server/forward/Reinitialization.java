package dev.ostiary.gateway.server.forward;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.credentials.WorkloadCredential;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.mcp.McpMessages;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.SseEvent;
import dev.ostiary.gateway.server.mcp.SseReader;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens a new session at a workload in the place of a lost one: {@code initialize} with the version that the client has agreed
 * on and without capabilities, since what the client can do is not known any more, then {@code notifications/initialized}.
 * Bounded in time and bytes; anything unexpected is a failure, and the client hears of the lost session. Confined to the
 * exchange's executor.
 */
final class Reinitialization {

    private static final long MAX_SECONDS = 20;
    private static final int MAX_BYTES = 1 << 20;
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ID = "ostiary-initialize";
    private static final byte[] INITIALIZED =
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}".getBytes(StandardCharsets.US_ASCII);

    private final McpContext context;
    private final SessionSeal lost;
    private final Relays relays;
    private final WorkloadCredential.@Nullable Header credential;
    private final Consumer<Boolean> then;
    private final PodChoice choice;
    private final ScheduledFuture<?> deadline;
    private UpstreamClient.@Nullable Call call;
    private boolean done;

    private Reinitialization(
            McpContext context,
            SessionSeal lost,
            Relays relays,
            WorkloadCredential.@Nullable Header credential,
            Consumer<Boolean> then) {
        this.context = new McpContext(
                context.exchange(),
                context.served(),
                context.caller(),
                context.trace(),
                null,
                context.era(),
                context.version());
        this.lost = lost;
        this.relays = relays;
        this.credential = credential;
        this.then = then;
        this.choice = PodChoice.ofSession(context.served().route().upstream());
        this.deadline = context.exchange().executor().schedule(() -> finish(false), MAX_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Begins.
     *
     * @param credential what the workload is shown for the caller; null: nothing
     * @param then told once whether the session has a successor now
     */
    static void start(
            McpContext context,
            SessionSeal lost,
            Relays relays,
            WorkloadCredential.@Nullable Header credential,
            Consumer<Boolean> then) {
        new Reinitialization(context, lost, relays, credential, then).initialize();
    }

    private void initialize() {
        byte[] body = ("{\"jsonrpc\":\"2.0\",\"id\":\"" + ID
                        + "\",\"method\":\"initialize\",\"params\":{\"protocolVersion\":\""
                        + lost.protocolVersion()
                        + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"ostiary\",\"version\":\"1\"}}}")
                .getBytes(StandardCharsets.UTF_8);
        send(body, null, new Initializing());
    }

    private void initialized(String session) {
        send(INITIALIZED, session, new Told(() -> {
            relays.successors().put(lost, new SessionSeal.UpstreamSession(choice.pod(), null, session));
            finish(true);
        }));
    }

    private void send(byte[] body, @Nullable String session, UpstreamClient.Listener listener) {
        UpstreamClient.Request request = WorkloadRequests.opening(context, Unpooled.wrappedBuffer(body), choice.pod());
        HttpHeaders headers = request.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        headers.set(HttpHeaderNames.ACCEPT, "application/json, text/event-stream");
        headers.remove("last-event-id");
        headers.remove("mcp-protocol-version");
        if (session != null) {
            headers.set(WorkloadRequests.SESSION_ID, session);
            headers.set("mcp-protocol-version", lost.protocolVersion());
        }
        if (credential != null) {
            headers.set(credential.name(), credential.value());
        }
        call = relays.client().send(context.exchange().executor(), request, listener);
    }

    private void finish(boolean succeeded) {
        if (done) {
            return;
        }
        done = true;
        deadline.cancel(false);
        if (call != null && !succeeded) {
            call.cancel();
        }
        then.accept(succeeded);
    }

    /** The answer to {@code initialize}, whole or as an event. */
    private final class Initializing implements UpstreamClient.Listener {

        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private @Nullable SseReader events;
        private @Nullable String session;
        private boolean answered;

        @Override
        public void onHead(int status, HttpHeaders headers) {
            String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
            session = headers.get(WorkloadRequests.SESSION_ID);
            if (status != 200
                    || type == null
                    || session == null
                    || !SessionSeal.isAcceptableId(session)
                    || EndToEndHeaders.isEncoded(headers)) {
                finish(false);
            } else if (type.startsWith("text/event-stream")) {
                events = new SseReader(MAX_BYTES);
            }
        }

        @Override
        public void onData(ByteBuf piece) {
            byte[] bytes = ByteBufUtil.getBytes(piece);
            piece.release();
            if (done || answered) {
                return;
            }
            if (events != null
                    ? !events.read(bytes, 0, bytes.length, this::event)
                    : body.size() + bytes.length > MAX_BYTES) {
                finish(false);
            } else if (events == null) {
                body.writeBytes(bytes);
            }
        }

        private void event(SseEvent event) {
            if (event.data() != null && event.hasMessage()) {
                answer(event.data());
            }
        }

        @Override
        public void onEnd() {
            if (events == null) {
                answer(body.toByteArray());
            }
            if (!answered) {
                finish(false);
            }
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            if (!answered && !done && choice.another(failure)) {
                initialize();
            } else if (!answered) {
                finish(false);
            }
        }

        private void answer(byte[] message) {
            if (answered || done || !isAnswer(message)) {
                return;
            }
            answered = true;
            String opened = session;
            // Not from within the call that is being answered.
            context.exchange().executor().execute(() -> {
                if (!done && opened != null) {
                    initialized(opened);
                }
            });
        }

        private boolean isAnswer(byte[] message) {
            int depth = context.served().limits().jsonDepth();
            if (!(McpMessages.readFromServer(message, depth, 1) instanceof Reading.Single(Message response))
                    || response.kind() != Message.Kind.RESPONSE
                    || response.isError()) {
                return false;
            }
            try {
                JsonNode tree = JSON.readTree(message);
                return tree.path("id").asText().equals(ID)
                        && lost.protocolVersion().equals(response.resultProtocolVersion());
            } catch (java.io.IOException e) {
                return false;
            }
        }
    }

    /** A message without an answer: taken, or not. */
    private final class Told implements UpstreamClient.Listener {

        private final Runnable taken;
        private int status;

        Told(Runnable taken) {
            this.taken = taken;
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
            if (status >= 200 && status < 300) {
                taken.run();
            } else {
                finish(false);
            }
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            finish(false);
        }
    }
}
