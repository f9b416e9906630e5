package dev.ostiary.entra.graph;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The error number in a text of Entra's; nothing else of it is kept. */
public final class Aadsts {

    private static final Pattern NUMBER = Pattern.compile("AADSTS(\\d{4,8})");

    private Aadsts() {}

    /** {@code AADSTS} and digits; empty where there is none. */
    public static String of(String text) {
        Matcher matcher = NUMBER.matcher(text.substring(0, Math.min(text.length(), 4_096)));
        return matcher.find() ? matcher.group() : "";
    }

    /** The digits; 0 where there are none. */
    public static int number(String text) {
        String code = of(text);
        return code.isEmpty() ? 0 : Integer.parseInt(code.substring("AADSTS".length()));
    }
}
