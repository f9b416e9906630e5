package dev.ostiary.gateway.policy;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.CedarJson;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.AuthorizationResponse;
import com.cedarpolicy.model.AuthorizationSuccessResponse;
import com.cedarpolicy.model.entity.Entity;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.model.exception.CacheException;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.model.policy.PolicySet;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.policy.Decision.PolicyError;
import dev.ostiary.gateway.policy.EntityModel.Caller;
import dev.ostiary.gateway.policy.EntityModel.Request;
import dev.ostiary.gateway.policy.Expr.EntityRef;
import dev.ostiary.gateway.policy.Expr.Scope;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks Cedar about one set of policies, knowing nothing of evaluation modes. The native side keeps the parsed policies;
 * a request hands over only those entities and attributes that the set can see, and only the policies whose scope can
 * match its action and resource are asked. Thread-safe; {@link #evaluate} blocks in JNI.
 *
 * <p>The native store of parsed sets is bounded for the whole process, and full it takes no more until sets that nobody
 * uses any longer are collected as garbage. A set that is not in it is sent along with each request by cedar-java itself,
 * which is slower and decides the same.
 */
final class CedarEngine {

    /** Parsed sets in the native store, for all routes, their slices, and the configuration being replaced. */
    private static final int NATIVE_SETS = 65_536;

    /** Distinct slices of one set; beyond it the whole set is asked. */
    static final int MAX_SLICES = 128;

    static {
        PolicySet.setCacheMaxPolicySets(NATIVE_SETS);
    }

    private static final Map<String, PolicyError.Kind> SIGNS = Map.of(
            "does not have the attribute", PolicyError.Kind.MISSING_ATTRIBUTE,
            "type error", PolicyError.Kind.TYPE_MISMATCH,
            "does not exist", PolicyError.Kind.MISSING_ENTITY,
            "extension function", PolicyError.Kind.EXTENSION,
            "overflow", PolicyError.Kind.OVERFLOW,
            "recursion", PolicyError.Kind.RECURSION);

    /** A policy under the id that decisions name. */
    record Entry(String id, String text, Statement statement) {}

    /**
     * Cedar's answer.
     *
     * @param allowed Cedar's own decision
     * @param reasons ids of the policies behind it, sorted
     * @param errors policies that could not be evaluated, sorted
     * @param dropped what the request could not express
     */
    record Outcome(boolean allowed, List<String> reasons, List<PolicyError> errors, List<String> dropped) {}

    /** Says that the engine refused a request as a whole. */
    static final class Refused extends Exception {
        Refused(String message) {
            super(message, null, false, false);
        }
    }

    /** Targets that no scope names share the slice of their operation; null stands for them all. */
    private record SliceKey(Operation operation, @Nullable EntityRef target) {}

    private final List<Entry> entries;
    private final Vision vision;
    private final StaticEntities statics;
    private final Numbers numbers;
    private final String workload;
    private final boolean actionHierarchy;
    private final Set<EntityRef> pinned;
    private final Map<SliceKey, Slice> byKey = new ConcurrentHashMap<>();
    private final Map<List<Entry>, Slice> slices = new ConcurrentHashMap<>();
    private final Slice whole;

    /** Some of the policies, with a model that hands over no more than these can see. */
    private record Slice(
            List<Entry> entries,
            EntityModel model,
            @Nullable PolicySet set) {}

    CedarEngine(List<Entry> entries, StaticEntities statics, Numbers numbers, String workload) {
        this.entries = List.copyOf(entries);
        this.vision = Vision.of(entries.stream().map(Entry::statement).toList(), statics);
        this.statics = statics;
        this.numbers = numbers;
        this.workload = workload;
        this.actionHierarchy =
                statics.mentioned().stream().anyMatch(e -> e.type().equals("Action"));
        this.pinned = entries.stream()
                .map(e -> e.statement().resource())
                .filter(r -> r.op().equals("=="))
                .map(r -> r.entities().getFirst())
                .collect(Collectors.toSet());
        this.whole = slice(this.entries);
    }

    Vision vision() {
        return vision;
    }

    /** The policies whose scope can match this action and target. */
    List<Entry> relevant(Operation operation, Target target) {
        return sliceFor(operation, target).entries();
    }

    /** Asks. Throws when the request cannot be put to Cedar at all, such as for a name that is not Unicode. */
    Outcome evaluate(Caller caller, Operation operation, Target target, @Nullable ObjectNode arguments) throws Refused {
        if (!CedarValues.isUnicode(caller.id()) || !CedarValues.isUnicode(target.id())) {
            throw new Refused("a name is not valid Unicode");
        }
        Slice slice = sliceFor(operation, target);
        Request request = slice.model().request(caller, operation, target, arguments);
        if (slice.set() == null) {
            return new Outcome(false, List.of(), List.of(), request.dropped());
        }
        AuthorizationSuccessResponse answer = ask(
                new AuthorizationRequest(request.principal(), request.action(), request.resource(), request.context()),
                slice.set(),
                request.entities());
        List<PolicyError> errors = answer.getErrors().stream()
                .map(e -> new PolicyError(e.getPolicyId(), kind(e.getError().message)))
                .sorted(Comparator.comparing(PolicyError::policy))
                .toList();
        return new Outcome(
                answer.isAllowed(), answer.getReason().stream().sorted().toList(), errors, request.dropped());
    }

    private Slice sliceFor(Operation operation, Target target) {
        EntityRef resource = new EntityRef(EntityModel.typeOf(target), target.id());
        SliceKey key = new SliceKey(operation, pinned.contains(resource) ? resource : null);
        Slice known = byKey.get(key);
        if (known != null) {
            return known;
        }
        List<Entry> relevant = entries.stream()
                .filter(e -> canMatch(e.statement().action(), new EntityRef("Action", operation.id()), actionHierarchy)
                        && canMatch(e.statement().resource(), resource, true))
                .toList();
        Slice slice;
        if (relevant.size() == entries.size()) {
            slice = whole;
        } else {
            Slice same = slices.get(relevant);
            if (same == null && slices.size() >= MAX_SLICES && !relevant.isEmpty()) {
                return whole;
            }
            slice = same != null ? same : slice(relevant);
            slices.put(relevant, slice);
        }
        byKey.put(key, slice);
        return slice;
    }

    private static boolean canMatch(Scope scope, EntityRef entity, boolean hasParents) {
        return switch (scope.op()) {
            case "==" -> scope.entities().contains(entity);
            case "in" -> hasParents || scope.entities().contains(entity);
            case "is" -> entity.type().equals(scope.type());
            default -> true;
        };
    }

    private Slice slice(List<Entry> entries) {
        Vision seen = Vision.of(entries.stream().map(Entry::statement).toList(), statics);
        EntityModel model = new EntityModel(seen, numbers, workload, statics);
        if (entries.isEmpty()) {
            return new Slice(entries, model, null);
        }
        Set<Policy> policies = new LinkedHashSet<>();
        entries.forEach(e -> policies.add(new Policy(e.text(), e.id())));
        PolicySet set = new PolicySet(policies);
        try {
            set.cache();
        } catch (CacheException e) {
            // The native store is full; the set goes along with each request instead, slower and to the same end.
        }
        return new Slice(List.copyOf(entries), model, set);
    }

    private static AuthorizationSuccessResponse ask(AuthorizationRequest request, PolicySet set, Set<Entity> entities)
            throws Refused {
        AuthorizationResponse response;
        try {
            response = new BasicAuthorizationEngine().isAuthorized(request, set, entities);
        } catch (AuthException e) {
            throw new Refused("Cedar could not be asked");
        }
        return response.success.orElseThrow(() -> new Refused(String.join(
                "; ",
                CedarJson.objectMapper().valueToTree(response).path("errors").findValuesAsText("message"))));
    }

    /** Reads entities as a request would; their reader is the same. */
    static void checkEntities(String json) throws UnusablePoliciesException {
        if (json.equals("[]")) {
            return;
        }
        try {
            ask(
                    new AuthorizationRequest(
                            EntityModel.NOBODY, EntityModel.NOBODY, EntityModel.NOBODY, new HashMap<>()),
                    new PolicySet(),
                    Set.of(new EntityModel.EntitiesJson(json.substring(1, json.length() - 1))));
        } catch (Refused e) {
            throw new UnusablePoliciesException("static entities: " + e.getMessage());
        }
    }

    /** From the text of Cedar's error, which names values and therefore goes no further than here. */
    private static PolicyError.Kind kind(String error) {
        return SIGNS.entrySet().stream()
                .filter(sign -> error.contains(sign.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(PolicyError.Kind.OTHER);
    }
}
