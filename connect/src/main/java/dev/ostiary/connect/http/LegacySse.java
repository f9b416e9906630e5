package dev.ostiary.connect.http;

import dev.ostiary.connect.ConnectFailure;
import dev.ostiary.connect.Diagnostics;
import dev.ostiary.connect.message.MalformedMessage;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * HTTP with SSE (MCP 2024-11-05) as a client: one stream brings everything, and its first event says where messages are posted. When the
 * stream ends, calls under way are lost, and the next message opens another with the client's own {@code initialize}.
 */
public final class LegacySse implements Upstream {

    private static final long ENDPOINT_SECONDS = 30;

    private final McpHttp http;
    private final Downstream downstream;
    private final Diagnostics diagnostics;
    private final Object connecting = new Object();
    private @Nullable Connection connection;
    private volatile @Nullable Message initialize;
    private volatile boolean closed;
    private long renewals;

    public LegacySse(McpHttp http, Downstream downstream, Diagnostics diagnostics) {
        this.http = http;
        this.downstream = downstream;
        this.diagnostics = diagnostics;
    }

    @Override
    public void request(Call call) throws IOException, ConnectFailure, InterruptedException {
        Connection open = connected(call.request());
        if (call.request().is("initialize")) {
            initialize = call.request();
        }
        open.exchange(call);
    }

    @Override
    public void tell(Message message) throws IOException, ConnectFailure, InterruptedException {
        connected(message).post(message);
    }

    @Override
    public void close() {
        closed = true;
        synchronized (connecting) {
            if (connection != null) {
                connection.close();
            }
        }
    }

    private Connection connected(Message first) throws IOException, ConnectFailure, InterruptedException {
        synchronized (connecting) {
            Connection open = connection;
            if (open != null && open.isOpen()) {
                return open;
            }
            open = Connection.open(http, downstream);
            connection = open;
            Message again = initialize;
            if (again != null && !first.is("initialize")) {
                Call call = new Call(again.withId("ostiary-connect-" + ++renewals));
                open.exchangeQuietly(call);
                open.post(Message.notification("notifications/initialized"));
                diagnostics.say("the server's stream had ended; a new session has begun");
            }
            if (closed) {
                open.close();
            }
            return open;
        }
    }

    /** One stream with its address for messages. */
    private static final class Connection {

        private final McpHttp http;
        private final Downstream downstream;
        private final EventStream events;
        private final CompletableFuture<URI> endpoint = new CompletableFuture<>();
        private final Set<Call> waiting = ConcurrentHashMap.newKeySet();
        private volatile @Nullable Call quiet;
        private volatile boolean ended;

        private Connection(McpHttp http, Downstream downstream, EventStream events) {
            this.http = http;
            this.downstream = downstream;
            this.events = events;
        }

        static Connection open(McpHttp http, Downstream downstream)
                throws IOException, ConnectFailure, InterruptedException {
            HttpResponse<InputStream> answer = http.send(
                    http.to(http.url()).header("Accept", "text/event-stream").GET());
            if (answer.statusCode() / 100 != 2 || !McpHttp.isEventStream(answer)) {
                answer.body().close();
                throw new IOException("the server answered " + answer.statusCode() + " and opens no event stream");
            }
            Connection connection = new Connection(http, downstream, new EventStream(answer.body()));
            Thread.ofVirtual().name("events").start(connection::read);
            try {
                connection.endpoint.get(ENDPOINT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                connection.close();
                throw new IOException("the server's event stream does not say where to post, or somewhere else", e);
            }
            return connection;
        }

        boolean isOpen() {
            return !ended;
        }

        private void read() {
            try (EventStream open = events) {
                EventStream.Event event;
                while ((event = open.next()) != null) {
                    if (event.type().equals("endpoint")) {
                        endpoint.complete(own(new String(event.data(), StandardCharsets.UTF_8)));
                    } else if (event.data().length > 0) {
                        deliver(Message.parse(event.data()));
                    }
                }
            } catch (IOException | MalformedMessage | IllegalArgumentException e) {
                // The stream is over, whatever ended it.
            } finally {
                ended = true;
                endpoint.completeExceptionally(new IOException("the stream has ended"));
                waiting.forEach(Call::lost);
            }
        }

        private void deliver(Message message) {
            Call hidden = quiet;
            if (hidden != null
                    && message.isResponse()
                    && message.idKey().equals(hidden.request().idKey())) {
                if (message.result().isObject()) {
                    hidden.finish();
                } else {
                    hidden.lost();
                }
                return;
            }
            waiting.forEach(Call::heard);
            downstream.deliver(message);
        }

        /** The token goes there: only to the same origin. */
        private URI own(String reference) {
            URI base = http.url();
            URI target = base.resolve(reference.strip());
            if (!Objects.equals(target.getScheme(), base.getScheme())
                    || !Objects.equals(target.getRawAuthority(), base.getRawAuthority())) {
                throw new IllegalArgumentException("another origin");
            }
            return target;
        }

        void post(Message message) throws IOException, ConnectFailure, InterruptedException {
            HttpResponse<InputStream> answer = http.send(http.post(endpoint.join(), message));
            answer.body().close();
            if (answer.statusCode() / 100 != 2) {
                throw new IOException("the server answered " + answer.statusCode());
            }
        }

        void exchange(Call call) throws IOException, ConnectFailure, InterruptedException {
            waiting.add(call);
            try {
                post(call.request());
                if (ended) {
                    call.lost();
                }
                call.awaitSettled();
                if (!call.isOver()) {
                    throw new IOException("the server's event stream ended before its answer");
                }
            } finally {
                waiting.remove(call);
            }
        }

        void exchangeQuietly(Call call) throws IOException, ConnectFailure, InterruptedException {
            quiet = call;
            exchange(call);
            quiet = null;
        }

        void close() {
            try {
                events.close();
            } catch (IOException e) {
                // It is not read any more.
            }
        }
    }
}
