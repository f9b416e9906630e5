package dev.ostiary.entra.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Microsoft Graph v1.0 with one login. Throttling (429) and 503 are waited out as Retry-After asks (Microsoft, "Throttling
 * guidance"), 502 and 504 only where repeating is harmless; all of it bounded. Not safe for concurrent use.
 */
public final class GraphClient {

    private static final int MOST_TRIES = 8;
    private static final int MOST_PAGES = 100;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Duration REPLICATION = Duration.ofMinutes(3);
    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(15);
    private static final int MAX_MESSAGE = 400;

    private final Exchange exchange;
    private final URI graph;
    private final AccessToken token;
    private final Pause pause;
    private final Consumer<String> progress;

    /**
     * @param graph the origin, without a slash at its end
     * @param progress one line for people whenever there is something to wait for
     */
    public GraphClient(Exchange exchange, URI graph, AccessToken token, Pause pause, Consumer<String> progress) {
        this.exchange = exchange;
        this.graph = graph;
        this.token = token;
        this.pause = pause;
        this.progress = progress;
    }

    /** Reads one object. */
    public ObjectNode get(String path) throws GraphException, InterruptedException {
        return send("GET", uri(path), "", null);
    }

    /** Reads one object; null where there is none, as far as this replica of Graph knows. */
    public @Nullable ObjectNode find(String path) throws GraphException, InterruptedException {
        try {
            return get(path);
        } catch (GraphException e) {
            if (e.status() == 404) {
                return null;
            }
            throw e;
        }
    }

    /** Reads a collection, all pages of it; at most {@value #MOST_PAGES}. */
    public List<ObjectNode> list(String path) throws GraphException, InterruptedException {
        List<ObjectNode> all = new ArrayList<>();
        URI next = uri(path);
        for (int page = 0; next != null; page++) {
            if (page == MOST_PAGES) {
                throw new GraphException(0, "", "there are more than " + MOST_PAGES + " pages of " + path);
            }
            ObjectNode answer = send("GET", next, "", null);
            for (JsonNode one : answer.path("value")) {
                if (one instanceof ObjectNode object) {
                    all.add(object);
                }
            }
            next = next(answer.path("@odata.nextLink").asText(""));
        }
        return all;
    }

    /** Makes an object. */
    public ObjectNode post(String path, JsonNode body) throws GraphException, InterruptedException {
        return send("POST", uri(path), "", body);
    }

    /** Changes an object. */
    public ObjectNode patch(String path, JsonNode body) throws GraphException, InterruptedException {
        return send("PATCH", uri(path), "", body);
    }

    /**
     * Changes the object of an alternate key, or makes it where there is none (Microsoft, "Upsert application").
     *
     * @return the object where it was made, an empty one where it was there
     */
    public ObjectNode upsert(String path, JsonNode body) throws GraphException, InterruptedException {
        return send("PATCH", uri(path), "create-if-missing", body);
    }

    /** Removes an object; that it is gone already is fine. */
    public void delete(String path) throws GraphException, InterruptedException {
        try {
            send("DELETE", uri(path), "", null);
        } catch (GraphException e) {
            if (e.status() != 404) {
                throw e;
            }
        }
    }

    /** Something at Graph that may fail for a while because another replica does not know a new object yet. */
    @FunctionalInterface
    public interface Attempt<T> {
        T run() throws GraphException, InterruptedException;
    }

    /**
     * Repeats until Graph's replicas know what was made a moment ago.
     *
     * @param what is waited for, for people
     */
    public <T> T onceReplicated(String what, Attempt<T> attempt) throws GraphException, InterruptedException {
        Replication replication = new Replication(what);
        while (true) {
            try {
                return attempt.run();
            } catch (GraphException e) {
                if (!e.mayBeReplication() || !replication.hasTime()) {
                    throw e;
                }
            }
            replication.pause();
        }
    }

    /**
     * Looks again until Graph's replicas tell what was written a moment ago, or the bound is reached.
     *
     * @param what is waited for, for people
     * @param told whether they do
     */
    public void awaitReplicated(String what, Attempt<Boolean> told) throws GraphException, InterruptedException {
        Replication replication = new Replication(what);
        while (!told.run() && replication.hasTime()) {
            replication.pause();
        }
    }

    /** The pauses between looks, each twice as long as the one before. */
    private final class Replication {

        private final String what;
        private Duration waited = Duration.ZERO;
        private Duration next = FIRST_LOOK;

        Replication(String what) {
            this.what = what;
        }

        boolean hasTime() {
            return waited.compareTo(REPLICATION) < 0;
        }

        void pause() throws InterruptedException {
            progress.accept("waiting until Entra knows " + what + " everywhere (" + waited.toSeconds() + " s)");
            pause.until(next);
            waited = waited.plus(next);
            next = next.multipliedBy(2).compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : next.multipliedBy(2);
        }
    }

    private ObjectNode send(String method, URI uri, String prefer, @Nullable JsonNode body)
            throws GraphException, InterruptedException {
        Duration waited = Duration.ZERO;
        for (int attempt = 1; ; attempt++) {
            Exchange.Answer answer;
            try {
                answer = exchange.authorized(method, uri, token, prefer, body);
            } catch (IOException e) {
                throw new GraphException(
                        0,
                        "",
                        "Graph cannot be reached at " + graph + ": "
                                + e.getClass().getSimpleName());
            }
            if (answer.isSuccess()) {
                return answer.body();
            }
            Duration wait =
                    answer.retryAfter() != null ? answer.retryAfter() : Duration.ofSeconds(1L << Math.min(5, attempt));
            boolean repeat = answer.status() == 429
                    || answer.status() == 503
                    || (!method.equals("POST") && (answer.status() == 502 || answer.status() == 504));
            if (!repeat) {
                throw failure(answer, answer.status() == 401 ? "; sign in again" : "");
            }
            if (attempt == MOST_TRIES || waited.plus(wait).compareTo(LONGEST_WAIT) > 0) {
                throw failure(answer, "; it asks to wait " + wait.toSeconds() + " s more");
            }
            progress.accept("Graph asks to wait " + wait.toSeconds() + " s (" + answer.status() + ")");
            pause.until(wait);
            waited = waited.plus(wait);
        }
    }

    private static GraphException failure(Exchange.Answer answer, String more) {
        JsonNode error = answer.body().path("error");
        String code = printable(error.path("code").asText(""));
        String message = printable(error.path("message").asText(""));
        return new GraphException(
                answer.status(),
                code,
                "Graph answered " + answer.status() + (code.isEmpty() ? "" : " " + code)
                        + (message.isEmpty() ? "" : ": " + message) + more);
    }

    private static String printable(String text) {
        String line = text.substring(0, Math.min(text.length(), MAX_MESSAGE));
        return line.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", " ");
    }

    private URI uri(String path) {
        return URI.create(graph + "/v1.0" + path);
    }

    /** The next page, of this very origin: a page's address goes out with the token. */
    private @Nullable URI next(String link) throws GraphException {
        if (link.isEmpty()) {
            return null;
        }
        if (!link.startsWith(graph + "/v1.0/")) {
            throw new GraphException(0, "", "Graph names another host for the next page");
        }
        try {
            return new URI(link);
        } catch (URISyntaxException e) {
            throw new GraphException(0, "", "Graph names no address for the next page");
        }
    }
}
