package dev.ostiary.gateway.server.forward;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.ostiary.gateway.server.authorize.Answers;
import dev.ostiary.gateway.server.authorize.KnownTool;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.credentials.WorkloadCredential;
import dev.ostiary.gateway.server.mcp.Era;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.ListResponse;
import dev.ostiary.gateway.server.mcp.ListedItem;
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
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a workload for all its tools, page by page, as a caller would: with the caller's session, version and credential.
 * Bounded in pages, bytes and time; anything unexpected is no answer.
 */
final class ToolLister implements Catalogues.Lister {

    private static final int MAX_PAGES = 100;
    private static final int MAX_TOOLS = 10_000;
    private static final long MAX_SECONDS = 20;
    private static final Catalogues.Listing FAILED = new Catalogues.Listing.Failed();
    private static final byte[] ID = "\"ostiary-catalogue\"".getBytes(StandardCharsets.US_ASCII);

    private final Supplier<Relays> relays;

    /** @param relays of the generation in force; asked for each listing */
    ToolLister(Supplier<Relays> relays) {
        this.relays = relays;
    }

    @Override
    public void list(McpContext context, Consumer<Catalogues.Listing> then) {
        new Listing(context, relays.get(), then).next(null);
    }

    /** One listing. Confined to the exchange's executor. */
    private static final class Listing {

        private final McpContext context;
        private final Relays relays;
        private final Consumer<Catalogues.Listing> then;
        private final Map<String, KnownTool> tools = new HashMap<>();
        private final ScheduledFuture<?> deadline;
        private final PodChoice choice;
        private UpstreamClient.@Nullable Call call;
        private int pages;
        private boolean done;

        Listing(McpContext context, Relays relays, Consumer<Catalogues.Listing> then) {
            this.context = context;
            this.relays = relays;
            this.then = then;
            choice = PodChoice.ofCaller(context);
            deadline = context.exchange().executor().schedule(() -> finish(FAILED), MAX_SECONDS, TimeUnit.SECONDS);
        }

        void next(@Nullable String cursor) {
            if (++pages > MAX_PAGES || tools.size() > MAX_TOOLS) {
                finish(FAILED);
                return;
            }
            send(body(cursor).getBytes(StandardCharsets.UTF_8));
        }

        private void send(byte[] body) {
            call = CredentialedCall.send(context, relays, () -> request(body), new Page(this, body));
        }

        /** Asks another pod for the same page; false when there is none to ask. */
        boolean another(UpstreamFailure failure, byte[] body) {
            boolean another = !done && choice.another(failure);
            if (another) {
                send(body);
            }
            return another;
        }

        private UpstreamClient.Request request(byte[] body) {
            UpstreamClient.Request request =
                    WorkloadRequests.of(context, HttpMethod.POST, Unpooled.wrappedBuffer(body), choice.pod());
            HttpHeaders headers = request.headers();
            headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
            headers.set(HttpHeaderNames.ACCEPT, "application/json, text/event-stream");
            headers.remove("last-event-id");
            headers.remove("mcp-name");
            for (String name : headers.names()) {
                if (name.startsWith("mcp-param-")) {
                    headers.remove(name);
                }
            }
            if (context.era() == Era.MODERN) {
                headers.set("mcp-method", "tools/list");
            } else {
                headers.remove("mcp-method");
            }
            return request;
        }

