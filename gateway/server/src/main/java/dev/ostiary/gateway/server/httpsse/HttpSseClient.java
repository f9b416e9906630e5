package dev.ostiary.gateway.server.httpsse;

import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.server.mcp.McpMessages;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Calls workloads whose transport is HTTP+SSE as if they spoke Streamable HTTP (2025-11-25, Transports): {@code initialize}
 * opens the workload's stream and a session, whose id is made here; a post goes to the endpoint that the stream has named, and
 * its answer comes back as the event stream of that post; GET hears what the workload says by itself, DELETE closes the
 * stream. Whatever is not about such a workload passes through.
 *
 * <p>A session is a connection of this process. Another replica of the gateway does not know it, and answers 404.
 *
 * <p>Any thread.
 */
public final class HttpSseClient implements UpstreamClient {

    private static final int ID_BYTES = 16;
    private static final int MAX_BATCH = 1_000;

    private final UpstreamClient client;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, SseSession> sessions = new ConcurrentHashMap<>();
    private volatile Map<URI, SseEndpoint> endpoints = Map.of();

    /** @param client makes the requests; closed with this */
    public HttpSseClient(UpstreamClient client) {
        this.client = client;
    }

    /** Learns which workloads speak HTTP+SSE now. Sessions at others end. */
    public void configure(Snapshot snapshot) {
        Map<URI, SseEndpoint> known = new HashMap<>();
        ListenerSettings.Limits limits = snapshot.listener().limits();
        for (Route route : snapshot.routes()) {
            Upstream upstream = route.upstream();
            if (upstream == null || upstream.transport() != Upstream.Transport.SSE) {
                continue;
            }
            for (URI url : urls(upstream)) {
                known.put(
                        url,
                        new SseEndpoint(
                                url,
                                route.sessions().maxPerPod(),
                                route.sessions().idleTimeout(),
                                limits.responseBytes(),
                                limits.jsonDepth()));
            }
        }
        endpoints = Map.copyOf(known);
        sessions.values().stream()
                .filter(session -> !known.containsKey(session.endpoint().url()))
                .forEach(SseSession::close);
    }

    private static List<URI> urls(Upstream upstream) {
        Upstream.Pods pods = upstream.pods();
        return pods == null || pods.replicas() == 0
                ? List.of(upstream.url())
                : IntStream.range(-1, pods.replicas())
                        .mapToObj(pod -> pod < 0 ? upstream.url() : upstream.ofPod(pod))
                        .distinct()
                        .toList();
    }

    /** Sessions that are open. */
    public int openSessions() {
        return sessions.size();
    }

    @Override
    public Call send(EventLoop loop, Request request, Listener listener) {
        SseEndpoint endpoint = endpoints.get(request.url());
        if (endpoint == null) {
            return client.send(loop, request, listener);
        }
        Attached attached = new Attached(loop, listener);
        String id = request.headers().get(Attached.SESSION_ID);
        SseSession session = id == null ? null : sessions.get(id);
        if (session != null && !session.endpoint().url().equals(endpoint.url())) {
            session = null;
        }
        byte[] body;
        try {
            body = ByteBufUtil.getBytes(request.body());
        } finally {
            request.body().release();
        }
        if (request.method().equals(HttpMethod.POST)) {
            List<Message> messages = read(body, endpoint.maxDepth());
            if (id == null) {
                open(endpoint, loop, request, messages, body, attached);
            } else if (session == null) {
                attached.answer(404);
            } else {
                session.post(attached, request.headers(), messages, body);
            }
        } else if (session == null) {
            attached.answer(404);
        } else if (request.method().equals(HttpMethod.GET)) {
            session.listen(attached);
        } else {
            session.close();
            attached.answer(200);
        }
        return attached;
    }

    private void open(
            SseEndpoint endpoint,
            EventLoop loop,
            Request request,
            List<Message> messages,
            byte[] body,
            Attached attached) {
        if (messages.size() != 1 || !messages.getFirst().method().equals("initialize")) {
            // What a server of this transport would say to a request that is in no session; clients of a newer protocol
            // conclude from it that they must initialize.
            attached.answer(400);
            return;
        }
        long open = sessions.values().stream()
                .filter(session -> session.endpoint().url().equals(endpoint.url()))
                .count();
        if (open >= endpoint.maxSessions()) {
            attached.answer(503);
            return;
        }
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        SseSession session = new SseSession(id, endpoint, client, loop, () -> sessions.remove(id));
        sessions.put(id, session);
        session.open(attached, request.headers(), messages, body);
    }

    /** What the gateway has read before; empty when it cannot be read, which it has refused before. */
    private static List<Message> read(byte[] body, int maxDepth) {
        return switch (McpMessages.read(body, maxDepth, MAX_BATCH)) {
            case Reading.Single(Message message) -> List.of(message);
            case Reading.Batch(List<Message> batch) -> batch;
            case Reading.Malformed malformed -> List.of();
        };
    }

    @Override
    public void close() {
        List.copyOf(sessions.values()).forEach(SseSession::close);
        client.close();
    }
}
