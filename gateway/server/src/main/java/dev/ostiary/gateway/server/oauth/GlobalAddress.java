package dev.ostiary.gateway.server.oauth;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * Tells addresses of the public Internet from all others (IANA special-purpose registries, RFC 6890). IPv6 is an allow list:
 * global unicast without the ranges in which an IPv4 address can hide (6to4, Teredo, and IPv4-mapped, NAT64 and ISATAP by their
 * prefixes or identifiers), since that address may be one of an internal network.
 */
final class GlobalAddress {

    private static final int[][] SPECIAL_V4 = {
        {0x00000000, 8}, // this network
        {0x0a000000, 8}, // private
        {0x64400000, 10}, // carrier-grade NAT
        {0x7f000000, 8}, // loopback
        {0xa9fe0000, 16}, // link-local, cloud metadata
        {0xac100000, 12}, // private
        {0xc0000000, 24}, // protocol assignments
        {0xc0000200, 24}, // documentation
        {0xc0586300, 24}, // 6to4 relay
        {0xc0a80000, 16}, // private
        {0xc6120000, 15}, // benchmarks
        {0xc6336400, 24}, // documentation
        {0xcb007100, 24}, // documentation
        {0xe0000000, 3} // multicast, reserved, broadcast
    };

    /** Microsoft's service for virtual machines, answered from inside every Azure network. */
    private static final int AZURE_WIRE_SERVER = 0xa83f8110;

    private GlobalAddress() {}

    static boolean is(InetAddress address) {
        return switch (address) {
            case Inet4Address v4 -> isGlobal(word(v4.getAddress(), 0));
            case Inet6Address v6 -> isGlobal(v6.getAddress());
            default -> false;
        };
    }

    private static boolean isGlobal(int v4) {
        for (int[] range : SPECIAL_V4) {
            if ((v4 ^ range[0]) >>> (32 - range[1]) == 0) {
                return false;
            }
        }
        return v4 != AZURE_WIRE_SERVER;
    }

    private static boolean isGlobal(byte[] v6) {
        int high = word(v6, 0);
        boolean globalUnicast = high >>> 29 == 1; // 2000::/3
        boolean protocols = high >>> 9 == 0x20010000 >>> 9; // 2001::/23, Teredo among them
        boolean documentation = high == 0x20010db8 || high >>> 12 == 0x3fff0000 >>> 12;
        boolean sixToFour = high >>> 16 == 0x2002;
        boolean isatap = (word(v6, 8) & 0xfdffffff) == 0x00005efe;
        return globalUnicast && !protocols && !documentation && !sixToFour && !isatap;
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }
}
