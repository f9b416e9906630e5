package dev.ostiary.gateway.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The peers whose word about the client is believed. Whoever else sends forwarding headers has them removed.
 */
final class TrustedProxies {

    private static final AsciiString X_FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
    private static final String PREFIX = "x-forwarded-";
    private static final List<String> OTHERS = List.of("forwarded", "x-real-ip", "x-original-forwarded-for");
    /** More hops than any sane chain of proxies has. */
    private static final int MAX_HOPS = 32;

    private static final class Block {

        private final byte[] network;
        private final int bits;

        private Block(byte[] network, int bits) {
            this.network = network;
            this.bits = bits;
        }

        boolean contains(byte[] address) {
            if (address.length != network.length) {
                return false;
            }
            int whole = bits / 8;
            for (int i = 0; i < whole; i++) {
                if (address[i] != network[i]) {
                    return false;
                }
            }
            int rest = bits % 8;
            int mask = rest == 0 ? 0 : 0xff << (8 - rest) & 0xff;
            return rest == 0 || (address[whole] & mask) == (network[whole] & mask);
        }
    }

    private final List<Block> blocks;

    private TrustedProxies(List<Block> blocks) {
        this.blocks = List.copyOf(blocks);
    }

    /**
     * @param cidrs such as {@code 10.0.0.0/8} or {@code fd00::/8}; an address alone stands for itself
     * @throws IllegalArgumentException for anything else, naming it
     */
    static TrustedProxies of(Collection<String> cidrs) {
        List<Block> blocks = new ArrayList<>();
        for (String cidr : cidrs) {
            int slash = cidr.indexOf('/');
            byte[] network = address(slash < 0 ? cidr : cidr.substring(0, slash));
            if (network == null) {
                throw new IllegalArgumentException("not a CIDR: " + cidr);
            }
            int bits = network.length * 8;
            if (slash >= 0) {
                try {
                    bits = Integer.parseInt(cidr.substring(slash + 1));
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException("not a CIDR: " + cidr, e);
                }
                if (bits < 0 || bits > network.length * 8) {
                    throw new IllegalArgumentException("not a CIDR: " + cidr);
                }
            }
            blocks.add(new Block(network, bits));
        }
        return new TrustedProxies(blocks);
    }

    /** Removes the forwarding headers that an untrusted {@code peer} sent. */
    void strip(@Nullable SocketAddress peer, HttpHeaders headers) {
        if (trusts(peer)) {
            return;
        }
        List<CharSequence> forged = null;
        for (var entries = headers.iteratorCharSequence(); entries.hasNext(); ) {
            CharSequence name = entries.next().getKey();
            if (isForwarding(name)) {
                forged = forged == null ? new ArrayList<>() : forged;
                forged.add(name);
            }
        }
        if (forged != null) {
            forged.forEach(headers::remove);
        }
    }

    private static boolean isForwarding(CharSequence name) {
        char first = name.charAt(0);
        if (first != 'x' && first != 'X' && first != 'f' && first != 'F') {
            return false;
        }
        if (AsciiString.regionMatchesAscii(name, true, 0, PREFIX, 0, PREFIX.length())) {
            return true;
        }
        for (int i = 0; i < OTHERS.size(); i++) {
            if (AsciiString.contentEqualsIgnoreCase(name, OTHERS.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** The right-most address of {@code X-Forwarded-For} that is not itself trusted, else the peer's. */
    String clientAddress(@Nullable SocketAddress peer, HttpHeaders headers) {
        String result = text(peer);
        if (!trusts(peer) || !headers.contains(X_FORWARDED_FOR)) {
            return result;
        }
        String[] hops = String.join(",", headers.getAll(X_FORWARDED_FOR)).split(",");
        for (int i = hops.length - 1, seen = 0; i >= 0 && seen < MAX_HOPS; i--, seen++) {
            byte[] hop = address(hops[i].strip());
            if (hop == null) {
                return result;
            }
            result = NetUtil.bytesToIpAddress(hop);
            if (!trusts(hop)) {
                return result;
            }
        }
        return result;
    }

    private boolean trusts(@Nullable SocketAddress peer) {
        return !blocks.isEmpty()
                && peer instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && trusts(inet.getAddress().getAddress());
    }

    private boolean trusts(byte[] address) {
        for (int i = 0; i < blocks.size(); i++) {
            if (blocks.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    private static String text(@Nullable SocketAddress peer) {
        if (peer instanceof InetSocketAddress inet) {
            InetAddress address = inet.getAddress();
            return address == null ? "unknown" : NetUtil.toAddressString(address);
        }
        return "unknown";
    }

    private static byte @Nullable [] address(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        // An IPv4 address in IPv6 clothes is that IPv4 address.
        if (bytes != null && bytes.length == 16 && isMapped(bytes)) {
            return new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]};
        }
        return bytes;
    }

    private static boolean isMapped(byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == (byte) 0xff && bytes[11] == (byte) 0xff;
    }
}
