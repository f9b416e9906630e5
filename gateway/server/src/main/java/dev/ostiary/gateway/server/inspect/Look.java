package dev.ostiary.gateway.server.inspect;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.gateway.config.Release;
import dev.ostiary.gateway.server.mcp.ListKind;
import dev.ostiary.gateway.server.mcp.ListResponse;
import dev.ostiary.gateway.server.mcp.ProtocolVersions;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a workload once, as a client would: {@code initialize} (or {@code server/discover}, where that is refused),
 * everything that it lists, and the end of the session. Bounded in time, pages and bytes. Confined to its event loop.
 */
final class Look {

    /** Longest time of all requests together. */
    static final Duration LIMIT = Duration.ofSeconds(20);

    private static final int MAX_BYTES = 4 * 1024 * 1024;
    private static final int MAX_PAGES = 100;
    private static final int MAX_ITEMS = 10_000;
    private static final int MAX_NAME = 256;
    private static final String SESSION_ID = "mcp-session-id";
    private static final String PROTOCOL_VERSION = "mcp-protocol-version";
    private static final String LATEST_LEGACY = "2025-11-25";
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * What to look at.
     *
     * @param header that the workload is shown in place of a caller's credential; null: none
     * @param maxDepth deepest JSON accepted
     */
    record Subject(
            URI url, @Nullable String header, @Nullable String value, int maxDepth) {

        Subject showing(String other, String word) {
            return new Subject(url, other, word, maxDepth);
        }

        /** Never the value. */
        @Override
        public String toString() {
            return "Subject[" + url + "]";
        }
    }

    private final UpstreamClient client;
    private final EventLoop loop;
    private final Subject subject;
    private final Consumer<Sighting> then;
    private final Deque<ListKind> lists = new ArrayDeque<>();
    private final Map<ListKind, Integer> counts = new EnumMap<>(ListKind.class);
    private UpstreamClient.@Nullable Call call;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable String session;
    private String version = LATEST_LEGACY;
    private String serverName = "";
    private String serverVersion = "";
    private boolean modern;
    private int pages;
    private boolean done;

    /** @param then called once, on the event loop */
    Look(UpstreamClient client, EventLoop loop, Subject subject, Consumer<Sighting> then) {
        this.client = client;
        this.loop = loop;
        this.subject = subject;
        this.then = then;
    }

    /** On the event loop. */
    void begin() {
        deadline = loop.schedule(
                () -> finish(new Sighting.Failed("it takes longer than " + LIMIT.toSeconds() + " s to show itself")),
                LIMIT.toMillis(),
                TimeUnit.MILLISECONDS);
        post(
                "initialize",
                "\"protocolVersion\":\"" + LATEST_LEGACY + "\",\"capabilities\":{},\"clientInfo\":" + clientInfo(),
                this::initialized);
    }

    private void initialized(Answer.End end) {
        JsonNode response = response(end);
        boolean refused = end instanceof Answer.End.Failed failed
                ? failed.status() == 400 || failed.status() == 404 || failed.status() == 405
                : response != null && response.has("error");
        if (refused && !modern) {
            modern = true;
            version = ProtocolVersions.FIRST_MODERN;
            post("server/discover", "", this::discovered);
            return;
        }
        JsonNode result = response == null ? null : response.get("result");
        String chosen = result == null ? null : result.path("protocolVersion").textValue();
        if (result == null || chosen == null || !(end instanceof Answer.End.Answered answered)) {
            finish(new Sighting.Failed(why(end, "initialize")));
            return;
        }
        if (!ProtocolVersions.isSupported(chosen)) {
            finish(new Sighting.Failed("it chose a protocol version that this gateway does not know"));
            return;
        }
        version = chosen;
        session = answered.headers().get(SESSION_ID);
        describe(result);
        post("notifications/initialized", null, this::ready);
    }

    private void discovered(Answer.End end) {
        JsonNode response = response(end);
        JsonNode result = response == null ? null : response.get("result");
        if (result == null) {
            finish(new Sighting.Failed(why(end, "initialize and server/discover")));
            return;
        }
        describe(result);
        nextList(null);
    }

    private void describe(JsonNode result) {
        JsonNode info = result.path("serverInfo");
        serverName = word(info.path("name"));
        serverVersion = word(info.path("version"));
        JsonNode capabilities = result.path("capabilities");
        for (ListKind kind : new ListKind[] {ListKind.TOOLS, ListKind.PROMPTS, ListKind.RESOURCES}) {
            if (capabilities.has(kind.member())) {
                lists.add(kind);
            }
        }
    }

    private static String word(JsonNode node) {
        String text = node.textValue();
        return text == null ? "" : text.substring(0, Math.min(MAX_NAME, text.length()));
    }

    private void ready(Answer.End end) {
        if (end instanceof Answer.End.Failed failed) {
            finish(new Sighting.Failed("after initialize, " + failed.why()));
        } else {
            nextList(null);
        }
    }

