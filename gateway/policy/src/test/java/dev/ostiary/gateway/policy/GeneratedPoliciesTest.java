package dev.ostiary.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.model.policy.PolicySet;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import dev.ostiary.gateway.policy.CedarEngine.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What must hold for all policies and calls, tried on many; a failure names its seed. */
class GeneratedPoliciesTest {

    private static final int ROUTES = Integer.getInteger("ostiary.policy.routes", 300);
    private static final int QUESTIONS = 4;
    private static final int CALLS = 4;

    @Test
    void aListNeverHidesWhatSomeArgumentsMakeCallable() {
        int onlyWithArguments = 0;
        int hidden = 0;
        for (long seed = 0; seed < ROUTES; seed++) {
            Generated world = new Generated(seed);
            Given given = world.route();
            RoutePolicySet route = given.load();
            for (int q = 0; q < QUESTIONS; q++) {
                Question question = world.question();
                boolean listed = route.decideListing(question).allowed();
                hidden += listed ? 0 : 1;
                boolean bare = route.decide(question).allowed();
                boolean callable = bare;
                for (int c = 0; c < CALLS; c++) {
                    Question call = new Question(
                            question.principal(), question.operation(), question.target(), world.arguments());
                    boolean allowed = route.decide(call).allowed();
                    callable |= allowed;
                    assertThat(listed || !allowed)
                            .as(
                                    "seed %d: %s with %s is callable by\n%s",
                                    seed, call, call.arguments(), given.compiled())
                            .isTrue();
                }
                assertThat(listed || !bare).as("seed %d: %s", seed, question).isTrue();
                onlyWithArguments += callable && !bare ? 1 : 0;
            }
        }
        // Else the property would be empty.
        assertThat(onlyWithArguments).isGreaterThan(ROUTES / 30);
        assertThat(hidden).isGreaterThan(ROUTES);
    }

    @Test
    void questionsWithOneKeyHaveOneAnswer() {
        int shared = 0;
        for (long seed = 0; seed < ROUTES; seed++) {
            Generated world = new Generated(seed);
            RoutePolicySet route = world.route().load();
            PrincipalFacts principal = world.principal();
            Map<DecisionKey, Decision> answers = new HashMap<>();
            for (int q = 0; q < 12; q++) {
                Question any = world.question();
                boolean listing = q % 3 == 0;
                Question question = new Question(
                        q % 4 == 0 ? any.principal() : principal,
                        any.operation(),
                        any.target(),
                        listing ? null : world.arguments());
                Decision answer = listing ? route.decideListing(question) : route.decide(question);
                Decision before = answers.putIfAbsent(route.key(question, listing), answer);
                shared += before == null ? 0 : 1;
                if (before != null) {
                    assertThat(answer).as("seed %d: %s", seed, question).isEqualTo(before);
                }
            }
        }
        assertThat(shared).isGreaterThan(ROUTES / 3);
    }

    @Test
    void whatIsNotHandedToTheEngineDoesNotMatter() throws Exception {
        for (long seed = 0; seed < ROUTES; seed++) {
            Generated world = new Generated(seed);
            RoutePolicies policies = world.route().compiled();
            StaticEntities statics = StaticEntities.read(policies.entities());
            List<Entry> entries = new ArrayList<>();
            for (PolicyEntry e : policies.call()) {
                entries.add(new Entry(e.id(), e.cedar(), CedarSource.compiled(e.cedar())));
            }
            CedarEngine engine = new CedarEngine(entries, statics, policies.numbers(), "github");
            EntityModel everything = new EntityModel(all(engine.vision()), policies.numbers(), "github", statics);
            Set<Policy> whole = new LinkedHashSet<>();
            entries.forEach(e -> whole.add(new Policy(e.text(), e.id())));

            for (int q = 0; q < QUESTIONS; q++) {
                Question question = world.question();
                var arguments = world.arguments();
                CedarEngine.Outcome outcome = engine.evaluate(
                        question.principal().caller(), question.operation(), question.target(), arguments);
                EntityModel.Request full = everything.request(
                        question.principal().caller(), question.operation(), question.target(), arguments);
                var reference = new BasicAuthorizationEngine()
                        .isAuthorized(
                                new AuthorizationRequest(
                                        full.principal(), full.action(), full.resource(), full.context()),
                                new PolicySet(whole),
                                full.entities())
                        .success
                        .orElseThrow();

                assertThat(outcome.allowed()).as("seed %d: %s", seed, question).isEqualTo(reference.isAllowed());
                assertThat(new HashSet<>(outcome.reasons()))
                        .as("seed %d: %s", seed, question)
                        .isEqualTo(reference.getReason());
                assertThat(outcome.errors().stream()
                                .map(Decision.PolicyError::policy)
                                .collect(Collectors.toSet()))
                        .as("seed %d: %s", seed, question)
                        .isEqualTo(reference.getErrors().stream()
                                .map(e -> e.getPolicyId())
                                .collect(Collectors.toSet()));
            }
        }
    }

    /** As if the policies could see everything that requests of this world have. */
    private static Vision all(Vision vision) {
        Set<String> attributes = new TreeSet<>(vision.attributes());
        attributes.addAll(Applicability.RESOURCE_ATTRIBUTES);
        attributes.addAll(List.of(
                "claim_dept",
                "claim_level",
                "claim_act",
                "claim_scp",
                "claimset_scp",
                "claim_other",
                "claimset_other",
                "claim_groups",
                "claim_roles",
                "claimset_groups",
                "claimset_roles",
                "arg_x",
                "arg_y",
                "arg_n",
                "arg_o_present",
                "input",
                "owner",
                "peer",
                "team"));
        return new Vision(attributes, true, true, true, Set.of(), Set.of(), Set.of(), true, true, Set.of());
    }
}
