package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Lookup;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@link GroupLookup} over Microsoft Graph: {@code checkMemberGroups} for some groups, {@code transitiveMemberOf} for all. An
 * answer is kept for {@link Limits#keepFor}, and each question is asked once at a time.
 */
final class GraphGroupLookup implements GroupLookup {

    /** Graph takes this many ids in one call (Microsoft, "directoryObject: checkMemberGroups"). */
    private static final int CHUNK = 20;

    private final Lookup lookup;
    private final GraphCalls graph;
    private final Limits limits;
    private final EntraMetrics metrics;
    private final Remembered<Question, Set<String>> kept;

    /**
     * Bounds.
     *
     * @param keepFor how long a membership is believed
     * @param mostKept group ids in memory, over all answers
     * @param mostChecked asked ids from which on all groups are read instead of checking the asked ones
     * @param pageSize of the list of all groups, at most 999
     * @param mostGroups groups of one user; with more, nothing is said about that user
     */
    record Limits(Duration keepFor, int mostKept, int mostChecked, int pageSize, int mostGroups) {

        static final Limits DEFAULT = new Limits(Duration.ofMinutes(5), 500_000, 10 * CHUNK, 999, 20_000);
    }

    GraphGroupLookup(Lookup lookup, GraphCalls graph, Limits limits, Time time, EntraMetrics metrics) {
        this.lookup = lookup;
        this.graph = graph;
        this.limits = limits;
        this.metrics = metrics;
        this.kept =
                new Remembered<>(limits.mostKept(), groups -> 1 + groups.size(), time, (Function<Set<String>, Duration>)
                        groups -> limits.keepFor());
    }

    /** @param asked sorted; null: all groups */
    private record Question(String objectId, @Nullable List<String> asked) {}

    @Override
    public Set<String> memberOf(String objectId, Set<String> asked, @Nullable UserCredential assertion)
            throws EntraRefusedException, EntraUnavailableException {
        // What is not an object id is nobody's group, and Graph would refuse the whole question for it.
        List<String> ids =
                asked.stream().filter(id -> id.equals(Texts.guid(id))).sorted().toList();
        if (ids.isEmpty()) {
            return Set.of();
        }
        if (ids.size() > limits.mostChecked()) {
            Set<String> among = Set.copyOf(ids);
            return allOf(objectId, assertion).stream().filter(among::contains).collect(Collectors.toUnmodifiableSet());
        }
        UserCredential user = actingFor(objectId, assertion);
        return answer(new Question(user(objectId), ids), () -> check(objectId, ids, user));
    }

    @Override
    public Set<String> allOf(String objectId, @Nullable UserCredential assertion)
            throws EntraRefusedException, EntraUnavailableException {
        UserCredential user = actingFor(objectId, assertion);
        return answer(new Question(user(objectId), null), () -> list(objectId, user));
    }

    private Set<String> answer(Question question, Remembered.Question<Set<String>> ask)
            throws EntraRefusedException, EntraUnavailableException {
        boolean[] asked = new boolean[1];
        try {
            Set<String> groups = kept.get(question, () -> {
                asked[0] = true;
                return ask.ask();
            });
            if (asked[0]) {
                metrics.groupsLookedUp();
            } else {
                metrics.groupsRemembered();
            }
            return groups;
        } catch (EntraRefusedException refused) {
            metrics.groupLookupFailed(refused.diagnosis().code());
            throw refused;
        } catch (EntraUnavailableException unavailable) {
            metrics.groupLookupFailed(unavailable.reason());
            throw unavailable;
        }
    }

    private Set<String> check(String objectId, List<String> ids, @Nullable UserCredential user)
            throws EntraRefusedException, EntraUnavailableException {
        URI uri = graph.at(resource(objectId, user) + "/checkMemberGroups");
        Set<String> found = new TreeSet<>();
        for (int from = 0; from < ids.size(); from += CHUNK) {
            List<String> chunk = ids.subList(from, Math.min(from + CHUNK, ids.size()));
            ArrayNode groupIds = JsonNodeFactory.instance.arrayNode();
            chunk.forEach(groupIds::add);
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.set("groupIds", groupIds);
            for (JsonNode entry : values(graph.ask(uri, user, body.toString()))) {
                String id = id(entry);
                if (!chunk.contains(id)) {
                    throw unusable("Graph named a group that it was not asked for");
                }
                found.add(id);
            }
        }
        return Set.copyOf(found);
    }

    private Set<String> list(String objectId, @Nullable UserCredential user)
            throws EntraRefusedException, EntraUnavailableException {
        URI uri = graph.at(resource(objectId, user)
                + "/transitiveMemberOf/microsoft.graph.group?$count=true&$select=id&$top=" + limits.pageSize());
        int pages = limits.mostGroups() / limits.pageSize() + 1;
        Set<String> found = new TreeSet<>();
        for (int page = 0; page < pages; page++) {
            ObjectNode answer = graph.ask(uri, user, null);
            for (JsonNode entry : values(answer)) {
                found.add(id(entry.path("id")));
            }
            JsonNode next = answer.path("@odata.nextLink");
            if (next.isMissingNode() || next.isNull()) {
                return Set.copyOf(found);
            }
            uri = graph.following(next.asText());
        }
        throw Endpoint.unavailable(
                "TooManyGroups", limits.keepFor(), "a user is in more than " + limits.mostGroups() + " groups", null);
    }

    private static String resource(String objectId, @Nullable UserCredential user) throws EntraUnavailableException {
        return user == null ? "users/" + user(objectId) : "me";
    }

    private static JsonNode values(ObjectNode answer) throws EntraUnavailableException {
        JsonNode values = answer.path("value");
        if (!values.isArray()) {
            throw unusable("Graph answered without a list");
        }
        return values;
    }

    private static String id(JsonNode entry) throws EntraUnavailableException {
        String id = Texts.guid(entry.textValue());
        if (id == null) {
            throw unusable("Graph named a group by something that is not an object id");
        }
        return id;
    }

    private static String user(String objectId) throws EntraUnavailableException {
        String id = Texts.guid(objectId);
        if (id == null) {
            throw unusable("users are named by object ids");
        }
        return id;
    }

    private static EntraUnavailableException unusable(String message) {
        return Endpoint.unavailable("UnusableAnswer", Duration.ZERO, message, null);
    }

    /** The user whose permission the look-up uses; null: the gateway's own. */
    private @Nullable UserCredential actingFor(String objectId, @Nullable UserCredential credential)
            throws EntraRefusedException {
        if (lookup == Lookup.APP) {
            return null;
        }
        if (credential == null) {
            throw new EntraRefusedException(
                    Meaning.MISCONFIGURED,
                    new EntraDiagnosis(
                            "NobodyToActFor",
                            "There is nobody on whose behalf groups could be looked up.",
                            "spec.entra.groups.lookup",
                            "Use lookup App for applications and wherever no user token is at hand.",
                            null),
                    null);
        }
        if (credential instanceof UserCredential.Assertion assertion && !objectId.equals(owner(assertion))) {
            // The answer would be kept as another user's.
            throw new EntraRefusedException(
                    Meaning.USER_REFUSED,
                    new EntraDiagnosis(
                            "TokenOfAnotherUser", "This token belongs to another user.", null, "Sign in again.", null),
                    null);
        }
        return credential;
    }

    private static @Nullable String owner(UserCredential.Assertion assertion) {
        ObjectNode claims = UnverifiedClaims.of(assertion.accessToken());
        return claims == null ? null : Texts.guid(claims.path("oid").textValue());
    }
}
