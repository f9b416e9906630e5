package dev.ostiary.gateway.server.oauth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.server.oauth.DocumentSource.Document;
import dev.ostiary.gateway.server.oauth.DocumentSource.DocumentException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients by the documents that describe them. A document is kept as long as its server says, within bounds; when it cannot be
 * read, the last good one serves on, then the copy that ships with the gateway, since some of their servers turn away what comes
 * from a cloud. A failure is kept for a while too, and of several requests for one document one reads it. Bounded; outlives
 * configurations. Thread-safe.
 */
final class ClientDocuments {

    static final Duration MIN_AGE = Duration.ofSeconds(60);
    static final Duration MAX_AGE = Duration.ofHours(24);
    static final Duration DEFAULT_AGE = Duration.ofHours(1);
    /** How long a failure stands, and what stands in for a document that could not be read. */
    static final Duration FAILURE_AGE = Duration.ofSeconds(60);
    /** How long a document may stand in for one that cannot be read. */
    static final Duration STALE_AGE = Duration.ofDays(7);

    private static final Logger LOG = LoggerFactory.getLogger(ClientDocuments.class);
    private static final int MAX_ENTRIES = 1000;

    private final DocumentSource source;
    private final ClientDocument reader;
    private final PinnedClients pinned;
    private final LongSupplier nanos;
    private final Cache<String, Entry> entries =
            Caffeine.newBuilder().maximumSize(MAX_ENTRIES).build();
    private final Map<String, CompletableFuture<Entry>> reading = new ConcurrentHashMap<>();

    /**
     * What is known of a document.
     *
     * @param client null: it could not be had
     * @param read when it was read, successfully
     * @param until when to look again
     */
    private record Entry(@Nullable Client client, long read, long until) {}

    /** @param nanos a clock that never jumps */
    ClientDocuments(DocumentSource source, PinnedClients pinned, LongSupplier nanos) {
        this.source = source;
        this.reader = new ClientDocument(source);
        this.pinned = pinned;
        this.nanos = nanos;
    }

    /**
     * The client.
     *
     * @param id anything
     * @throws OAuthException 401 {@code invalid_client}
     */
    Client find(String id) throws OAuthException {
        URI url = DocumentUrl.parse(id);
        if (url == null) {
            throw invalid("this URL cannot be a client id");
        }
        Entry known = entries.getIfPresent(id);
        Entry entry = known != null && known.until - nanos.getAsLong() > 0 ? known : refresh(id, url, known);
        if (entry.client == null) {
            throw invalid("the document that describes the client cannot be had, or does not describe it");
        }
        return entry.client;
    }

    private Entry refresh(String id, URI url, @Nullable Entry known) {
        CompletableFuture<Entry> mine = new CompletableFuture<>();
        CompletableFuture<Entry> theirs = reading.putIfAbsent(id, mine);
        if (theirs != null) {
            return theirs.join();
        }
        Entry entry = new Entry(null, 0, nanos.getAsLong() + FAILURE_AGE.toNanos());
        try {
            entry = read(id, url, known);
            entries.put(id, entry);
        } finally {
            reading.remove(id, mine);
            mine.complete(entry);
        }
        return entry;
    }

    private Entry read(String id, URI url, @Nullable Entry known) {
        try {
            Document document = source.read(url, ClientDocument.MAX_BYTES);
            Client client = reader.read(url, document.bytes());
            long now = nanos.getAsLong();
            return new Entry(client, now, now + age(document).toNanos());
        } catch (DocumentException failed) {
            LOG.info("client document not read: {}", failed.getMessage());
            long now = nanos.getAsLong();
            return new Entry(
                    substitute(id, known, failed, now), known == null ? now : known.read, now + FAILURE_AGE.toNanos());
        }
    }

    private @Nullable Client substitute(String id, @Nullable Entry known, DocumentException failed, long now) {
        if (failed.gone()) {
            return null;
        }
        if (known != null && known.client != null && now - known.read < STALE_AGE.toNanos()) {
            return known.client;
        }
        return pinned.find(id);
    }

    private static Duration age(Document document) {
        Duration said = document.maxAge();
        Duration asked = said == null ? DEFAULT_AGE : said;
        return asked.compareTo(MIN_AGE) < 0 ? MIN_AGE : asked.compareTo(MAX_AGE) > 0 ? MAX_AGE : asked;
    }

    private static OAuthException invalid(String description) {
        return new OAuthException(401, "invalid_client", description);
    }
}
