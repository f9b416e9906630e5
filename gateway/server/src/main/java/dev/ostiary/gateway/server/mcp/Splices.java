package dev.ostiary.gateway.server.mcp;

import java.util.ArrayList;
import java.util.List;

/** Replacements in a range of bytes; everything between them stays byte for byte. Not thread-safe. */
public final class Splices {

    private record Splice(int start, int end, List<byte[]> pieces) {}

    private final List<Splice> splices = new ArrayList<>();

    public Splices() {}

    /** Replaces a range; ranges must not overlap, in any order. */
    public void replace(int start, int end, byte[] with) {
        splices.add(new Splice(start, end, List.of(with)));
    }

    /** Replaces a range by several pieces, one after the other. */
    void replace(int start, int end, List<byte[]> with) {
        splices.add(new Splice(start, end, with));
    }

    /** Whether nothing is replaced. */
    public boolean isEmpty() {
        return splices.isEmpty();
    }

    /** The bytes from {@code start} to {@code end} with the replacements made. */
    public byte[] apply(byte[] in, int start, int end) {
        splices.sort((a, b) -> Integer.compare(a.start, b.start));
        int length = end - start;
        for (Splice splice : splices) {
            length -= splice.end - splice.start;
            for (byte[] piece : splice.pieces) {
                length += piece.length;
            }
        }
        byte[] out = new byte[length];
        int at = 0;
        int from = start;
        for (Splice splice : splices) {
            System.arraycopy(in, from, out, at, splice.start - from);
            at += splice.start - from;
            for (byte[] piece : splice.pieces) {
                System.arraycopy(piece, 0, out, at, piece.length);
                at += piece.length;
            }
            from = splice.end;
        }
        System.arraycopy(in, from, out, at, end - from);
        return out;
    }
}
