package dev.ostiary.gateway.server.mcp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The member names of the objects that are open, so that none occurs twice in one object. Costs a handful of comparisons
 * for a small object and a hash probe for a large one; memory is bounded by the members of the objects open at a time.
 */
final class MemberNames {

    /** Up to here names are compared one by one; beyond, an index is kept. */
    private static final int LINEAR = 16;

    /** A probe this long does not happen by chance: someone made the names collide. */
    private static final int MAX_PROBES = 256;

    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final int[] NO_INDEX = {};
    private static final byte[] NO_COPIES = {};

    /** What became of a name. */
    enum Added {
        NEW,
        DUPLICATE,
        /** So many names share a hash that looking them up would take for ever. */
        COLLIDING
    }

    private final byte[] in;
    private final long seed = ThreadLocalRandom.current().nextLong();

    // One row per name of every open object: hash, where, length. Negative where: the complement is a place in copies.
    private int[] rows = new int[3 * LINEAR];
    private int count;

    // Names that are not in the input as they are: unescaped, or folded.
    private byte[] copies = NO_COPIES;
    private int copied;

    // Per open object: its first row, the state of copies before it, how it compares, its index once it is large.
    private int[] firsts = new int[8];
    private int[] copiedBefore = new int[8];
    private boolean[] blind = new boolean[8];
    private int[][] indexes = {NO_INDEX, NO_INDEX, NO_INDEX, NO_INDEX, NO_INDEX, NO_INDEX, NO_INDEX, NO_INDEX};
    private int open;

    MemberNames(byte[] in) {
        this.in = in;
    }

    /** An object begins; {@code caseBlind}: names that differ in case alone are duplicates too. */
    void open(boolean caseBlind) {
        if (open == firsts.length) {
            firsts = Arrays.copyOf(firsts, 2 * open);
            copiedBefore = Arrays.copyOf(copiedBefore, 2 * open);
            blind = Arrays.copyOf(blind, 2 * open);
            int[][] more = new int[2 * open][];
            Arrays.fill(more, NO_INDEX);
            System.arraycopy(indexes, 0, more, 0, open);
            indexes = more;
        }
        firsts[open] = count;
        copiedBefore[open] = copied;
        blind[open] = caseBlind;
        open++;
    }

    /** The innermost object ends, and its names are forgotten. */
    void close() {
        open--;
        count = firsts[open];
        copied = copiedBefore[open];
        indexes[open] = NO_INDEX;
    }

    /**
     * A name of the innermost object, as it stands in the input.
     *
     * @param ascii whether all of it is ASCII
     */
    Added add(int start, int end, boolean ascii) {
        if (blind[open - 1] && !ascii) {
            return addCopy(Arrays.copyOfRange(in, start, end));
        }
        return add(in, start, end - start, start);
    }

    /** A name of the innermost object that had escapes, without them. */
    Added addCopy(byte[] unescaped) {
        byte[] name = unescaped;
        if (blind[open - 1]) {
            name = folded(new String(unescaped, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        }
        if (copies.length - copied < name.length) {
            copies = Arrays.copyOf(copies, Math.max(2 * copies.length, copied + name.length));
        }
        System.arraycopy(name, 0, copies, copied, name.length);
        int where = ~copied;
        Added added = add(name, 0, name.length, where);
        if (added == Added.NEW) {
            copied += name.length;
        }
        return added;
    }

    private Added add(byte[] name, int from, int length, int where) {
        boolean fold = blind[open - 1];
        int hash = hash(name, from, length, fold);
        int first = firsts[open - 1];
        int members = count - first;
        if (members < LINEAR) {
            for (int i = first; i < count; i++) {
                if (rows[3 * i] == hash && same(i, name, from, length, fold)) {
                    return Added.DUPLICATE;
                }
            }
            append(hash, where, length);
            return Added.NEW;
        }
        int[] index = index(first, members);
        int mask = index.length - 1;
        int slot = hash & mask;
        for (int probes = 0; index[slot] != 0; probes++) {
            int i = index[slot] - 1;
            if (rows[3 * i] == hash && same(i, name, from, length, fold)) {
                return Added.DUPLICATE;
            }
            if (probes == MAX_PROBES) {
                return Added.COLLIDING;
            }
            slot = (slot + 1) & mask;
        }
        append(hash, where, length);
        index[slot] = count;
        return Added.NEW;
    }

    private void append(int hash, int where, int length) {
        if (3 * count == rows.length) {
            rows = Arrays.copyOf(rows, 2 * rows.length);
        }
        rows[3 * count] = hash;
        rows[3 * count + 1] = where;
        rows[3 * count + 2] = length;
        count++;
    }

    /** The index of the innermost object, with room for one more name. Slots hold row + 1; 0 is free. */
    private int[] index(int first, int members) {
        int[] index = indexes[open - 1];
        if (index.length < 2 * (members + 1)) {
            index = new int[Integer.highestOneBit(members) * 8];
            int mask = index.length - 1;
            for (int i = first; i < first + members; i++) {
                int slot = rows[3 * i] & mask;
                while (index[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                index[slot] = i + 1;
            }
            indexes[open - 1] = index;
        }
        return index;
    }

    private boolean same(int row, byte[] name, int from, int length, boolean fold) {
        if (rows[3 * row + 2] != length) {
            return false;
        }
        int where = rows[3 * row + 1];
        byte[] other = where < 0 ? copies : in;
        int otherFrom = where < 0 ? ~where : where;
        for (int i = 0; i < length; i++) {
            byte a = other[otherFrom + i];
            byte b = name[from + i];
            if (a != b && !(fold && lower(a) == lower(b))) {
                return false;
            }
        }
        return true;
    }

    private int hash(byte[] name, int from, int length, boolean fold) {
        long h = seed ^ length;
        for (int i = from; i < from + length; i++) {
            h = (h ^ (fold ? lower(name[i]) : name[i])) * MULTIPLIER;
            h ^= h >>> 29;
        }
        return (int) (h ^ (h >>> 32));
    }

    private static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
    }

    /** As case-blind readers fold: lower case, and the two characters beyond ASCII whose other case is an ASCII letter. */
    static String folded(String name) {
        return name.toLowerCase(Locale.ROOT).replace('\u017f', 's').replace('\u212a', 'k');
    }
}
