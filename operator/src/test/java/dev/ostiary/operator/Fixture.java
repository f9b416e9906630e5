package dev.ostiary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ThrowingRunnable;

/** A namespace of its own on an API server, with an operator that has the chart's rights there and nowhere else. */
final class Fixture implements AutoCloseable {

    final ApiServer server;
    final KubernetesClient admin;
    final String namespace;
    final String user;
    final Cluster cluster;
    private final KubernetesClient client;
    private final String watched;
    private final Clock clock;
    private final Map<String, String> settings;
    private Operator operator;

    Fixture() {
        this(Clock.systemUTC());
    }

    /** One whose operator goes by this clock. */
    Fixture(Clock clock) {
        this(SharedServer.get(), clock, false);
    }

    /** One whose operator is told this besides. */
    Fixture(Map<String, String> settings) {
        this(SharedServer.get(), Clock.systemUTC(), false, settings);
    }

    /**
     * @param everywhere whether the operator looks after all namespaces, by the chart's ClusterRoles; the API server had better
     *     be this fixture's own then
     */
    Fixture(ApiServer server, Clock clock, boolean everywhere) {
        this(server, clock, everywhere, Map.of());
    }

    private Fixture(ApiServer server, Clock clock, boolean everywhere, Map<String, String> settings) {
        this.server = server;
        this.clock = clock;
        this.settings = new HashMap<>(settings);
        this.admin = server.admin();
        this.namespace = server.newNamespace();
        this.user = "system:serviceaccount:" + namespace + ":operator";
        this.watched = everywhere ? "" : namespace;
        if (everywhere) {
            ChartRules.grantEverywhere(admin, user);
        } else {
            ChartRules.grant(admin, user, namespace);
        }
        ChartRules.grantLease(admin, user, namespace);
        client = ChartRules.client(server, user);
        cluster = new Cluster(admin, namespace);
        this.settings.put("OSTIARY_NAMESPACE", namespace);
        startOperator();
    }

    void startOperator() {
        try {
            operator = Operator.start(client, Given.settings(watched, settings), clock, () -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stopOperator() {
        operator.close();
    }

    Operator operator() {
        return operator;
    }

    /** Another replica of the operator, with leader election; to be closed. */
    Operator replica(String pod, Runnable leadershipLost) throws IOException {
        return Operator.start(
                client,
                Given.settings(namespace, Map.of("OSTIARY_LEADER_ELECTION", "true", "OSTIARY_POD", pod)),
                Clock.systemUTC(),
                leadershipLost);
    }

    List<ChartRules.Request> requests() {
        return ChartRules.requests(server, user);
    }

    List<ChartRules.Request> writes() {
        return requests().stream().filter(ChartRules.Request::writes).toList();
    }

    McpGateway gateway(String name, String more) {
        return create(McpGateway.class, Given.gateway(namespace, name, more));
    }

    McpWorkload workload(String name, String gateway, String more) {
        return create(McpWorkload.class, Given.workload(namespace, name, gateway, more));
    }

    McpPolicy policy(String name, String target, String cedar) {
        return create(McpPolicy.class, Given.policy(namespace, name, "McpWorkload", target, cedar));
    }

    Secret secret(String name, String key, String value) {
        return admin.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .endMetadata()
                        .addToData(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)))
                        .build())
                .serverSideApply();
    }

    <T extends HasMetadata> T create(Class<T> kind, String yaml) {
        assertThat(get(kind, Given.read(admin, kind, yaml).getMetadata().getName()))
                .isNull();
        return apply(kind, yaml);
    }

    /** Applies over what is there. */
    <T extends HasMetadata> T apply(Class<T> kind, String yaml) {
        return admin.resource(Given.read(admin, kind, yaml))
                .fieldManager("user")
                .forceConflicts()
                .serverSideApply();
    }

    <T extends HasMetadata> T get(Class<T> kind, String name) {
        return admin.resources(kind).inNamespace(namespace).withName(name).get();
    }

    <T extends HasMetadata> void delete(Class<T> kind, String name) {
        admin.resources(kind).inNamespace(namespace).withName(name).delete();
    }

    /** The data of a Secret, decoded. */
    Map<String, byte[]> data(String secret) {
        Map<String, byte[]> data = new HashMap<>();
        get(Secret.class, secret)
                .getData()
                .forEach((key, value) -> data.put(key, Base64.getDecoder().decode(value)));
        return data;
    }

    Condition gatewayCondition(String gateway, String type) {
        McpGateway found = get(McpGateway.class, gateway);
        return condition(
                found.getStatus() == null ? List.of() : found.getStatus().conditions(), type);
    }

    Condition workloadCondition(String workload, String type) {
        McpWorkload found = get(McpWorkload.class, workload);
        return condition(
                found.getStatus() == null ? List.of() : found.getStatus().conditions(), type);
    }

    Condition policyCondition(String policy, String type) {
        McpPolicy found = get(McpPolicy.class, policy);
        return condition(
                found.getStatus() == null ? List.of() : found.getStatus().conditions(), type);
    }

    private static Condition condition(List<Condition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no condition " + type + " in " + conditions));
    }

    static void until(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .untilAsserted(assertion);
    }

    @Override
    public void close() {
        operator.close();
        cluster.close();
        client.close();
    }
}
