package dev.ostiary.benchmarks.crowd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.testing.ApiServer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What some users wrote, by the API server's audit log. Leases are another thing: they are renewed whatever happens. */
final class Writes {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> VERBS = Set.of("create", "update", "patch", "delete", "deletecollection");

    private final ApiServer server;
    private final Set<String> users;

    Writes(ApiServer server, Set<String> users) {
        this.server = server;
        this.users = users;
    }

    /** How much the log holds now: an argument for {@link #since}. */
    int mark() {
        return server.audit().get().size();
    }

    /** Who wrote what how often after this mark. */
    SortedMap<String, Integer> since(int mark) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        List<String> lines = server.audit().get();
        for (String line : lines.subList(mark, lines.size())) {
            JsonNode event = read(line);
            JsonNode object = event.path("objectRef");
            String user = event.path(event.has("impersonatedUser") ? "impersonatedUser" : "user")
                    .path("username")
                    .asText();
            if (users.contains(user)
                    && VERBS.contains(event.path("verb").asText())
                    && !object.path("resource").asText().equals("leases")) {
                counts.merge(
                        user.substring(user.lastIndexOf(':') + 1) + " "
                                + event.path("verb").asText() + " "
                                + object.path("resource").asText()
                                + (object.has("subresource")
                                        ? "/" + object.path("subresource").asText()
                                        : ""),
                        1,
                        Integer::sum);
            }
        }
        return counts;
    }

    /** Those of them that write statuses. */
    static int statuses(SortedMap<String, Integer> counts) {
        return counts.entrySet().stream()
                .filter(count -> count.getKey().endsWith("/status"))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    static int sum(SortedMap<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a line of the audit log is no JSON", e);
        }
    }
}
