package dev.ostiary.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Everything that works without the gateway works with it. */
@Tag("clients")
class NpmClientsTest {

    private record Pairing(String program, String server, String era) {}

    @TestFactory
    Stream<DynamicNode> clientsOfBothGenerationsWorkThroughTheGateway() throws Exception {
        NpmPrograms programs = NpmPrograms.installed();
        try (NpmPrograms.Server everything = programs.server("everything");
                NpmPrograms.Server v2 = programs.server("v2");
                GatewayInFront gateway = GatewayInFront.of(Map.of("everything", everything.url(), "v2", v2.url()))) {
            List<Pairing> pairings = List.of(
                    new Pairing("v1", "everything", ""),
                    new Pairing("v1", "v2", ""),
                    new Pairing("v2", "everything", "legacy"),
                    new Pairing("v2", "everything", "auto"),
                    new Pairing("v2", "v2", "legacy"),
                    new Pairing("v2", "v2", "modern"),
                    new Pairing("v2", "v2", "auto"));
            Stream.Builder<DynamicNode> nodes = Stream.builder();
            for (Pairing pairing : pairings) {
                nodes.add(DynamicContainer.dynamicContainer(
                        pairing.toString(),
                        programs.checks(
                                pairing.program() + ".js",
                                Map.of(
                                        "MCP_URL", gateway.url(pairing.server()),
                                        "MCP_TOKEN", gateway.token(pairing.server()),
                                        "MCP_SERVER", pairing.server(),
                                        "MCP_ERA", pairing.era()))));
            }
            return nodes.build();
        }
    }

    /** A client's answer to what the server asks is another request than the one that brought the question. */
    @TestFactory
    Stream<DynamicNode> everyRequestMayGoToAnotherReplica() throws Exception {
        NpmPrograms programs = NpmPrograms.installed();
        try (Balancer balancer = new Balancer();
                NpmPrograms.Server everything = programs.server("everything");
                GatewayInFront gateway = GatewayInFront.ofTwo(Map.of("everything", everything.url()), balancer)) {
            Stream.Builder<DynamicNode> nodes = Stream.builder();
            for (String program : List.of("v1", "v2")) {
                nodes.add(DynamicContainer.dynamicContainer(
                        program,
                        programs.checks(
                                program + ".js",
                                Map.of(
                                        "MCP_URL", gateway.url("everything"),
                                        "MCP_TOKEN", gateway.token("everything"),
                                        "MCP_SERVER", "everything",
                                        "MCP_ERA", "legacy",
                                        "MCP_NEW_CONNECTIONS", "true"))));
            }
            List<Integer> served = balancer.served();
            nodes.add(DynamicTest.dynamicTest(
                    "both replicas were busy",
                    () -> assertThat(served).hasSize(2).allMatch(connections -> connections > 20)));
            return nodes.build();
        }
    }

    @TestFactory
    Stream<DynamicNode> theConformanceSuiteSeesNoDifference() throws Exception {
        NpmPrograms programs = NpmPrograms.installed();
        try (NpmPrograms.Server fixture = programs.server("conformance");
                GatewayInFront gateway = GatewayInFront.of(Map.of("conformance", fixture.url()))) {
            URI direct = fixture.url();
            return programs
                    .checks(
                            "conformance.js",
                            Map.of(
                                    "MCP_DIRECT_URL", direct.toString(),
                                    "MCP_URL", gateway.url("conformance"),
                                    "MCP_TOKEN", gateway.token("conformance"),
                                    "MCP_EXPECTED", "differences/conformance-over-http.json"))
                    .stream()
                    .map(DynamicNode.class::cast);
        }
    }
}
