package dev.ostiary.gateway.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.crds.McpGrant;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls to the API server that the grant store is made of. Each is tried once and ends in the client's request time;
 * what the API server refuses for good reason is an answer, everything else {@link StoreUnavailableException}.
 */
final class GrantCalls implements AutoCloseable {

    private static final int PAGE = 250;
    private static final int MAX_PAGES = 400;
    private static final JsonMapper JSON = new JsonMapper();
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;
    private final String namespace;
    private volatile boolean closed;

    /** @param client made by {@link ClusterClient}; closed with this */
    GrantCalls(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /** Null when there is none. */
    @Nullable
    McpGrant get(String name) throws StoreUnavailableException {
        return call(() -> grants().withName(name).get());
    }

    /** The object as it is kept; null when the name is taken. */
    @Nullable
    McpGrant create(McpGrant object) throws StoreUnavailableException {
        return call(() -> grants().resource(object).create(), HttpURLConnection.HTTP_CONFLICT);
    }

    /** Another value for what is still this version; null when it is not, or is gone. */
    @Nullable
    McpGrant replace(String name, String resourceVersion, String value, long expiresAt)
            throws StoreUnavailableException {
        String patch = json(Map.of(
                "metadata",
                Map.of("resourceVersion", resourceVersion),
                "spec",
                Map.of("value", value, "expiresAt", expiresAt)));
        return call(
                () -> grants().withName(name).patch(MERGE, patch),
                HttpURLConnection.HTTP_CONFLICT,
                HttpURLConnection.HTTP_NOT_FOUND);
    }

    /** Another value, whatever it is now; null when there is none. */
    @Nullable
    McpGrant overwrite(String name, String value) throws StoreUnavailableException {
        String patch = json(Map.of("spec", Map.of("value", value)));
        return call(() -> grants().withName(name).patch(MERGE, patch), HttpURLConnection.HTTP_NOT_FOUND);
    }

    /** Removes exactly this version; false when it is another one by now, or gone. */
    boolean delete(McpGrant object) throws StoreUnavailableException {
        Boolean done = call(
                () -> !grants().resource(object)
                        .lockResourceVersion(object.getMetadata().getResourceVersion())
                        .delete()
                        .isEmpty(),
                HttpURLConnection.HTTP_CONFLICT,
                HttpURLConnection.HTTP_NOT_FOUND);
        return done != null && done;
    }

    /** Removes whatever has this name. */
    void delete(String name) throws StoreUnavailableException {
        call(() -> grants().withName(name).delete());
    }

    /**
     * Reads the objects with these labels, page by page, all as they were at one time.
     *
     * @param each whether to go on
     * @return the version of the list
     * @throws StoreUnavailableException also when the time they were read at is forgotten before the last page
     */
    String each(Map<String, String> labels, Predicate<McpGrant> each) throws StoreUnavailableException {
        String next = null;
        for (int page = 0; page < MAX_PAGES; page++) {
            String from = next;
            KubernetesResourceList<McpGrant> list = require(call(() -> grants().withLabels(labels)
                    .list(new ListOptionsBuilder()
                            .withLimit((long) PAGE)
                            .withContinue(from)
                            .build())));
            for (McpGrant object : list.getItems()) {
                if (object.getSpec() != null && !each.test(object)) {
                    return list.getMetadata().getResourceVersion();
                }
            }
            next = list.getMetadata().getContinue();
            if (next == null || next.isEmpty()) {
                return list.getMetadata().getResourceVersion();
            }
        }
        throw new StoreUnavailableException("there are more grants than this store supports", null);
    }

    void requireOpen() throws StoreUnavailableException {
        if (closed) {
            throw new StoreUnavailableException("the grant store is closed", null);
        }
    }

    @Override
    public void close() {
        closed = true;
        client.close();
    }

    private NonNamespaceOperation<McpGrant, KubernetesResourceList<McpGrant>, Resource<McpGrant>> grants() {
        MixedOperation<McpGrant, KubernetesResourceList<McpGrant>, Resource<McpGrant>> all =
                client.resources(McpGrant.class);
        return all.inNamespace(namespace);
    }

    /** @param refusals HTTP status codes that are an answer: null */
    private <T> @Nullable T call(Supplier<@Nullable T> call, int... refusals) throws StoreUnavailableException {
        requireOpen();
        try {
            return call.get();
        } catch (KubernetesClientException e) {
            for (int refusal : refusals) {
                if (e.getCode() == refusal) {
                    return null;
                }
            }
            requireOpen();
            throw KubernetesGrantStore.unavailable(e);
        }
    }

    private static <T> T require(@Nullable T answer) throws StoreUnavailableException {
        if (answer == null) {
            throw new StoreUnavailableException("the API server answered nothing", null);
        }
        return answer;
    }

    private static String json(Map<String, ?> tree) {
        try {
            return JSON.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings and numbers can be written", e);
        }
    }
}
