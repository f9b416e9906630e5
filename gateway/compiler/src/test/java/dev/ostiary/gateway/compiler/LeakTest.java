package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.policy.Operation;
import dev.ostiary.gateway.policy.PrincipalFacts;
import dev.ostiary.gateway.policy.Question;
import dev.ostiary.gateway.policy.RoutePolicySet;
import dev.ostiary.gateway.policy.Target;
import dev.ostiary.gateway.policy.UnusablePoliciesException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one resource must not do to another, decided by the real engine on the compiled policies. */
class LeakTest {

    private static final String STAFF = "02223b6b-0000-4000-8000-000000000001";
    private static final String GUESTS = "02223b6b-0000-4000-8000-000000000002";
    private static final String PERMIT_ALL = "permit(principal, action, resource);";

    @Test
    void anAliasMeansTheGroupOfItsOwnPolicyOnly() throws Exception {
        Route route = route(
                Given.compiled(
                        Given.GATEWAY,
                        Given.workload("notes"),
                        Given.policy(
                                "mcp",
                                "one",
                                "McpGateway engineering",
                                "groups: { team: " + STAFF + " }",
                                "permit(principal in Group::\"team\", action, resource == Tool::\"delete\");"),
                        Given.policy(
                                "mcp",
                                "two",
                                "McpGateway engineering",
                                "groups: { team: " + GUESTS + " }",
                                "permit(principal in Group::\"team\", action, resource == Tool::\"read\");")),
                "notes");

        assertThat(allows(route, STAFF, "delete")).isTrue();
        assertThat(allows(route, GUESTS, "read")).isTrue();
        assertThat(allows(route, GUESTS, "delete")).isFalse();
        assertThat(allows(route, STAFF, "read")).isFalse();
    }

    @Test
    void anAliasOfOnePolicyIsUnknownToAnother() {
        Compilation compilation = Given.compiled(
                Given.GATEWAY,
                Given.workload("notes"),
                Given.policy("mcp", "one", "McpGateway engineering", "groups: { team: " + STAFF + " }", PERMIT_ALL),
                Given.policy(
                        "mcp",
                        "two",
                        "McpGateway engineering",
                        "",
                        "forbid(principal in Group::\"team\", action, resource);"));

        assertThat(route(compilation, "notes").closure()).isNotNull();
        assertThat(compilation.findings(ResourceRef.policy("mcp", "two")))
                .extracting(Finding::reason)
                .contains("UnknownGroup");
    }

    @Test
    void anAliasCannotPassForAnotherGroupsObjectId() {
        Compilation compilation = Given.compiled(
                Given.GATEWAY,
                Given.workload("notes"),
                Given.policy(
                        "mcp",
                        "disguised",
                        "McpGateway engineering",
                        "groups: { " + STAFF + ": " + GUESTS + " }",
                        "permit(principal in Group::\"" + STAFF + "\", action, resource);"));

        assertThat(route(compilation, "notes").closure()).isNotNull();
    }

    @Test
    void anAliasInAnEntityIsThatOfItsOwnPolicy() throws Exception {
        Route route = route(
                Given.compiled(
                        Given.GATEWAY,
                        Given.workload("notes"),
                        Given.policy(
                                "mcp",
                                "hierarchy",
                                "McpGateway engineering",
                                "groups: { team: " + STAFF + ", company: " + GUESTS + " }\n"
                                        + "entities: [{ uid: { type: Group, id: team }, attrs: {}, parents: [{ type: Group, id: company }] }]",
                                "permit(principal in Group::\"company\", action, resource);")),
                "notes");

        assertThat(allows(route, STAFF, "read")).isTrue();
        assertThat(route.policies().groupIds())
                .as("both are asked for on overage")
                .containsExactly(STAFF, GUESTS);
    }

    @Test
    void aPolicyOnOneWorkloadGrantsNothingOnAnother() throws Exception {
        Compilation compilation = Given.compiled(
                Given.GATEWAY,
                Given.workload("a"),
                Given.workload("b"),
                Given.policy("mcp", "only-a", "McpWorkload a", "", PERMIT_ALL));

        assertThat(allows(route(compilation, "a"), STAFF, "read")).isTrue();
        assertThat(allows(route(compilation, "b"), STAFF, "read")).isFalse();
    }

    @Test
    void aPolicyOfAnotherNamespaceGrantsNothingThere() throws Exception {
        Compilation compilation = Given.compiled(
                Given.gateway("engineering", "allowedWorkloads: { namespaces: { from: All } }"),
                Given.workload("notes"),
                Given.workload("guest", "notes2", "url: https://guest.example.com/mcp"),
                Given.policy("guest", "grab-gateway", "McpGateway engineering", "", PERMIT_ALL),
                Given.policy("guest", "grab-workload", "McpWorkload notes", "", PERMIT_ALL),
                Given.policy("guest", "own", "McpWorkload notes2", "", PERMIT_ALL));

        assertThat(allows(route(compilation, "notes"), STAFF, "read")).isFalse();
        assertThat(allows(route(compilation, "notes2"), STAFF, "read")).isTrue();
    }

