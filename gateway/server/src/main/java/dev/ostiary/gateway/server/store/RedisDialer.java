package dev.ostiary.gateway.server.store;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to Redis, each to be used until it fails: lettuce neither reconnects nor sends a command twice on its own,
 * so that a command is done at most once. Has an event loop of its own, on which lettuce may resolve names.
 */
final class RedisDialer implements AutoCloseable {

    /** Longest wait for a command. */
    static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** Sentinels or cluster nodes that do not answer come on top. */
    private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(5);

    private static final int THREADS = 2;
    private static final int MAX_SHUTDOWN_SECONDS = 2;

    private final ClientResources resources;
    private final Client client;

    /** A connection in use. */
    record Live(
            StatefulConnection<String, String> connection,
            RedisClusterAsyncCommands<String, String> commands,
            AtomicInteger timeouts) {

        /** How a connection and its commands are handed on. */
        static Live of(
                StatefulConnection<String, String> connection, RedisClusterAsyncCommands<String, String> commands) {
            return new Live(connection, commands, new AtomicInteger());
        }
    }

    /** What lettuce's clients for one server and for a cluster have in common. */
    private interface Client {
        CompletionStage<Live> connect();

        void shutdown();
    }

    /** @param trust null: the JDK's certificate authorities alone */
    RedisDialer(RedisUrl url, @Nullable TrustManagerFactory trust) {
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        this.client = url.form() == RedisUrl.Form.CLUSTER ? cluster(url, trust) : single(url, trust);
    }

    /** Connects and signs in; blocks for at most 5 seconds. */
    Live dial() throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Live> connected = client.connect().toCompletableFuture();
        try {
            return connected.get(DIAL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException | TimeoutException e) {
            connected.thenAccept(late -> late.connection().closeAsync());
            throw e;
        }
    }

    @Override
    public void close() {
        client.shutdown();
        resources
                .shutdown(0, MAX_SHUTDOWN_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(MAX_SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    }

    private Client single(RedisUrl url, @Nullable TrustManagerFactory trust) {
        RedisURI uri = url.form() == RedisUrl.Form.SENTINEL
                ? sentinel(url)
                : uri(url, url.hosts().getFirst());
        RedisClient redis = RedisClient.create(resources, uri);
        ClientOptions.Builder options = ClientOptions.builder();
        configure(options, trust);
        redis.setOptions(options.build());
        return new Client() {
            @Override
            public CompletionStage<Live> connect() {
                return redis.connectAsync(StringCodec.UTF8, uri)
                        .thenApply(connection -> Live.of(connection, connection.async()));
            }

            @Override
            public void shutdown() {
                redis.shutdown(0, MAX_SHUTDOWN_SECONDS, TimeUnit.SECONDS);
            }
        };
    }

    private Client cluster(RedisUrl url, @Nullable TrustManagerFactory trust) {
        List<RedisURI> uris = url.hosts().stream().map(host -> uri(url, host)).toList();
        RedisClusterClient redis = RedisClusterClient.create(resources, uris);
        ClusterClientOptions.Builder options = ClusterClientOptions.builder();
        configure(options, trust);
        redis.setOptions(options.build());
        return new Client() {
            @Override
            public CompletionStage<Live> connect() {
                return redis.refreshPartitionsAsync()
                        .thenCompose(known -> redis.connectAsync(StringCodec.UTF8))
                        .thenApply(connection -> Live.of(connection, connection.async()));
            }

            @Override
            public void shutdown() {
                redis.shutdown(0, MAX_SHUTDOWN_SECONDS, TimeUnit.SECONDS);
            }
        };
    }

    private static void configure(ClientOptions.Builder options, @Nullable TrustManagerFactory trust) {
        SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider().handshakeTimeout(CONNECT_TIMEOUT);
        if (trust != null) {
            ssl.trustManager(trust);
        }
        options.autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_TIMEOUT)
                        .keepAlive(true)
                        .build())
                .sslOptions(ssl.build());
    }

    private static RedisURI uri(RedisUrl url, RedisUrl.Host host) {
        RedisURI.Builder builder = RedisURI.builder().withHost(host.name()).withPort(host.port());
        return finish(builder, url);
    }

    private static RedisURI sentinel(RedisUrl url) {
        RedisURI.Builder builder = RedisURI.builder();
        if (url.primary() != null) {
            builder.withSentinelMasterId(url.primary());
        }
        for (RedisUrl.Host host : url.hosts()) {
            RedisURI.Builder sentinel = RedisURI.builder().withHost(host.name()).withPort(host.port());
            builder.withSentinel(sentinel.withSsl(url.tls())
                    .withVerifyPeer(true)
                    .withTimeout(COMMAND_TIMEOUT)
                    .build());
        }
        return finish(builder, url);
    }

    private static RedisURI finish(RedisURI.Builder builder, RedisUrl url) {
        builder.withSsl(url.tls())
                .withVerifyPeer(true)
                .withDatabase(url.database())
                .withTimeout(COMMAND_TIMEOUT);
        if (url.user() != null && url.password() != null) {
            builder.withAuthentication(url.user(), url.password());
        } else if (url.password() != null) {
            builder.withPassword((CharSequence) url.password());
        }
        return builder.build();
    }
}
