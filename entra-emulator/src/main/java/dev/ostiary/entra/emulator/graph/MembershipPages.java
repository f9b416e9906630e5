package dev.ostiary.entra.emulator.graph;

import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.http.Params;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code transitiveMemberOf} page by page, with the rules for advanced queries (fact sheet §4.3, [D]
 * user-list-transitivememberof.md).
 */
final class MembershipPages {

    private static final int DEFAULT_TOP = 100;
    private static final int MAX_TOP = 999;
    private static final String SKIP = "skip:";

    private final String origin;

    MembershipPages(String origin) {
        this.origin = origin;
    }

    Response answer(Request request, List<Group> groups, boolean names) {
        Params query = request.query();
        boolean eventual = "eventual".equalsIgnoreCase(request.header("ConsistencyLevel"));
        boolean count = "true".equalsIgnoreCase(query.get("$count"));
        if (request.path().endsWith("/$count")) {
            if (!eventual) {
                throw GraphException.unsupportedQuery();
            }
            return Response.text(200, Integer.toString(groups.size()));
        }
        boolean cast = request.path().endsWith("/microsoft.graph.group");
        boolean advanced = cast || query.has("$filter") || query.has("$search") || query.has("$orderby");
        if ((advanced && !(eventual && count)) || (count && !eventual)) {
            throw GraphException.unsupportedQuery();
        }
        if (query.has("$filter") || query.has("$search") || query.has("$orderby")) {
            throw new GraphException(
                    501, "NotImplemented", "The Entra emulator's Graph does not filter, search or sort.");
        }
        int top = number(query.get("$top"), DEFAULT_TOP);
        if (top < 1 || top > MAX_TOP) {
            throw GraphException.badRequest("Invalid page size specified: '" + top + "'. Must be between 1 and 999.");
        }
        int from = skip(query.get("$skiptoken"));
        List<String> select = select(query.get("$select"));
        List<Map<String, Object>> value = new ArrayList<>();
        int end = Math.min(groups.size(), from + top);
        for (Group group : groups.subList(Math.min(from, end), end)) {
            value.add(member(group, names, cast, select));
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("@odata.context", origin + "/v1.0/$metadata#" + (cast ? "groups" : "directoryObjects"));
        if (count) {
            body.put("@odata.count", groups.size());
        }
        if (end < groups.size()) {
            body.put("@odata.nextLink", next(request, query, end));
        }
        body.put("value", value);
        return Response.json(200, body);
    }

    private static Map<String, Object> member(Group group, boolean names, boolean cast, List<String> select) {
        Map<String, Object> member = new LinkedHashMap<>();
        if (!cast) {
            member.put("@odata.type", "#microsoft.graph.group");
        }
        member.put("id", group.id());
        if (select.isEmpty() || select.contains("displayName")) {
            member.put("displayName", names ? group.name() : null);
        }
        if (select.isEmpty() || select.contains("securityEnabled")) {
            member.put("securityEnabled", names ? true : null);
        }
        return member;
    }

    private String next(Request request, Params query, int from) {
        StringBuilder link = new StringBuilder(origin).append(request.path()).append('?');
        query.all().forEach((name, value) -> {
            if (!name.equals("$skiptoken")) {
                link.append(encode(name)).append('=').append(encode(value)).append('&');
            }
        });
        String token = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((SKIP + from).getBytes(StandardCharsets.US_ASCII));
        return link.append("$skiptoken=").append(token).toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%24", "$");
    }

    private static int skip(@Nullable String token) {
        if (token == null) {
            return 0;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
            int from = text.startsWith(SKIP) ? Integer.parseInt(text.substring(SKIP.length())) : -1;
            if (from >= 0) {
                return from;
            }
        } catch (IllegalArgumentException e) {
            throw GraphException.badRequest("Invalid skip token.");
        }
        throw GraphException.badRequest("Invalid skip token.");
    }

    private static int number(@Nullable String text, int otherwise) {
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw GraphException.badRequest("Invalid value for $top.");
        }
    }

    private static List<String> select(@Nullable String text) {
        return text == null
                ? List.of()
                : List.of(text.split(",")).stream().map(String::strip).toList();
    }
}
