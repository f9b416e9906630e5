package dev.ostiary.gateway.server.store;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
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
 * so that a command is done at most once. Has an event loop of its own, on which names are resolved as the rest of the
 * JDK does it.
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

    /**
     * A connection in use.
     *
     * @param connection to the server that has our keys
     * @param whole what is to be closed: on a cluster, the connection to all of it
     */
    record Live(
            StatefulRedisConnection<String, String> connection,
            StatefulConnection<String, String> whole,
            AtomicInteger timeouts) {

        private static Live of(
                StatefulRedisConnection<String, String> connection, StatefulConnection<String, String> whole) {
            return new Live(connection, whole, new AtomicInteger());
        }

        RedisAsyncCommands<String, String> commands() {
            return connection.async();
        }

        CompletableFuture<Void> closeAsync() {
            return whole.closeAsync();
        }
    }

    /** What lettuce's clients for one server and for a cluster have in common. */
    private interface Client {
        CompletionStage<Live> connect();

        void shutdown();
    }

    /**
     * @param hashTag what all keys begin with, braces included
     * @param trust null: the JDK's certificate authorities alone
     */
    RedisDialer(RedisUrl url, String hashTag, @Nullable TrustManagerFactory trust) {
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        this.client = url.form() == RedisUrl.Form.CLUSTER ? cluster(url, hashTag, trust) : single(url, trust);
    }

    /** Connects and signs in; blocks for at most 5 seconds. */
    Live dial() throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Live> connected = client.connect().toCompletableFuture();
        try {
            return connected.get(DIAL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException | TimeoutException e) {
            CompletableFuture<Void> _ = connected.thenCompose(late -> late.closeAsync());
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
                        .thenApply(connection -> Live.of(connection, connection));
            }

            @Override
            public void shutdown() {
                redis.shutdown(0, MAX_SHUTDOWN_SECONDS, TimeUnit.SECONDS);
            }
        };
    }

    /** All keys have one hash tag, so one node has them all; which one, the cluster says at every dialling. */
    private Client cluster(RedisUrl url, String hashTag, @Nullable TrustManagerFactory trust) {
        List<RedisURI> uris = url.hosts().stream().map(host -> uri(url, host)).toList();
        RedisClusterClient redis = RedisClusterClient.create(resources, uris);
        ClusterClientOptions.Builder options = ClusterClientOptions.builder();
        configure(options, trust);
        redis.setOptions(options.build());
        return new Client() {
            @Override
            public CompletionStage<Live> connect() {
                return redis.refreshPartitionsAsync()
                        .thenCompose(_ -> redis.connectAsync(StringCodec.UTF8))
                        .thenCompose(whole -> whole.getConnectionAsync(node(redis))
                                .thenApply(connection -> Live.of(connection, whole)));
            }

            private String node(RedisClusterClient known) {
                RedisClusterNode node = known.getPartitions().getMasterBySlot(SlotHash.getSlot(hashTag));
                if (node == null) {
                    throw new IllegalStateException("no node of the cluster has slot " + SlotHash.getSlot(hashTag));
                }
                return node.getNodeId();
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
                .replayFilter(_ -> true)
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