        private String body(@Nullable String cursor) {
            StringBuilder json = new StringBuilder(
                    "{\"jsonrpc\":\"2.0\",\"id\":\"ostiary-catalogue\",\"method\":\"tools/list\",\"params\":{");
            if (cursor != null) {
                json.append("\"cursor\":\"");
                JsonStringEncoder.getInstance().quoteAsString(cursor, json);
                json.append('"');
            }
            if (context.era() == Era.MODERN) {
                json.append(cursor == null ? "" : ",")
                        .append("\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"")
                        .append(context.version())
                        .append("\",\"io.modelcontextprotocol/clientCapabilities\":{},")
                        .append("\"io.modelcontextprotocol/clientInfo\":{\"name\":\"ostiary\",\"version\":\"1\"}}");
            }
            return json.append("}}").toString();
        }

        void page(byte @Nullable [] body) {
            if (done) {
                return;
            }
            int depth = context.served().limits().jsonDepth();
            if (body == null || !(ListResponse.read(body, ListKind.TOOLS, depth) instanceof ListResponse.Page page)) {
                finish(FAILED);
                return;
            }
            for (ListedItem item : page.items()) {
                tools.put(item.key(), Catalogues.known(context.served(), item));
            }
            String cursor = page.nextCursor();
            if (cursor == null) {
                finish(new Catalogues.Listing.Whole(tools));
            } else {
                next(cursor);
            }
        }

        void withheld(WorkloadCredential.Withheld why) {
            finish(new Catalogues.Listing.Withheld(post -> WorkloadErrors.answer(post, relays, why)));
        }

        private void finish(Catalogues.Listing result) {
            if (done) {
                return;
            }
            done = true;
            deadline.cancel(false);
            if (call != null) {
                call.cancel();
            }
            then.accept(result);
        }
    }

    /** One page, as JSON or as the one answer on a stream. */
    private static final class Page implements CredentialedCall.Listener {

        private final Listing listing;
        private final byte[] request;
        private final int most;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private @Nullable SseReader events;
        private boolean answered;

        Page(Listing listing, byte[] request) {
            this.listing = listing;
            this.request = request;
            this.most = listing.context.served().limits().responseBytes();
        }

        @Override
        public void onHead(int status, HttpHeaders headers) {
            String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
            if (status == 404 && listing.context.session() != null) {
                sessionLost();
            } else if (status != 200 || type == null || EndToEndHeaders.isEncoded(headers)) {
                answer(null);
            } else if (type.startsWith("text/event-stream")) {
                events = new SseReader(most);
            } else if (!type.startsWith("application/json")) {
                answer(null);
            }
        }

        @Override
        public void onData(ByteBuf piece) {
            byte[] bytes = ByteBufUtil.getBytes(piece);
            piece.release();
            if (answered) {
                return;
            }
            if (events != null) {
                if (!events.read(bytes, 0, bytes.length, this::event)) {
                    answer(null);
                }
            } else if (body.size() + bytes.length > most) {
                answer(null);
            } else {
                body.writeBytes(bytes);
            }
        }

        private void event(SseEvent event) {
            byte[] data = event.data();
            if (data == null || !event.hasMessage()) {
                return;
            }
            int depth = listing.context.served().limits().jsonDepth();
            if (McpMessages.readFromServer(data, depth, 1) instanceof Reading.Single(Message message)
                    && message.kind() == Message.Kind.RESPONSE
                    && message.id() != null
                    && Arrays.equals(message.id().json(), ID)) {
                answer(data);
            }
        }

        @Override
        public void onEnd() {
            answer(events == null ? body.toByteArray() : null);
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            if (!answered && listing.another(failure, request)) {
                answered = true;
            }
            answer(null);
        }

        @Override
        public void onWithheld(WorkloadCredential.Withheld why) {
            if (!answered) {
                answered = true;
                listing.withheld(why);
            }
        }

        /** The workload no longer knows the session: a denial would leave the client in it for ever. */
        private void sessionLost() {
            if (!answered) {
                answered = true;
                listing.finish(new Catalogues.Listing.Withheld(post -> Answers.error(
                        post.context().exchange(), JsonRpcErrors.sessionNotFound(OpenedAnswer.onlyId(post)))));
            }
        }

        private void answer(byte @Nullable [] page) {
            if (!answered) {
                answered = true;
                if (events != null && listing.call != null) {
                    listing.call.cancel();
                }
                listing.page(page);
            }
        }
    }
}
