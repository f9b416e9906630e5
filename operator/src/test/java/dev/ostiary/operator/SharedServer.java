package dev.ostiary.operator;

import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** One API server for all tests of this module, since starting one takes long; it ends with the process. */
final class SharedServer {

    /** The kind alone: what the operator makes of it is compared with golden files elsewhere. */
    private static final String HTTP_ROUTE = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: httproutes.gateway.networking.k8s.io
              annotations: { api-approved.kubernetes.io: https://github.com/kubernetes-sigs/gateway-api/pull/2997 }
            spec:
              group: gateway.networking.k8s.io
              names: { kind: HTTPRoute, listKind: HTTPRouteList, plural: httproutes, singular: httproute }
              scope: Namespaced
              versions:
                - name: v1
                  served: true
                  storage: true
                  schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
                  subresources: { status: {} }
            """;

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static ApiServer server;

    private SharedServer() {}

    static ApiServer get() {
        LOCK.lock();
        try {
            if (server == null) {
                ApiServer started = own();
                Runtime.getRuntime().addShutdownHook(new Thread(started::close));
                server = started;
            }
            return server;
        } finally {
            LOCK.unlock();
        }
    }

    /** Another one, for a test that has to be alone; to be closed. */
    static ApiServer own() {
        ApiServer started = ApiServer.start();
        httpRoutes(started.admin());
        return started;
    }

    private static void httpRoutes(KubernetesClient admin) {
        CustomResourceDefinition crd =
                admin.getKubernetesSerialization().unmarshal(HTTP_ROUTE, CustomResourceDefinition.class);
        admin.resource(crd).create();
        admin.resource(crd)
                .waitUntilCondition(
                        made -> made != null
                                && made.getStatus() != null
                                && made.getStatus().getConditions() != null
                                && made.getStatus().getConditions().stream()
                                        .anyMatch(
                                                condition -> condition.getType().equals("Established")
                                                        && condition.getStatus().equals("True")),
                        1,
                        TimeUnit.MINUTES);
    }
}
