package dev.ostiary.gateway.server.store;

import dev.ostiary.gateway.config.egress.TrustAnchors;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Grants in Redis or Valkey (6.0 or newer), for any number of replicas. The forms of the URL are those of {@link RedisUrl}.
 *
 * <p>Every key begins with {@code ostiary:{<gateway>}:}, nothing else is touched. The braces make it a hash tag: on a cluster
 * all of a gateway's keys are in one slot, so that each operation is one script (Redis Cluster specification, Hash tags).
 * A user of its own needs {@code ~ostiary:*} and {@code +@connection +@read +@write +@scripting +time}, on a cluster
 * {@code +cluster} as well.
 *
 * <p>Holds what Redis holds: an acknowledged write outlives a crash or a failover of Redis only as far as its persistence and
 * replication go, and with an eviction policy other than {@code noeviction} Redis throws live grants away.
 *
 * <p>Each operation is one round trip, takes at most about two seconds, and fails at once while there is no connection. Its
 * threads are its own; callers are virtual threads, never an event loop.
 */
public final class RedisGrantStore implements GrantStore {

    private static final Pattern GATEWAY = Pattern.compile("[A-Za-z0-9._/-]{1,256}");
    private static final int MAX_DENIALS = 100_000;
    private static final int PAGE = 5_000;

    private final RedisLink link;
    private final String prefix;

    /**
     * @param gateway namespace and name, {@code namespace/name}
     * @param url where Redis is, as {@link RedisUrl} says
     * @param caBundle PEM certificates trusted beside the JDK's own; null: none
     * @throws IllegalArgumentException when one of them cannot be used; quotes no credential
     */
    public RedisGrantStore(String gateway, String url, @Nullable String caBundle) {
        if (!GATEWAY.matcher(gateway).matches()) {
            throw new IllegalArgumentException("a gateway's name has letters, digits, dots, - and one /");
        }
        this.prefix = "ostiary:{" + gateway + "}:";
        RedisUrl where = RedisUrl.parse(url);
        this.link = new RedisLink(where, new RedisDialer(where, prefix, caBundle == null ? null : trust(caBundle)));
        link.awaitFirst();
    }

    private static TrustManagerFactory trust(String caBundle) {
        try {
            return TrustAnchors.including(TrustAnchors.read(caBundle));
        } catch (GeneralSecurityException | IOException unreadable) {
            throw new IllegalArgumentException(
                    "the CA bundle holds no certificate, or one that cannot be read", unreadable);
        }
    }

    @Override
    public @Nullable StoredRecord get(RecordKey key) throws StoreUnavailableException {
        List<KeyValue<String, String>> fields = link.call(redis -> redis.hmget(record(key), "v", "n"));
        return fields.get(0).hasValue() && fields.get(1).hasValue()
                ? new StoredRecord(fields.get(0).getValue(), fields.get(1).getValue())
                : null;
    }

    @Override
    public @Nullable String create(RecordKey key, @Nullable String owner, String value, Instant expires)
            throws StoreUnavailableException {
        String whose = Input.owner(owner);
        Input.requireValue(value);
        String version = UUID.randomUUID().toString();
        boolean done = done(
                RedisScript.CREATE, keys(key), key.id(), whose, version, value, Long.toString(Input.millis(expires)));
        return done ? version : null;
    }

    @Override
    public @Nullable String replace(RecordKey key, String version, String value, Instant expires)
            throws StoreUnavailableException {
        Input.requireValue(value);
        String next = UUID.randomUUID().toString();
        boolean done = done(
                RedisScript.REPLACE, keys(key), key.id(), version, next, value, Long.toString(Input.millis(expires)));
        return done ? next : null;
    }

    @Override
    public @Nullable StoredRecord take(RecordKey key) throws StoreUnavailableException {
        List<String> taken = answer(RedisScript.TAKE, keys(key), key.id());
        return taken.size() == 2 ? new StoredRecord(taken.get(0), taken.get(1)) : null;
    }

    @Override
    public void delete(RecordKey key) throws StoreUnavailableException {
        take(key);
    }

    @Override
    public List<String> list(RecordType type, String owner) throws StoreUnavailableException {
        Input.requireId("an owner", owner);
        String[] keys = {owners(type), expiries(type)};
        return answer(RedisScript.LIST, keys, owner, Integer.toString(MAX_LISTED));
    }

    @Override
    public void deny(DenyEntry entry) throws StoreUnavailableException {
        Input.requireId("a grant's id", entry.grantId());
        boolean done = done(
                RedisScript.DENY,
                new String[] {prefix + "denials"},
                entry.grantId(),
                Long.toString(Input.millis(entry.expires())),
                Integer.toString(MAX_DENIALS));
        if (!done) {
            throw new StoreUnavailableException("the grant store has no room for another deny entry", null);
        }
    }

    @Override
    public Denials denials(@Nullable String cursor) throws StoreUnavailableException {
        RedisCursor at = RedisCursor.parse(cursor);
        List<DenyEntry> made = new ArrayList<>();
        for (int read = 0; read < 2 * MAX_DENIALS; read += PAGE) {
            List<String> page = answer(
                    RedisScript.DENIALS,
                    new String[] {prefix + "denials"},
                    at.id(),
                    at.grantId(),
                    Integer.toString(PAGE));
            for (int i = 3; i + 1 < page.size(); i += 2) {
                made.add(new DenyEntry(page.get(i), Instant.ofEpochMilli(Long.parseLong(page.get(i + 1)))));
            }
            at = new RedisCursor(page.get(1), page.get(2));
            if (Integer.parseInt(page.get(0)) < PAGE) {
                break;
            }
        }
        return new Denials(made, at.text());
    }

    @Override
    public void close() {
        link.close();
    }

    private boolean done(RedisScript script, String[] keys, String... arguments) throws StoreUnavailableException {
        ScriptOutputType type = ScriptOutputType.INTEGER;
        Long answer = run(
                redis -> redis.evalsha(script.digest(), type, keys, arguments),
                redis -> redis.eval(script.source(), type, keys, arguments));
        return answer == 1;
    }

    private List<String> answer(RedisScript script, String[] keys, String... arguments)
            throws StoreUnavailableException {
        ScriptOutputType type = ScriptOutputType.MULTI;
        return run(
                redis -> redis.evalsha(script.digest(), type, keys, arguments),
                redis -> redis.eval(script.source(), type, keys, arguments));
    }

    /** A script by its digest; a server that does not know it, after a restart or a failover, gets its text. */
    private <T> T run(RedisLink.Command<T> digest, RedisLink.Command<T> text) throws StoreUnavailableException {
        try {
            return link.call(digest);
        } catch (RedisNoScriptException unknown) {
            return link.call(text);
        }
    }

    private String[] keys(RecordKey key) {
        return new String[] {record(key), owners(key.type()), expiries(key.type())};
    }

    private String record(RecordKey key) {
        return prefix + key.path();
    }

    private String owners(RecordType type) {
        return prefix + "owners:" + type.name();
    }

    private String expiries(RecordType type) {
        return prefix + "expiries:" + type.name();
    }
}
