package dev.ostiary.gateway.server.pages;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The one style of all pages, and the hash by which a policy lets it, and nothing else, in (CSP Level 3 §6.7.3.3). */
final class Stylesheet {

    static final Html TEXT = new Html(Resources.read("pages.css"));

    static final String HASH = "sha256-" + Base64.getEncoder().encodeToString(sha256(TEXT.markup()));

    private Stylesheet() {}

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
