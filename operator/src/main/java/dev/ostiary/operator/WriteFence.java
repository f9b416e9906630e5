package dev.ostiary.operator;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;

/**
 * Lets nothing but reads out to the API server while this replica does not lead. What is being reconciled when the lease is
 * lost goes no further than to its next write, whoever issues it, also when that is a repetition by the client itself. The
 * Lease is no part of what is fenced.
 */
final class WriteFence implements Interceptor {

    private static final String READ = "GET";
    private static final String LEASES = "/apis/coordination.k8s.io/";

    /** Questions about rights, which are asked by POST. */
    private static final String REVIEWS = "/apis/authorization.k8s.io/";

    private volatile boolean open;

    /** Writes pass from now on. */
    void open() {
        open = true;
    }

    /** From now on none does. */
    void close() {
        open = false;
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        String path = request.uri().getPath();
        if (!open && !READ.equals(request.method()) && !path.contains(LEASES) && !path.contains(REVIEWS)) {
            throw new KubernetesClientException("This replica of the operator does not lead, so it writes nothing.");
        }
    }
}