    private void nextList(@Nullable String cursor) {
        ListKind kind = lists.peek();
        if (kind == null) {
            finish(new Sighting.Answered(
                    serverName,
                    serverVersion,
                    version,
                    count(ListKind.TOOLS),
                    count(ListKind.PROMPTS),
                    count(ListKind.RESOURCES)));
            return;
        }
        if (++pages > MAX_PAGES || count(kind) > MAX_ITEMS) {
            finish(new Sighting.Failed("its lists do not end"));
            return;
        }
        StringBuilder params = new StringBuilder();
        if (cursor != null) {
            params.append("\"cursor\":\"");
            JsonStringEncoder.getInstance().quoteAsString(cursor, params);
            params.append('"');
        }
        post(kind.member() + "/list", params.toString(), end -> page(kind, end));
    }

    private void page(ListKind kind, Answer.End end) {
        byte[] body = end instanceof Answer.End.Answered answered ? answered.body() : null;
        if (body == null || !(ListResponse.read(body, kind, subject.maxDepth()) instanceof ListResponse.Page page)) {
            finish(new Sighting.Failed(why(end, kind.member() + "/list")));
            return;
        }
        counts.merge(kind, page.items().size() + page.dropped(), Integer::sum);
        if (page.nextCursor() == null) {
            lists.remove();
        }
        nextList(page.nextCursor());
    }

    private int count(ListKind kind) {
        return counts.getOrDefault(kind, 0);
    }

    private static String why(Answer.End end, String method) {
        return end instanceof Answer.End.Failed failed
                ? failed.why()
                : "it answers " + method + " with an error or with something else than its result";
    }

    /** The answer as a tree; it has been read strictly already. */
    private static @Nullable JsonNode response(Answer.End end) {
        byte[] json = end instanceof Answer.End.Answered answered ? answered.body() : null;
        if (json == null) {
            return null;
        }
        try {
            return JSON.readTree(json);
        } catch (IOException tooDeepOrLong) {
            return null;
        }
    }

    /** @param params the members of {@code params}; null: a notification */
    private void post(String method, @Nullable String params, Consumer<Answer.End> next) {
        if (done) {
            return;
        }
        StringBuilder json = new StringBuilder("{\"jsonrpc\":\"2.0\",");
        if (params != null) {
            json.append("\"id\":").append(Answer.ID).append(',');
        }
        json.append("\"method\":\"").append(method).append('"');
        if (params != null) {
            json.append(",\"params\":{").append(params);
            if (modern) {
                json.append(params.isEmpty() ? "" : ",").append(meta());
            }
            json.append('}');
        }
        json.append('}');
        HttpHeaders headers = headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        headers.set(HttpHeaderNames.ACCEPT, "application/json, text/event-stream");
        if (modern) {
            headers.set("mcp-method", method);
        }
        if (!method.equals("initialize")) {
            headers.set(PROTOCOL_VERSION, version);
        }
        UpstreamClient.Request request = new UpstreamClient.Request(
                subject.url(),
                HttpMethod.POST,
                headers,
                Unpooled.wrappedBuffer(json.toString().getBytes(StandardCharsets.UTF_8)));
        UpstreamClient.@Nullable Call[] mine = new UpstreamClient.Call[1];
        call = client.send(loop, request, new Answer(MAX_BYTES, subject.maxDepth(), end -> {
            UpstreamClient.Call made = mine[0];
            if (made != null) {
                // An event stream may stay open after the answer.
                made.cancel();
            }
            if (!done) {
                next.accept(end);
            }
        }));
        mine[0] = call;
    }

    private HttpHeaders headers() {
        HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
        headers.set(HttpHeaderNames.ACCEPT_ENCODING, "identity");
        headers.set(HttpHeaderNames.USER_AGENT, "ostiary/" + Release.THIS.version());
        if (subject.header() != null && subject.value() != null) {
            headers.set(subject.header(), subject.value());
        }
        if (session != null) {
            headers.set(SESSION_ID, session);
        }
        return headers;
    }

    private static String clientInfo() {
        return "{\"name\":\"ostiary\",\"version\":\"" + Release.THIS.version() + "\"}";
    }

    private static String meta() {
        return "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" + ProtocolVersions.FIRST_MODERN
                + "\",\"io.modelcontextprotocol/clientCapabilities\":{},\"io.modelcontextprotocol/clientInfo\":"
                + clientInfo()
                + "}";
    }

    private void finish(Sighting sighting) {
        if (done) {
            return;
        }
        done = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (call != null) {
            call.cancel();
        }
        if (session != null) {
            endSession();
        }
        then.accept(sighting);
    }

    /** Whether the workload lets clients end sessions is its own matter. */
    private void endSession() {
        HttpHeaders headers = headers();
        headers.set(PROTOCOL_VERSION, version);
        client.send(
                loop,
                new UpstreamClient.Request(subject.url(), HttpMethod.DELETE, headers, Unpooled.EMPTY_BUFFER),
                new Answer(MAX_BYTES, subject.maxDepth(), _ -> {}));
    }
}
