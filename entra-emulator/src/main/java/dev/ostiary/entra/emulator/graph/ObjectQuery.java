package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.http.Params;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code $filter}, {@code $select}, {@code $top}, {@code $count} and paging of a request ([D] microsoft-graph-docs-contrib
 * {@code concepts/query-parameters.md}, {@code filter-query-parameter.md}, {@code paging.md}). Filters: {@code eq} with text,
 * GUID or truth value, {@code startswith}, {@code any} with {@code eq} or {@code startswith}, joined with {@code and}.
 */
final class ObjectQuery {

    private static final int DEFAULT_TOP = 100;
    private static final int MAX_TOP = 999;
    private static final int MAX_FILTER = 2_000;
    private static final String TEXT = "'([^']*+(?:''[^']*+)*+)'";
    private static final Pattern AND = Pattern.compile("\\s+and\\s+(?=(?:[^']*'[^']*')*[^']*$)");
    private static final Pattern EQ =
            Pattern.compile("([A-Za-z]+(?:/[A-Za-z]+)?)\\s+eq\\s+(?:" + TEXT + "|([A-Za-z0-9-]+))");
    private static final Pattern STARTS = Pattern.compile("startswith\\(([A-Za-z]+),\\s*" + TEXT + "\\)");
    private static final Pattern ANY_EQ =
            Pattern.compile("([A-Za-z]+)/any\\(\\s*(\\w+):\\s*\\2\\s+eq\\s+" + TEXT + "\\s*\\)");
    private static final Pattern ANY_STARTS =
            Pattern.compile("([A-Za-z]+)/any\\(\\s*(\\w+):\\s*startswith\\(\\2,\\s*" + TEXT + "\\)\\s*\\)");

    private final Request request;
    private final Params query;
    private final Set<String> select;

    private ObjectQuery(Request request) {
        this.request = request;
        this.query = request.query();
        String names = query.get("$select");
        this.select = names == null
                ? Set.of()
                : new LinkedHashSet<>(Pattern.compile("\\s*,\\s*")
                        .splitAsStream(names.strip())
                        .toList());
    }

    static ObjectQuery of(Request request) {
        ObjectQuery parsed = new ObjectQuery(request);
        if (parsed.query.malformed()) {
            throw GraphException.badRequest("Invalid query parameters.");
        }
        for (String name : parsed.query.all().keySet()) {
            if (name.equals("$search") || name.equals("$orderby") || name.equals("$expand")) {
                throw new GraphException(
                        501, "NotImplemented", "The Entra emulator's Graph does not know '" + name + "' here.");
            }
        }
        return parsed;
    }

    boolean selects(String property) {
        return select.contains(property);
    }

    /** Only the selected properties, and the id. */
    ObjectNode shown(ObjectNode json) {
        if (select.isEmpty()) {
            return json;
        }
        ObjectNode shown = ObjectJson.object();
        json.properties().forEach(entry -> {
            if (select.contains(entry.getKey())) {
                shown.set(entry.getKey(), entry.getValue());
            }
        });
        return shown;
    }

    /** One object. */
    Response entity(int status, String origin, String context, ObjectNode json) {
        ObjectNode body = ObjectJson.object().put("@odata.context", origin + "/v1.0/$metadata#" + context + "/$entity");
        body.setAll(shown(json));
        return Response.json(status, body);
    }

    /** A page of those that the filter lets through. */
    Response page(String origin, String context, List<ObjectNode> all) {
        Predicate<JsonNode> filter = filter();
        List<ObjectNode> matching = all.stream().filter(filter).toList();
        boolean count = "true".equalsIgnoreCase(query.get("$count"));
        if (count && !"eventual".equalsIgnoreCase(request.header("ConsistencyLevel"))) {
            throw GraphException.unsupportedQuery();
        }
        int top = top();
        int from = skip(query.get("$skiptoken"));
        int end = Math.min(matching.size(), from + top);
        ObjectNode body = ObjectJson.object().put("@odata.context", origin + "/v1.0/$metadata#" + context);
        if (count) {
            body.put("@odata.count", matching.size());
        }
        if (end < matching.size()) {
            body.put("@odata.nextLink", next(origin, end));
        }
        ArrayNode value = body.putArray("value");
        matching.subList(Math.min(from, end), end).forEach(json -> value.add(shown(json)));
        return Response.json(200, body);
    }

    private Predicate<JsonNode> filter() {
        String text = query.get("$filter");
        if (text == null) {
            return json -> true;
        }
        if (text.length() > MAX_FILTER) {
            throw invalidFilter();
        }
        Predicate<JsonNode> all = json -> true;
        for (String clause : AND.split(text.strip())) {
            all = all.and(clause(clause.strip()));
        }
        return all;
    }

    private static Predicate<JsonNode> clause(String clause) {
        Matcher eq = EQ.matcher(clause);
        if (eq.matches()) {
            String wanted = eq.group(2) == null ? eq.group(3) : unquoted(eq.group(2));
            String pointer = "/" + eq.group(1);
            // Texts compare without case, as Graph's do ([D] filter-query-parameter.md: eq is case-insensitive).
            return json -> wanted.equals("null")
                    ? json.at(pointer).isNull() || json.at(pointer).isMissingNode()
                    : json.at(pointer).asText().equalsIgnoreCase(wanted);
        }
        Matcher starts = STARTS.matcher(clause);
        if (starts.matches()) {
            return json -> startsWith(json.path(starts.group(1)).asText(), unquoted(starts.group(2)));
        }
        Matcher anyEq = ANY_EQ.matcher(clause);
        if (anyEq.matches()) {
            return json -> json.path(anyEq.group(1))
                    .valueStream()
                    .anyMatch(value -> value.asText().equalsIgnoreCase(unquoted(anyEq.group(3))));
        }
        Matcher anyStarts = ANY_STARTS.matcher(clause);
        if (anyStarts.matches()) {
            return json -> json.path(anyStarts.group(1))
                    .valueStream()
                    .anyMatch(value -> startsWith(value.asText(), unquoted(anyStarts.group(3))));
        }
        throw invalidFilter();
    }

    private static boolean startsWith(String value, String prefix) {
        return value.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private static String unquoted(String text) {
        return text.replace("''", "'");
    }

    private static GraphException invalidFilter() {
        return new GraphException(400, "BadRequest", "Invalid filter clause");
    }

    private int top() {
        String text = query.get("$top");
        try {
            int top = text == null ? DEFAULT_TOP : Integer.parseInt(text);
            if (top >= 1 && top <= MAX_TOP) {
                return top;
            }
        } catch (NumberFormatException e) {
            throw GraphException.badRequest("Invalid value for $top.");
        }
        throw GraphException.badRequest(
                "Invalid page size specified: '" + text + "'. Must be between 1 and " + MAX_TOP + " inclusive.");
    }

    private String next(String origin, int from) {
        StringBuilder link = new StringBuilder(origin).append(request.path()).append('?');
        query.all().forEach((name, value) -> {
            if (!name.equals("$skiptoken")) {
                link.append(name)
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
                        .append('&');
            }
        });
        String token = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("skip:" + from).getBytes(StandardCharsets.US_ASCII));
        return link.append("$skiptoken=").append(token).toString();
    }

    private static int skip(@Nullable String token) {
        if (token == null) {
            return 0;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
            int from = text.startsWith("skip:") ? Integer.parseInt(text.substring(5)) : -1;
            if (from >= 0) {
                return from;
            }
        } catch (IllegalArgumentException e) {
            throw GraphException.badRequest("Invalid skip token.");
        }
        throw GraphException.badRequest("Invalid skip token.");
    }
}
