package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.config.EntraSettings;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Where the gateway runs, and so what can be done there. */
public sealed interface Host {

    /** A Kubernetes cluster: the operator runs containers. */
    static Host cluster() {
        return new Cluster();
    }

    /** One machine without a cluster and without a container engine. */
    static Host oneMachine(Overrides overrides) {
        return new OneMachine(overrides);
    }

    /** See {@link #cluster()}. */
    record Cluster() implements Host {}

    /** See {@link #oneMachine}. */
    record OneMachine(Overrides overrides) implements Host {}

    /**
     * What a machine has otherwise than the resources say. Workloads are named as {@code NAME}, or as {@code
     * NAMESPACE/NAME} where a name alone is not enough.
     *
     * @param publicUrl instead of every gateway's {@code spec.publicUrl}; null: as the resources say
     * @param urls workload → the MCP endpoint, of Streamable HTTP, that stands in for its image or URL
     * @param commands workloads whose server the host runs itself, listening on 127.0.0.1 at the port and path of {@code
     *     spec.http}
     * @param entra the registration of gateways that have no {@code spec.entra}, usually an emulator's; null: those
     *     gateways are closed
     */
    record Overrides(
            @Nullable String publicUrl,
            Map<String, String> urls,
            NavigableSet<String> commands,
            @Nullable EntraSettings entra) {

        public static final Overrides NONE = new Overrides(null, Map.of(), Collections.emptyNavigableSet(), null);

        public Overrides {
            urls = Collections.unmodifiableMap(new TreeMap<>(urls));
            commands = Collections.unmodifiableNavigableSet(new TreeSet<>(commands));
        }
    }
}
