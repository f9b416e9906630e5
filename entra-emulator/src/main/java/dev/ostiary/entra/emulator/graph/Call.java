package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.objects.Kind;
import dev.ostiary.entra.emulator.objects.TenantObjects;
import dev.ostiary.entra.emulator.objects.View;
import dev.ostiary.entra.emulator.objects.View.Seen;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request about directory objects, under the lock of the directory.
 *
 * @param request as it came
 * @param caller who asks
 * @param rights what the caller may
 * @param set first segment without a key: {@code applications}
 * @param key key of the object; null for the whole set
 * @param rest further segments
 * @param objects of the tenant
 * @param view what replicas show
 */
record Call(
        Request request,
        GraphCaller caller,
        Rights rights,
        String set,
        @Nullable Key key,
        List<String> rest,
        TenantObjects objects,
        View view) {

    private static final Pattern ALTERNATE =
            Pattern.compile("([A-Za-z0-9]+)\\(([A-Za-z]+)='([^']*+(?:''[^']*+)*+)'\\)");
    private static final Pattern KEYED = Pattern.compile("([A-Za-z0-9]+)\\('([^']*+(?:''[^']*+)*+)'\\)");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How a path names one object: by its id, or by another property that is unique. */
    record Key(String property, String value) {}

    static Call of(Request request, GraphCaller caller, Rights rights, List<String> path, TenantObjects objects) {
        String first = path.getFirst();
        Matcher alternate = ALTERNATE.matcher(first);
        Matcher keyed = KEYED.matcher(first);
        View view = objects.view();
        if (alternate.matches()) {
            Key key = new Key(alternate.group(2), alternate.group(3).replace("''", "'"));
            return new Call(
                    request, caller, rights, alternate.group(1), key, path.subList(1, path.size()), objects, view);
        }
        if (keyed.matches()) {
            Key key = new Key("id", keyed.group(2).replace("''", "'"));
            return new Call(request, caller, rights, keyed.group(1), key, path.subList(1, path.size()), objects, view);
        }
        Key key = path.size() > 1 ? new Key("id", path.get(1)) : null;
        return new Call(
                request,
                caller,
                rights,
                first,
                key,
                path.subList(Math.min(2, path.size()), path.size()),
                objects,
                view);
    }

    /** Name of the set that a path begins with. */
    static String setOf(String segment) {
        int bracket = segment.indexOf('(');
        return bracket < 0 ? segment : segment.substring(0, bracket);
    }

    /** Method and what follows the object: {@code POST addPassword}. */
    String verb() {
        return (request.method() + " " + String.join("/", rest)).strip();
    }

    /** The object that the path names, as this request sees it. */
    Seen target(Kind kind) {
        return find(kind).orElseThrow(() -> GraphException.notFound(key == null ? "" : key.value()));
    }

    /** Whether a PATCH by an alternate key makes the object where there is none ([D] application-upsert.md). */
    boolean createsIfMissing() {
        Key named = key;
        String prefer = request.header("Prefer");
        return named != null
                && !named.property().equals("id")
                && prefer != null
                && prefer.contains("create-if-missing");
    }

    /** The object that the path names, if this request sees it. */
    Optional<Seen> find(Kind kind) {
        Key named = key;
        if (named == null) {
            throw notHere();
        }
        return named.property().equals("id")
                ? view.byId(kind, named.value())
                : view.by(kind, named.property(), named.value());
    }

    /** The JSON object of the body. */
    ObjectNode body() {
        return object(request);
    }

    static ObjectNode object(Request request) {
        String type = request.header("Content-Type");
        if (type == null || !type.regionMatches(true, 0, "application/json", 0, 16)) {
            throw new GraphException(
                    415,
                    "Request_UnsupportedMediaType",
                    "A media type of application/json is needed for the request body.");
        }
        try {
            JsonNode json = JSON.readTree(request.body());
            if (json instanceof ObjectNode object) {
                object.remove("@odata.type");
                object.remove("@odata.context");
                return object;
            }
        } catch (JsonProcessingException e) {
            throw unreadable();
        } catch (IOException e) {
            throw unreadable();
        }
        throw unreadable();
    }

    GraphException notHere() {
        return new GraphException(400, "BadRequest", "Resource not found for the segment '" + request.path() + "'.");
    }

    private static GraphException unreadable() {
        return new GraphException(
                400,
                "BadRequest",
                "Unable to read JSON request payload. Please ensure"
                        + " Content-Type header is set and payload is of valid JSON format.");
    }
}
