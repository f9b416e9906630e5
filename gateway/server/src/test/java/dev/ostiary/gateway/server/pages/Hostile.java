package dev.ostiary.gateway.server.pages;

import java.util.List;

/** Texts of clients that mean no good. */
final class Hostile {

    /** A name that ends the style, forges a script and turns the line round. */
    static final String NAME =
            "</style><script>alert(1)</script>\"' onload=x \u202Egnp.exe\u2066 مرحبا 👩‍💻 " + "W".repeat(200);

    private Hostile() {}

    static ConsentView consent() {
        return new ConsentView(
                NAME,
                true,
                "login.microsoftonline.com." + "a".repeat(60) + ".evil.example",
                "evil.example\"><form action=//evil.example>",
                "java\u0000script",
                false,
                "{0} %s </title>",
                "https://mcp.contoso.com/" + "x".repeat(120),
                List.of("Read & <b>write</b>", "\u202Eread only"),
                "/oauth/consent?a=1&b=\"",
                "token\"><script>",
                true,
                true);
    }
}
