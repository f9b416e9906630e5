package dev.ostiary.gateway.server.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What Redis does in one step. Each names every key it touches, so it runs on a cluster, behind ACLs and on servers that
 * forbid other keys; Redis' own clock decides what has expired.
 *
 * <p>Keys: a record is a hash of {@code n} (version), {@code v} (value) and {@code o} (owner) with an expiry. The owners of a
 * type are a sorted set of {@code owner/id}, all with score 0, so that an owner's ids are a range; the expiries of the same
 * members are another. The deny entries are a stream.
 */
enum RedisScript {

    /** Record, owners, expiries; id, owner, version, value, expiry. 1, or 0 when there is one. */
    CREATE("""
            if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
            redis.call('HSET', KEYS[1], 'n', ARGV[3], 'v', ARGV[4], 'o', ARGV[2])
            redis.call('PEXPIREAT', KEYS[1], ARGV[5])
            if ARGV[2] ~= '' then own(ARGV[2] .. '/' .. ARGV[1], ARGV[5]) end
            return 1
            """),

    /** Record, owners, expiries; id, version as read, version, value, expiry. 1, or 0 when it is another. */
    REPLACE("""
            local found = redis.call('HMGET', KEYS[1], 'n', 'o')
            if found[1] ~= ARGV[2] then return 0 end
            redis.call('HSET', KEYS[1], 'n', ARGV[3], 'v', ARGV[4])
            redis.call('PEXPIREAT', KEYS[1], ARGV[5])
            if found[2] ~= '' then own(found[2] .. '/' .. ARGV[1], ARGV[5]) end
            return 1
            """),

    /** Record, owners, expiries; id. Value and version, or nothing. */
    TAKE("""
            local found = redis.call('HMGET', KEYS[1], 'v', 'n', 'o')
            if not found[2] then return {} end
            redis.call('DEL', KEYS[1])
            if found[3] ~= '' then
              redis.call('ZREM', KEYS[2], found[3] .. '/' .. ARGV[1])
              redis.call('ZREM', KEYS[3], found[3] .. '/' .. ARGV[1])
            end
            return {found[1], found[2]}
            """),

    /** Owners, expiries; owner, how many. Ids. */
    LIST("""
            local ids = {}
            local members = redis.call('ZRANGEBYLEX', KEYS[1], '[' .. ARGV[1] .. '/', '(' .. ARGV[1] .. '0')
            for _, member in ipairs(members) do
              local expires = redis.call('ZSCORE', KEYS[2], member)
              if expires and tonumber(expires) > now then
                ids[#ids + 1] = string.sub(member, #ARGV[1] + 2)
                if #ids == tonumber(ARGV[2]) then break end
              end
            end
            return ids
            """),

    /** The stream; grant, expiry, most entries. 1, or 0 when it is full. */
    DENY("""
            for _, old in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 100)) do
              if tonumber(old[2][4]) <= now then redis.call('XDEL', KEYS[1], old[1]) end
            end
            if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
            redis.call('XADD', KEYS[1], '*', 'g', ARGV[1], 'e', ARGV[2])
            keep(KEYS[1], tonumber(ARGV[2]))
            return 1
            """),

    /**
     * The stream; id of the entry seen last, its grant, how many. How many there were, the last one's id and grant, then
     * grant and expiry of those that have not expired. The entry seen last is looked up: a stream that was lost, restored or
     * failed over to a replica that had less begins again, whatever its ids are.
     */
    DENIALS("""
            local from = '-'
            if ARGV[1] ~= '' then
              local seen = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
              if #seen == 1 and seen[1][2][2] == ARGV[2] then from = ARGV[1] end
            end
            local found = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[3])
            local answer = {tostring(#found), '', ''}
            for i, entry in ipairs(found) do
              answer[2], answer[3] = entry[1], entry[2][2]
              if tonumber(entry[2][4]) > now and entry[1] ~= from then
                answer[#answer + 1] = entry[2][2]
                answer[#answer + 1] = entry[2][4]
              end
            end
            return answer
            """);

    private static final String COMMON = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local function keep(key, at)
              if redis.call('PTTL', key) < at - now then redis.call('PEXPIREAT', key, at) end
            end
            local function own(member, expires)
              local over = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 100)
              if #over > 0 then
                redis.call('ZREM', KEYS[2], unpack(over))
                redis.call('ZREM', KEYS[3], unpack(over))
              end
              local at = tonumber(expires)
              if at > now then
                redis.call('ZADD', KEYS[2], 0, member)
                redis.call('ZADD', KEYS[3], at, member)
                keep(KEYS[2], at)
                keep(KEYS[3], at)
              else
                redis.call('ZREM', KEYS[2], member)
                redis.call('ZREM', KEYS[3], member)
              end
            end
            """;

    private final String source;
    private final String digest;

    RedisScript(String body) {
        this.source = COMMON + body;
        this.digest = sha1(source);
    }

    String source() {
        return source;
    }

    /** What Redis knows the script by: SHA-1, lower case. */
    String digest() {
        return digest;
    }

    private static String sha1(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
