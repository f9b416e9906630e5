package dev.ostiary.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.FieldsV1Builder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How the number of a gateway's pods changes hands, on a real API server. */
class HandOverTest {

    private static final String LAST = "last";
    private static final int NO_MORE = -1;

    @Test
    void anAutoscalerTakesTheNumberOverAndGivesItBackWithoutADip() {
        try (ApiServer server = ApiServer.start()) {
            KubernetesClient admin = server.admin();
            admin.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName("mcp")
                            .endMetadata()
                            .build())
                    .create();
            RollableScalableResource<Deployment> deployment =
                    admin.apps().deployments().inNamespace("mcp").withName("engineering-gateway");
            Resources stated = Cases.read("gateway-defaults");
            Resources autoscaled = Cases.read("gateway-autoscaled-with-ingress");

            reconcile(admin, stated, deployment.get());
            assertThat(replicas(deployment)).isEqualTo(2);
            deployment.scale(5);
            int replicas;
            List<Integer> seen = new CopyOnWriteArrayList<>();
            try (Watch watch = deployment.watch(recorder(seen))) {
                assertThat(watch).isNotNull();

                // Somebody scaled by hand; under a stated number that is drift, and the operator owns it again.
                reconcile(admin, stated, deployment.get());
                assertThat(replicas(deployment)).isEqualTo(2);
                assertThat(Replicas.of(gateway(stated), deployment.get())).isEqualTo(new Replicas.Stated(2));

                // Left out with nobody else to own it, it would become the API server's default of 1.
                assertThat(Replicas.of(gateway(autoscaled), deployment.get())).isEqualTo(new Replicas.HandOver(2));
                handOver(admin, autoscaled, deployment.get());
                // The operator dies here, and begins again.
                reconcile(admin, autoscaled, deployment.get());
                assertThat(replicas(deployment)).isEqualTo(2);
                assertThat(Replicas.of(gateway(autoscaled), deployment.get())).isEqualTo(new Replicas.LeftAlone());

                // The autoscaler acts, and the operator lets it.
                deployment.scale(7);
                reconcile(admin, autoscaled, deployment.get());
                assertThat(replicas(deployment)).isEqualTo(7);

                // The autoscaler is taken away.
                reconcile(admin, stated, deployment.get());
                replicas = replicas(deployment);
                deployment.edit(last -> {
                    last.getMetadata().getAnnotations().put(LAST, "true");
                    return last;
                });
                Awaitility.await().until(() -> seen.contains(NO_MORE));
            }

            // Back to 2 at the end, which was seen before.
            assertThat(seen.stream().distinct()).containsExactly(5, 2, 7, NO_MORE);
            assertThat(replicas).isEqualTo(2);
        }
    }

    @Test
    void aNewGatewayBeginsWithTheLeastOfItsAutoscaler() {
        assertThat(Replicas.of(gateway(Cases.read("gateway-autoscaled-with-ingress")), null))
                .isEqualTo(new Replicas.Stated(3));
    }

    @Test
    void aGatewayThatWasSwitchedOffIsSwitchedOnBeforeTheNumberIsHandedOver() {
        Deployment off = new DeploymentBuilder()
                .withNewMetadata()
                .withName("engineering-gateway")
                .withManagedFields(new ManagedFieldsEntryBuilder()
                        .withManager(Metadata.FIELD_MANAGER)
                        .withOperation("Apply")
                        .withFieldsV1(new FieldsV1Builder()
                                .addToAdditionalProperties("f:spec", Map.of("f:replicas", Map.of()))
                                .build())
                        .build())
                .endMetadata()
                .withNewSpec()
                .withReplicas(0)
                .endSpec()
                .build();
        assertThat(Replicas.of(gateway(Cases.read("gateway-autoscaled-with-ingress")), off))
                .isEqualTo(new Replicas.Stated(3));
    }

    /** The steps of the operator. */
    private static void reconcile(KubernetesClient admin, Resources resources, @Nullable Deployment live) {
        handOver(admin, resources, live);
        for (HasMetadata object : GatewayObjects.of(plan(resources, live))) {
            if (object instanceof Deployment) {
                apply(admin, object, Metadata.FIELD_MANAGER, true);
            }
        }
    }

    private static void handOver(KubernetesClient admin, Resources resources, @Nullable Deployment live) {
        Deployment handOver = GatewayObjects.handOver(plan(resources, live));
        if (handOver != null) {
            apply(admin, handOver, GatewayObjects.HAND_OVER_MANAGER, false);
        }
    }

    private static void apply(KubernetesClient admin, HasMetadata object, String manager, boolean force) {
        admin.resource(object)
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager(manager)
                        .withForce(force)
                        .build());
    }

    private static GatewayPlan plan(Resources resources, @Nullable Deployment live) {
        CompiledGateway compiled =
                Compiler.compile(resources, Host.cluster()).gateways().getFirst();
        return new GatewayPlan(
                gateway(resources), compiled, Cases.IMAGES, Replicas.of(gateway(resources), live), new TreeSet<>());
    }

    private static McpGateway gateway(Resources resources) {
        return resources.gateways().getFirst();
    }

    private static Integer replicas(RollableScalableResource<Deployment> deployment) {
        return deployment.get().getSpec().getReplicas();
    }

    private static Watcher<Deployment> recorder(List<Integer> seen) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, Deployment deployment) {
                seen.add(deployment.getSpec().getReplicas());
                if (deployment.getMetadata().getAnnotations().containsKey(LAST)) {
                    seen.add(NO_MORE);
                }
            }

            @Override
            public void onClose(WatcherException cause) {}
        };
    }
}
