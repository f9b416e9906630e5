package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.RecordKey;
import dev.ostiary.gateway.server.store.RecordType;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import dev.ostiary.gateway.server.store.StoredRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Grants and Entra sessions in the store: JSON with a version, sealed for exactly the record that they are, so that nobody who
 * can write the store can read them, make one, or put one in another's place. A record that cannot be opened or read counts as
 * ended, and is said so in the log. Blocks: virtual threads only.
 */
final class SealedRecords {

    private static final Logger LOG = LoggerFactory.getLogger(SealedRecords.class);
    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.builder()
            .visibility(PropertyAccessor.GETTER, JsonAutoDetect.Visibility.NONE)
            .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
            .visibility(PropertyAccessor.CREATOR, JsonAutoDetect.Visibility.ANY)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private final GrantStore store;
    private final Sealer sealer;
    private final String gateway;

    /** @param sealer for {@code ENCRYPTION} */
    SealedRecords(GrantStore store, Sealer sealer, ResourceName gateway) {
        this.store = store;
        this.sealer = sealer;
        this.gateway = gateway.namespace() + "/" + gateway.name();
    }

    /**
     * A record as it was read.
     *
     * @param version for writing it anew
     */
    record Kept<T>(T value, String version) {}

    /** Who owns a user's records, and the id of the session: says nothing to who cannot guess the user. */
    String owner(String tenantId, String objectId) {
        return Secrets.digest(gateway + " " + tenantId + " " + objectId);
    }

    @Nullable
    Kept<GrantRecord> grant(String id) throws StoreUnavailableException {
        return read(new RecordKey(RecordType.GRANT, id), GrantRecord.class);
    }

    @Nullable
    Kept<SessionRecord> session(String owner) throws StoreUnavailableException {
        return read(new RecordKey(RecordType.SESSION, owner), SessionRecord.class);
    }

    boolean create(String id, GrantRecord grant, Instant expires) throws StoreUnavailableException {
        RecordKey key = new RecordKey(RecordType.GRANT, id);
        return store.create(key, owner(grant.tenantId(), grant.objectId()), seal(key, grant), expires) != null;
    }

    boolean create(String owner, SessionRecord session, Instant expires) throws StoreUnavailableException {
        RecordKey key = new RecordKey(RecordType.SESSION, owner);
        return store.create(key, null, seal(key, session), expires) != null;
    }

    /** False when it has changed since it was read. */
    boolean replace(String id, String version, GrantRecord grant, Instant expires) throws StoreUnavailableException {
        RecordKey key = new RecordKey(RecordType.GRANT, id);
        return store.replace(key, version, seal(key, grant), expires) != null;
    }

    /** The record's new version; null when it has changed since it was read. */
    @Nullable
    String replaceSession(String owner, String version, SessionRecord session, Instant expires)
            throws StoreUnavailableException {
        RecordKey key = new RecordKey(RecordType.SESSION, owner);
        return store.replace(key, version, seal(key, session), expires);
    }

    List<String> grantsOf(String owner) throws StoreUnavailableException {
        return store.list(RecordType.GRANT, owner);
    }

    void deleteSession(String owner) throws StoreUnavailableException {
        store.delete(new RecordKey(RecordType.SESSION, owner));
    }

    private String seal(RecordKey key, Record record) {
        ObjectNode json = JSON.valueToTree(record);
        json.put("v", VERSION);
        return sealer.seal(purpose(key), json.toString().getBytes(StandardCharsets.UTF_8));
    }

    private <T> @Nullable Kept<T> read(RecordKey key, Class<T> type) throws StoreUnavailableException {
        StoredRecord stored = store.get(key);
        if (stored == null) {
            return null;
        }
        byte[] json = sealer.open(purpose(key), stored.value(), GrantStore.MAX_VALUE_CHARS);
        String problem = "its key is gone, or it is not of this gateway";
        if (json != null) {
            try {
                JsonNode tree = JSON.readTree(json);
                if (tree.path("v").asInt() == VERSION) {
                    return new Kept<>(JSON.treeToValue(tree, type), stored.version());
                }
                problem = "another release wrote it in another layout";
            } catch (JacksonException unreadable) {
                // Not its message: that may quote a secret.
                problem = "its content is not understood";
            } catch (IOException impossible) {
                throw new IllegalStateException("bytes in memory could not be read", impossible);
            }
        }
        LOG.atWarn()
                .addKeyValue("type", key.type())
                .addKeyValue("id", key.id())
                .addKeyValue("problem", problem)
                .log("a stored record cannot be used and counts as ended");
        return null;
    }

    private static String purpose(RecordKey key) {
        return key.type() + "/" + key.id();
    }
}
