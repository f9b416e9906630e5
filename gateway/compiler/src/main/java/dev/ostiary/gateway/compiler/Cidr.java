package dev.ostiary.gateway.compiler;

import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Address ranges. */
public final class Cidr {

    private static final Pattern RANGE = Pattern.compile("([0-9a-fA-F.:]+)(?:/([0-9]{1,3}))?");

    private static final Pattern ZEROS = Pattern.compile("(?<![0-9a-f])0(?::0)+(?![0-9a-f])");

    private Cidr() {}

    /** The range in one spelling, host bits cleared; a single address becomes a range of one. Null when it is none. */
    public static @Nullable String normalize(String text) {
        Matcher range = RANGE.matcher(text);
        if (!range.matches()) {
            return null;
        }
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(range.group(1));
        } catch (IllegalArgumentException e) {
            return null;
        }
        // IPv4 has more spellings than the usual four numbers; none of them was meant.
        if (range.group(1).indexOf(':') < 0 && !range.group(1).equals(address.getHostAddress())) {
            return null;
        }
        byte[] bytes = address.getAddress();
        int bits = range.group(2) == null ? bytes.length * 8 : Integer.parseInt(range.group(2));
        if (bits > bytes.length * 8) {
            return null;
        }
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.clamp(bits - i * 8L, 0, 8);
            bytes[i] = (byte) (bytes[i] & (0xff << (8 - kept)));
        }
        try {
            return canonical(InetAddress.getByAddress(bytes)) + "/" + bits;
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    /** RFC 5952: of an IPv6 address, the longest run of two or more zero groups, the first of equals, is left out. */
    private static String canonical(InetAddress address) {
        String text = address.getHostAddress();
        if (text.indexOf(':') < 0) {
            return text;
        }
        String longest = "";
        Matcher zeros = ZEROS.matcher(text);
        while (zeros.find()) {
            if (zeros.group().length() > longest.length()) {
                longest = zeros.group();
            }
        }
        return longest.isEmpty() ? text : text.replaceFirst("(?:^|:)" + longest + "(?![0-9a-f])(?::|$)", "::");
    }
}
