package dev.ostiary.gateway.server.oauth;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a browser gets: a page, or another place to go. Immutable. */
final class BrowserAnswer {

    private final int status;
    private final @Nullable String location;
    private final byte[] page;
    private final List<String> setCookies;
    private final long retryAfterSeconds;

    private BrowserAnswer(
            int status, @Nullable String location, byte[] page, List<String> setCookies, long retryAfterSeconds) {
        this.status = status;
        this.location = location;
        this.page = page;
        this.setCookies = List.copyOf(setCookies);
        this.retryAfterSeconds = retryAfterSeconds;
    }

    static BrowserAnswer page(int status, byte[] html) {
        return new BrowserAnswer(status, null, html.clone(), List.of(), 0);
    }

    /** 303: whatever the request was, the next one is a GET. */
    static BrowserAnswer redirect(String location) {
        return new BrowserAnswer(303, location, new byte[0], List.of(), 0);
    }

    BrowserAnswer withCookie(String setCookie) {
        List<String> cookies = new ArrayList<>(setCookies);
        cookies.add(setCookie);
        return new BrowserAnswer(status, location, page, cookies, retryAfterSeconds);
    }

    BrowserAnswer withRetryAfter(long seconds) {
        return new BrowserAnswer(status, location, page, setCookies, seconds);
    }

    int status() {
        return status;
    }

    @Nullable
    String location() {
        return location;
    }

    byte[] page() {
        return page.clone();
    }

    List<String> setCookies() {
        return setCookies;
    }

    /** 0: none. */
    long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** No location: it may hold a code. */
    @Override
    public String toString() {
        return "BrowserAnswer[" + status + "]";
    }
}
