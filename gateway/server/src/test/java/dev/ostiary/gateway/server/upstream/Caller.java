package dev.ostiary.gateway.server.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.ListenerSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A client on one event loop, and what its calls were told. */
final class Caller implements AutoCloseable {

    final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    final EventLoop loop = group.next();
    final Counts counts = new Counts();
    final PooledUpstreamClient client;

    Caller(UpstreamSettings settings) {
        client = new PooledUpstreamClient(settings, counts);
    }

    Caller(UpstreamSettings settings, NameLookup lookup) {
        client = new PooledUpstreamClient(settings, counts, lookup);
    }

    /** Long time-outs, so that only what a test shortens can expire. */
    static Settings settings() {
        return new Settings();
    }

    Told post(URI url, String body) {
        return send(url, HttpMethod.POST, body, told -> {});
    }

    Told get(URI url) {
        return send(url, HttpMethod.GET, "", told -> {});
    }

    Told send(URI url, HttpMethod method, String body, Consumer<Told> onHead) {
        Told told = new Told(loop, onHead);
        ByteBuf bytes = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        HttpHeaders headers = new DefaultHttpHeaders().set("X-Test", "yes");
        run(() -> {
            told.call = client.send(loop, new UpstreamClient.Request(url, method, headers, bytes), told);
            told.inSend = false;
        });
        return told;
    }

    /** Something to do on the loop. */
    @FunctionalInterface
    interface Task {
        void run() throws Exception;
    }

    /** Runs on the loop and waits. */
    void run(Task task) {
        try {
            loop.submit(() -> {
                        task.run();
                        return null;
                    })
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws Exception {
        client.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).get(10, TimeUnit.SECONDS);
    }

    /** A listener that keeps what it is told and objects to calls that the contract excludes. */
    static final class Told implements UpstreamClient.Listener {

        private final EventLoop loop;
        private final Consumer<Told> onHead;
        private final CompletableFuture<Told> over = new CompletableFuture<>();
        private final StringBuilder body = new StringBuilder();
        final AtomicLong bytes = new AtomicLong();
        volatile boolean keepBody = true;
        volatile boolean inSend = true;
        volatile UpstreamClient.Call call;
        volatile int status;
        volatile HttpHeaders headers;
        volatile UpstreamFailure failure;
        final List<String> objections = new CopyOnWriteArrayList<>();

        Told(EventLoop loop, Consumer<Told> onHead) {
            this.loop = loop;
            this.onHead = onHead;
        }

        @Override
        public void onHead(int status, HttpHeaders headers) {
            check("head", this.status == 0);
            this.status = status;
            this.headers = headers;
            onHead.accept(this);
        }

        @Override
        public void onData(ByteBuf piece) {
            check("data", status != 0);
            bytes.addAndGet(piece.readableBytes());
            if (keepBody) {
                body.append(piece.toString(StandardCharsets.UTF_8));
            }
            piece.release();
        }

        @Override
        public void onEnd() {
            check("end", status != 0);
            over.complete(this);
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            check("failure", true);
            this.failure = failure;
            over.complete(this);
        }

        private void check(String what, boolean allowed) {
            if (!allowed || over.isDone() || inSend || !loop.inEventLoop()) {
                objections.add(what);
            }
        }

        /** Waits for the end, which must be a regular one. */
        Told ok() {
            await();
            assertThat(failure).isNull();
            return this;
        }

        /** Waits for the end, which must be this failure. */
        Told failed(UpstreamFailure.Kind kind) {
            await();
            assertThat(failure).as("status %s, body %s", status, body).isNotNull();
            assertThat(failure.kind()).as(failure.detail()).isEqualTo(kind);
            return this;
        }

        String body() {
            return body.toString();
        }

        boolean isOver() {
            return over.isDone();
        }

        private void await() {
            try {
                over.get(60, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError("the call did not end; status " + status + ", " + bytes + " bytes", e);
            }
            assertThat(objections).isEmpty();
        }
    }

    /** Counts what the pools report. */
    static final class Counts implements UpstreamMetrics {

        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger reused = new AtomicInteger();
        final AtomicInteger retried = new AtomicInteger();
        final AtomicInteger waiting = new AtomicInteger();
        final List<CloseReason> closed = new CopyOnWriteArrayList<>();
        final List<UpstreamFailure.Kind> failed = new CopyOnWriteArrayList<>();

        @Override
        public void connectionOpened(long nanos) {
            opened.incrementAndGet();
        }

        @Override
        public void connectionReused() {
            reused.incrementAndGet();
        }

        @Override
        public void connectionClosed(CloseReason reason) {
            closed.add(reason);
        }

        @Override
        public void callRetried() {
            retried.incrementAndGet();
        }

        @Override
        public void callFailed(UpstreamFailure.Kind kind) {
            failed.add(kind);
        }

        @Override
        public void waitingChanged(int delta) {
            waiting.addAndGet(delta);
        }
    }

    /** Settings of a test. */
    static final class Settings {

        private Duration connect = Duration.ofSeconds(15);
        private Duration firstByte = Duration.ofSeconds(15);
        private Duration streamIdle = Duration.ofSeconds(15);
        private Duration connectionIdle = Duration.ofSeconds(15);
        private Duration connectionAge = Duration.ofMinutes(5);
        private Duration nameTtl = Duration.ofMinutes(1);
        private int connections = 64;
        private int waiting = 64;
        private int headerBytes = 64 * 1024;
        private EgressSettings egress = EgressSettings.DIRECT;

        Settings connect(int millis) {
            connect = Duration.ofMillis(millis);
            return this;
        }

        Settings firstByte(int millis) {
            firstByte = Duration.ofMillis(millis);
            return this;
        }

        Settings streamIdle(int millis) {
            streamIdle = Duration.ofMillis(millis);
            return this;
        }

        Settings connectionIdle(int millis) {
            connectionIdle = Duration.ofMillis(millis);
            return this;
        }

        Settings connectionAge(int millis) {
            connectionAge = Duration.ofMillis(millis);
            return this;
        }

        Settings nameTtl(int millis) {
            nameTtl = Duration.ofMillis(millis);
            return this;
        }

        Settings pool(int connections, int waiting) {
            this.connections = connections;
            this.waiting = waiting;
            return this;
        }

        Settings headerBytes(int bytes) {
            headerBytes = bytes;
            return this;
        }

        Settings egress(EgressSettings egress) {
            this.egress = egress;
            return this;
        }

        UpstreamSettings build() {
            return new UpstreamSettings(
                    connect,
                    firstByte,
                    streamIdle,
                    connectionIdle,
                    connectionAge,
                    nameTtl,
                    connections,
                    waiting,
                    ListenerSettings.Limits.DEFAULT.initialLineBytes(),
                    headerBytes,
                    egress);
        }

        Caller caller() {
            return new Caller(build());
        }

        Caller caller(NameLookup lookup) {
            return new Caller(build(), lookup);
        }
    }
}
