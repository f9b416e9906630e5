package dev.ostiary.gateway.kubernetes;

import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one Secret by its name: reads it, then watches from that version on. The watch ends by itself every few minutes,
 * and whenever it breaks, is refused, or its place in history is gone (410), the Secret is read again, so nothing that was
 * missed stays missed. While the API server is away it is tried again with {@link Backoff}.
 *
 * <p>A watch that is open but silent for longer than the API server's bookmarks allow counts as broken: the connection has
 * swallowed what came after.
 *
 * <p>One thread of its own, on which the listener is called; versions that follow each other quickly are told as the last one
 * alone. {@link #staleness} may be asked by any thread.
 */
final class RuntimeSecretWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RuntimeSecretWatch.class);

    /** A watch that ends sooner than this has failed. */
    private static final Duration SHORTEST_WATCH = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final Listener listener;
    private final Pace pace;
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean watching;
    private volatile boolean closed;
    private @Nullable Thread thread;

    /** What becomes of the Secret. */
    interface Listener {

        /**
         * It is there, or is another one. May block.
         *
         * @throws IOException when it is right but something around this process is not: it is told again later
         */
        void found(Secret secret) throws IOException;

        /** It is not there. */
        void missing();
    }

    /**
     * How long things take.
     *
     * @param resync how long one watch lasts at most, a random fifth less
     * @param silence how long an open watch may say nothing; the API server's bookmarks come about once a minute
     * @param backoff between attempts
     */
    record Pace(Duration resync, Duration silence, Backoff backoff) {
        static final Pace DEFAULT = new Pace(Duration.ofMinutes(5), Duration.ofMinutes(3), Backoff.API_SERVER);
    }

    RuntimeSecretWatch(KubernetesClient client, String namespace, String name, Listener listener, Pace pace) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
        this.listener = listener;
        this.pace = pace;
    }

    /** Starts following, until {@link #close}. */
    synchronized void start() {
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("runtime-secret").start(this::run);
        }
    }

    /** How long the API server has not been heard of; zero while a watch is open that it keeps alive. */
    Duration staleness() {
        return watching ? Duration.ZERO : Duration.ofNanos(Math.max(0, System.nanoTime() - heardNanos));
    }

    @Override
    public void close() {
        closed = true;
        Thread following;
        synchronized (this) {
            following = thread;
        }
        if (following != null) {
            following.interrupt();
        }
    }

    private void run() {
        int failures = 0;
        try {
            while (!closed) {
                long began = System.nanoTime();
                boolean sound = false;
                try {
                    sound = follow(readAndTell());
                    sound |= System.nanoTime() - began > SHORTEST_WATCH.toNanos();
                } catch (IOException | KubernetesClientException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    tell(failures, e);
                }
                failures = sound ? 0 : failures + 1;
                if (!sound) {
                    Thread.sleep(pace.backoff().after(failures));
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("the runtime Secret is no longer followed");
            throw e;
        }
    }

    /** Once when it begins; a gateway that goes on without its API server need not say so every few seconds. */
    private void tell(int failuresBefore, Exception e) {
        if (failuresBefore == 0) {
            LOG.atWarn()
                    .addKeyValue("secret", namespace + "/" + name)
                    .addKeyValue("reason", reason(e))
                    .log("the runtime Secret cannot be followed: what is enforced stays in force");
        }
    }

    private static String reason(Exception e) {
        return e instanceof KubernetesClientException refused && refused.getCode() > 0
                ? "the API server answered " + refused.getCode()
                : String.valueOf(e.getMessage());
    }

    /** Reads by a list of one, whose version a watch can begin at also when there is nothing yet. */
    private String readAndTell() throws IOException {
        SecretList list = selected().list(new ListOptions());
        heard();
        if (list.getItems().isEmpty()) {
            listener.missing();
        } else {
            listener.found(list.getItems().getFirst());
        }
        return list.getMetadata().getResourceVersion();
    }

    /** Watches until the watch ends; true when it ended in order. */
    boolean follow(String version) throws InterruptedException, IOException {
        long seconds = pace.resync().toSeconds();
        Mailbox mailbox = new Mailbox();
        ListOptions options = new ListOptionsBuilder()
                .withResourceVersion(version)
                .withAllowWatchBookmarks(true)
                .withTimeoutSeconds(
                        Math.max(1, seconds - ThreadLocalRandom.current().nextLong(seconds / 5 + 1)))
                .build();
        try (Watch open = selected().watch(options, mailbox)) {
            LOG.atDebug().addKeyValue("watch", open).log("the runtime Secret is watched");
            heard();
            watching = true;
            while (true) {
                News news = mailbox.next(pace.silence());
                if (news == null) {
                    LOG.atWarn().log("the watch of the runtime Secret has gone silent: it is opened anew");
                    return false;
                }
                if (news.changed() != null) {
                    listener.found(news.changed());
                } else if (news.deleted()) {
                    listener.missing();
                }
                if (news.ended()) {
                    return !news.failed();
                }
            }
        } finally {
            watching = false;
        }
    }

    private FilterWatchListDeletable<Secret, SecretList, Resource<Secret>> selected() {
        return client.secrets().inNamespace(namespace).withField("metadata.name", name);
    }

    private void heard() {
        heardNanos = System.nanoTime();
    }

    /** What a watch said since it was last asked. */
    private record News(@Nullable Secret changed, boolean deleted, boolean ended, boolean failed) {}

    /** Between the client's threads and ours; holds the last version alone. */
    private final class Mailbox implements Watcher<Secret> {

        private @Nullable Secret changed;
        private boolean deleted;
        private boolean ended;
        private boolean failed;
        private boolean told;

        @Override
        public synchronized void eventReceived(Action action, Secret secret) {
            heard();
            told = true;
            switch (action) {
                case ADDED, MODIFIED -> {
                    changed = secret;
                    deleted = false;
                }
                case DELETED -> {
                    changed = null;
                    deleted = true;
                }
                case ERROR -> failed = true;
                case BOOKMARK -> {}
            }
            notifyAll();
        }

        @Override
        public synchronized void onClose() {
            ended = true;
            notifyAll();
        }

        @Override
        public synchronized void onClose(WatcherException cause) {
            failed |= cause.isHttpGone();
            ended = true;
            notifyAll();
        }

        /** What is new; null when nothing at all came for this long. */
        synchronized @Nullable News next(Duration silence) throws InterruptedException {
            long until = System.nanoTime() + silence.toNanos();
            while (!told && !ended) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return null;
                }
                wait(left / 1_000_000 + 1);
            }
            News news = new News(changed, deleted, ended, failed);
            changed = null;
            deleted = false;
            told = false;
            return news;
        }
    }
}
