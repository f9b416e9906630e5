package dev.ostiary.gateway.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RoutePolicies.Evaluation;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import dev.ostiary.gateway.policy.CedarEngine.Entry;
import dev.ostiary.gateway.policy.CedarEngine.Outcome;
import dev.ostiary.gateway.policy.CedarEngine.Refused;
import dev.ostiary.gateway.policy.Decision.Cause;
import dev.ostiary.gateway.policy.Decision.Missing;
import dev.ostiary.gateway.policy.Decision.PolicyError;
import dev.ostiary.gateway.policy.Decision.Shadow;
import dev.ostiary.gateway.policy.EntityModel.Caller;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The policies of one route, ready to decide. Immutable and thread-safe; make one per route and configuration, and drop
 * it when the configuration is replaced (what it holds natively goes with it).
 *
 * <p><b>Deciding blocks</b>: it is a JNI call and pure CPU, tens to hundreds of microseconds; a denial that looks for the
 * missing group asks up to {@link MissingFacts#MAX_CANDIDATES} times more. Never call it on an event loop, and keep the
 * answer under {@link #key}.
 */
public final class RoutePolicySet {

    private static final ObjectNode NO_ARGUMENTS = JsonNodeFactory.instance.objectNode();

    private final Evaluation evaluation;
    private final String hash;
    private final boolean empty;
    private final Policies calls;
    private final Policies lists;
    private final Policies templates;
    private final MissingFacts missing;

    /**
     * One of the three sets of a route: for calls, for list items, for resource templates.
     *
     * @param enforced decides
     * @param forbids ids of the forbids in both engines
     * @param tolerated ids of permits whose errors say nothing, since what they would have stopped at was left out
     * @param shadow the enforced and the shadow policies together; null when there are no shadow policies
     * @param shadowIds ids of the shadow policies
     * @param broken shadow policies that do not even parse
     */
    private record Policies(
            CedarEngine enforced,
            Set<String> forbids,
            Set<String> tolerated,
            @Nullable CedarEngine shadow,
            Set<String> shadowIds,
            List<PolicyError> broken) {}

    private RoutePolicySet(
            Evaluation evaluation,
            String hash,
            boolean empty,
            Policies calls,
            Policies lists,
            Policies templates,
            MissingFacts missing) {
        this.evaluation = evaluation;
        this.hash = hash;
        this.empty = empty;
        this.calls = calls;
        this.lists = lists;
        this.templates = templates;
        this.missing = missing;
    }

    /**
     * Parses and prepares the policies of a route. Blocks; some tens of microseconds per policy.
     *
     * @param policies as compiled; their aliases are object ids already
     * @param workloadName {@code MCP::"<name>"}, the parent of every resource
     * @throws UnusablePoliciesException when an enforced policy or the static entities cannot be used: the route must
     *     stay closed. A shadow policy never causes it
     */
    public static RoutePolicySet load(RoutePolicies policies, String workloadName) throws UnusablePoliciesException {
        try {
            return DeepStack.call(() -> loadHere(policies, workloadName));
        } catch (UnusablePoliciesException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("policies could not be loaded", e);
        }
    }

    private static RoutePolicySet loadHere(RoutePolicies policies, String workloadName)
            throws UnusablePoliciesException {
        if (!CedarValues.isUnicode(workloadName)) {
            throw new UnusablePoliciesException("the workload's name is not valid Unicode");
        }
        StaticEntities statics = StaticEntities.read(policies.entities());
        Loader loader = new Loader(policies, statics, workloadName);
        List<PolicyError> broken = new ArrayList<>();
        List<Entry> callEntries = loader.parse(policies.call(), broken);
        List<Entry> listEntries = loader.parse(policies.list(), broken);
        Set<String> shadowIds = Stream.concat(policies.call().stream(), policies.list().stream())
                .filter(PolicyEntry::shadow)
                .map(PolicyEntry::id)
                .collect(Collectors.toSet());
        Set<String> reduced = callEntries.stream()
                .filter(e -> Reads.arguments(e.statement()))
                .map(Entry::id)
                .collect(Collectors.toSet());
        Set<String> furtherReduced = new HashSet<>(reduced);
        List<Entry> templateEntries = new ArrayList<>();
        for (Entry e : listEntries) {
            ListForm.without(Reads::identity, e.statement()).ifPresent(s -> {
                if (!s.equals(e.statement())) {
                    furtherReduced.add(e.id());
                }
                templateEntries.add(new Entry(e.id(), CedarText.of(s), s));
            });
        }
        return new RoutePolicySet(
                policies.evaluation(),
                hash(policies, workloadName),
                policies.call().stream().allMatch(PolicyEntry::shadow),
                loader.policies(callEntries, Set.of(), shadowIds, broken),
                loader.policies(listEntries, reduced, shadowIds, broken),
                loader.policies(templateEntries, furtherReduced, shadowIds, broken),
                new MissingFacts(policies.call(), statics));
    }

    private static String hash(RoutePolicies policies, String workloadName) {
        Digest digest = new Digest("policies")
                .with(workloadName)
                .with(policies.evaluation().name())
                .with(policies.numbers().name())
                .with(policies.entities());
        for (List<PolicyEntry> set : List.of(policies.call(), policies.list())) {
            digest.with(set.stream().map(PolicyEntry::id).toList());
            set.forEach(
                    e -> digest.with(e.cedar()).with(String.valueOf(e.shadow())).with(e.groupNames()));
        }
        return digest.hex();
    }

    private record Loader(RoutePolicies policies, StaticEntities statics, String workload) {

        List<Entry> parse(List<PolicyEntry> entries, List<PolicyError> broken) throws UnusablePoliciesException {
            List<Entry> parsed = new ArrayList<>();
            Set<String> ids = new HashSet<>();
            for (PolicyEntry e : entries) {
                if (!ids.add(e.id())) {
                    throw new UnusablePoliciesException("two policies have the id " + e.id());
                }
                try {
                    parsed.add(new Entry(e.id(), e.cedar(), CedarSource.compiled(e.cedar())));
                } catch (UnusablePoliciesException x) {
                    if (!e.shadow()) {
                        throw new UnusablePoliciesException("policy " + e.id() + ": " + x.getMessage());
                    }
                    broken.add(new PolicyError(e.id(), PolicyError.Kind.OTHER));
                }
            }
            return parsed;
        }

        Policies policies(List<Entry> entries, Set<String> tolerated, Set<String> shadowIds, List<PolicyError> broken) {
            CedarEngine enforced = engine(
                    entries.stream().filter(e -> !shadowIds.contains(e.id())).toList());
            CedarEngine shadow = shadowIds.isEmpty() ? null : engine(entries);
            Set<String> forbids = entries.stream()
                    .filter(e -> !e.statement().permit())
                    .map(Entry::id)
                    .collect(Collectors.toSet());
            return new Policies(
                    enforced,
                    forbids,
                    Set.copyOf(tolerated),
                    shadow,
                    shadowIds,
                    broken.stream().distinct().toList());
        }

        private CedarEngine engine(List<Entry> entries) {
            return new CedarEngine(entries, statics, policies.numbers(), workload);
        }
    }

    /** SHA-256 in hex over everything that decides: policies, ids, modes, static entities, workload. */
    public String hash() {
        return hash;
    }

    /** Whether no policy is enforced: everything is denied. */
    public boolean isEmpty() {
        return empty;
    }

    /** Whether a call's arguments can matter to any policy, shadow policies included. */
    public boolean readsArguments() {
        return seen(calls).arguments();
    }

    /** Whether a tool's annotations can matter to any policy; if not, a decision needs no catalogue. */
    public boolean readsAnnotations() {
        return Stream.of(calls, lists).map(RoutePolicySet::seen).anyMatch(Vision::annotations);
    }

    private static Vision seen(Policies p) {
        return p.shadow() == null ? p.enforced().vision() : p.shadow().vision();
    }

    /** Decides a call. A resource template is decided as in a list: there is no call on a template. Blocks. */
    public Decision decide(Question question) {
        if (question.target() instanceof Target.ResourceTemplate) {
            return decideListing(question);
        }
        return decide(calls, question, question.arguments() == null ? NO_ARGUMENTS : question.arguments());
    }

    /**
     * Decides whether an item is shown in a list. Never hides what {@link #decide} allows for some arguments; may show
     * what it would deny for all. The question's arguments are ignored, and a denial does not say what is missing: lists
     * are long and nobody reads it. Blocks.
     */
    public Decision decideListing(Question question) {
        return decide(question.target() instanceof Target.ResourceTemplate ? templates : lists, question, null);
    }

    /**
     * The key under which the answer to {@link #decide} or, with {@code listing}, {@link #decideListing} may be kept.
     * Does not block, except for the time to digest the arguments where policies read them.
     */
    public DecisionKey key(Question question, boolean listing) {
        boolean list = listing || question.target() instanceof Target.ResourceTemplate;
        Vision vision = seen(question.target() instanceof Target.ResourceTemplate ? templates : list ? lists : calls);
        String arguments = list || !vision.arguments()
                ? ""
                : new Digest("arguments")
                        .with(question.arguments() == null ? NO_ARGUMENTS : question.arguments())
                        .hex();
        return new DecisionKey(
                hash, question.principal().digest(), list, vision.indistinct(question.target()), arguments);
    }

    private Decision decide(Policies policies, Question question, @Nullable ObjectNode arguments) {
        Caller caller = question.principal().caller();
        Decision decision;
        try {
            Outcome outcome = policies.enforced().evaluate(caller, question.operation(), question.target(), arguments);
            decision = judge(policies, outcome);
            if (decision.cause() == Cause.NOT_PERMITTED && arguments != null) {
                decision = with(decision, missing(policies, caller, question, arguments));
            }
        } catch (Refused e) {
            decision = new Decision(false, Cause.UNREADABLE_REQUEST, List.of(), List.of(), null, List.of(), null);
        }
        Shadow shadow = policies.shadowIds().isEmpty() ? null : shadow(policies, caller, question, arguments, decision);
        return new Decision(
                decision.allowed(),
                decision.cause(),
                decision.determining(),
                decision.errors(),
                decision.missing(),
                decision.dropped(),
                shadow);
    }

    private static Decision with(Decision d, Missing missing) {
        return new Decision(d.allowed(), d.cause(), d.determining(), d.errors(), missing, d.dropped(), d.shadow());
    }

    /** Cedar's answer under this route's evaluation. */
    private Decision judge(Policies policies, Outcome outcome) {
        List<PolicyError> errors = outcome.errors();
        List<String> erringForbids = errors.stream()
                .map(PolicyError::policy)
                .filter(policies.forbids()::contains)
                .toList();
        List<String> forbidding =
                outcome.reasons().stream().filter(policies.forbids()::contains).toList();
        if (evaluation != Evaluation.CEDAR) {
            forbidding = Stream.concat(forbidding.stream(), erringForbids.stream())
                    .distinct()
                    .sorted()
                    .toList();
        }
        List<String> counted = errors.stream()
                .map(PolicyError::policy)
                .filter(id -> !policies.tolerated().contains(id))
                .toList();
        Cause cause;
        List<String> determining;
        // An argument that policies would have read and could not: a forbid may have missed it.
        if (outcome.dropped().stream().anyMatch(RoutePolicySet::isArgument)) {
            cause = Cause.UNREADABLE_ARGUMENTS;
            determining = List.of();
        } else if (!forbidding.isEmpty()) {
            cause = Cause.FORBIDDEN;
            determining = forbidding;
        } else if (evaluation == Evaluation.ANY_ERROR_DENIES && !counted.isEmpty()) {
            cause = Cause.POLICY_ERROR;
            determining = counted;
        } else {
            cause = outcome.allowed() ? Cause.PERMITTED : Cause.NOT_PERMITTED;
            determining = outcome.reasons();
        }
        return new Decision(cause == Cause.PERMITTED, cause, determining, errors, null, outcome.dropped(), null);
    }

    private static boolean isArgument(String dropped) {
        return dropped.startsWith("arg_") || dropped.equals("input");
    }

    private Missing missing(Policies policies, Caller caller, Question question, ObjectNode arguments) throws Refused {
        CedarEngine engine = policies.enforced();
        return missing.find(
                engine.relevant(question.operation(), question.target()),
                caller,
                other -> judge(policies, engine.evaluate(other, question.operation(), question.target(), arguments)));
    }

    private Shadow shadow(
            Policies policies, Caller caller, Question question, @Nullable ObjectNode arguments, Decision enforced) {
        List<PolicyError> errors = new ArrayList<>(policies.broken());
        if (policies.shadow() == null) {
            return new Shadow(enforced.allowed(), enforced.determining(), errors);
        }
        try {
            Decision would = judge(
                    policies, policies.shadow().evaluate(caller, question.operation(), question.target(), arguments));
            would.errors().stream()
                    .filter(e -> policies.shadowIds().contains(e.policy()))
                    .forEach(errors::add);
            return new Shadow(would.allowed(), would.determining(), errors);
        } catch (Refused | RuntimeException e) {
            policies.shadowIds().forEach(id -> errors.add(new PolicyError(id, PolicyError.Kind.OTHER)));
            return new Shadow(enforced.allowed(), enforced.determining(), errors);
        }
    }
}