    @Test
    void aPolicyOfTheGatewayAlsoBindsWorkloadsOfOtherNamespaces() throws Exception {
        Compilation compilation = Given.compiled(
                Given.gateway("engineering", "allowedWorkloads: { namespaces: { from: All } }"),
                Given.workload("guest", "notes", "url: https://guest.example.com/mcp"),
                Given.policy("guest", "own", "McpWorkload notes", "", PERMIT_ALL),
                Given.policy(
                        "mcp",
                        "never-guests",
                        "McpGateway engineering",
                        "groups: { guests: " + GUESTS + " }",
                        "forbid(principal in Group::\"guests\", action, resource);"));

        assertThat(allows(route(compilation, "notes"), STAFF, "read")).isTrue();
        assertThat(allows(route(compilation, "notes"), GUESTS, "read")).isFalse();
    }

    @Test
    void aForbidThatDoesNotParseClosesInsteadOfOpening() {
        Compilation compilation = Given.compiled(
                Given.GATEWAY,
                Given.workload("a"),
                Given.workload("b"),
                Given.policy("mcp", "open", "McpGateway engineering", "", PERMIT_ALL),
                Given.policy(
                        "mcp", "broken", "McpWorkload a", "", "forbid(principal, action, resource) wenn { true };"));

        assertThat(route(compilation, "a").closure().reason()).isEqualTo("PolicyInvalid");
        assertThat(route(compilation, "a").policies().call()).isEmpty();
        assertThat(route(compilation, "b").closure()).isNull();
    }

    @Test
    void aWorkloadThatIsNotAdmittedTakesNoRouteFromOthers() {
        Compilation compilation = Given.compiled(
                Given.GATEWAY,
                Given.workload("intruder", "aaa", "route: notes\nurl: https://evil.example.com/mcp"),
                Given.workload("notes"),
                Given.policy("mcp", "open", "McpGateway engineering", "", PERMIT_ALL));

        assertThat(route(compilation, "notes").workload()).isEqualTo(new ResourceName("mcp", "notes"));
        assertThat(route(compilation, "notes").closure()).isNull();
    }

    @Test
    void aShadowPolicyNeitherGrantsNorDeniesNorLendsEntities() throws Exception {
        Route route = route(
                Given.compiled(
                        Given.GATEWAY,
                        Given.workload("notes"),
                        Given.policy(
                                "mcp",
                                "real",
                                "McpGateway engineering",
                                "evaluation: Cedar",
                                "permit(principal, action, resource == Tool::\"read\");\n"
                                        + "permit(principal, action, resource) when { resource has owner && resource.owner == \"all\" };"),
                        Given.policy(
                                "mcp",
                                "trial",
                                "McpGateway engineering",
                                "enforcement: Shadow\nevaluation: AnyErrorDenies\n"
                                        + "entities: [{ uid: { type: Tool, id: write }, attrs: { owner: all }, parents: [] }]",
                                "permit(principal, action, resource);\nforbid(principal, action, resource) when { principal.nothing };")),
                "notes");

        assertThat(allows(route, STAFF, "read")).isTrue();
        assertThat(allows(route, STAFF, "write")).isFalse();
    }

    @Test
    void credentialsAreThoseOfOpenRoutesOnly() {
        String secret = """
                apiVersion: v1
                kind: Secret
                metadata: { name: s, namespace: mcp }
                stringData: { a: value-a, b: value-b, unused: value-c }
                """;
        Compilation compilation = Given.compiled(
                Given.GATEWAY,
                Given.workload("mcp", "a", """
                        url: https://a.example.com/mcp
                        upstreamAuth: { type: Secret, header: X-Api-Key, secretRef: { name: s, key: a } }"""),
                Given.workload("mcp", "b", """
                        url: https://b.example.com/mcp
                        transport: Stdio
                        upstreamAuth: { type: Secret, header: X-Api-Key, secretRef: { name: s, key: b } }"""),
                secret,
                Given.policy("mcp", "open", "McpGateway engineering", "", PERMIT_ALL));

        assertThat(compilation.gateways().getFirst().credentials())
                .extracting(SecretKey::credential)
                .containsExactly("mcp/s/a");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.ostiary.gateway.compiler.GoldenTest#rules")
    void whateverIsOpenCanBeEnforced(String rule) throws UnusablePoliciesException {
        String[] documents = Given.documents(Path.of("src/test/resources/golden", rule, "in.yaml"))
                .toArray(String[]::new);
        Compilation compilation = Compiler.compile(Given.files(documents).resources(), GoldenTest.host(rule));
        for (CompiledGateway gateway : compilation.gateways()) {
            for (Route route : gateway.snapshot().routes()) {
                if (route.closure() == null) {
                    assertThat(RoutePolicySet.load(
                                    route.policies(), route.workload().name()))
                            .isNotNull();
                    assertThat(gateway.snapshot().closure()).isNull();
                }
            }
        }
    }

    private static Route route(Compilation compilation, String name) {
        return compilation.gateways().getFirst().snapshot().routes().stream()
                .filter(route -> route.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean allows(Route route, String group, String tool) throws UnusablePoliciesException {
        assertThat(route.closure()).isNull();
        PrincipalFacts principal =
                new PrincipalFacts("someone", JsonNodeFactory.instance.objectNode(), List.of(group), List.of());
        return RoutePolicySet.load(route.policies(), route.workload().name())
                .decide(new Question(principal, Operation.CALL_TOOL, new Target.Tool(tool), null))
                .allowed();
    }
}
