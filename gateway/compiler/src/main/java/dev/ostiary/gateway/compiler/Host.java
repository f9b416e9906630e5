package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Where the gateway runs, and so what can be done there. */
public sealed interface Host {

    /** What the data plane of this release does in a cluster, of what some hosts cannot do. */
    Set<Ability> IN_A_CLUSTER = Set.of(Ability.values());

    /** Likewise, on one machine. */
    Set<Ability> ON_ONE_MACHINE = Set.of(Ability.values());

    /** A Kubernetes cluster: the operator runs containers. */
    static Host cluster() {
        return new Cluster(IN_A_CLUSTER);
    }

    /** One machine without a cluster and without a container engine. */
    static Host oneMachine(Overrides overrides) {
        return new OneMachine(overrides, ON_ONE_MACHINE);
    }

    /** What can be done here; what cannot closes what asks for it with {@code NotSupported}. */
    Set<Ability> abilities();

    /** Whether something can be done here. */
    default boolean can(Ability ability) {
        return abilities().contains(ability);
    }

    /** What a host can do or not. */
    enum Ability {
        /** {@code authorization.facade: Enabled}. */
        FACADE,
        /** {@code upstreamAuth.type: IdentityAssertion}. */
        IDENTITY_ASSERTION,
        /** {@code upstreamAuth.type: OnBehalfOf}. */
        ON_BEHALF_OF
    }

    /** See {@link #cluster()}. */
    record Cluster(Set<Ability> abilities) implements Host {
        public Cluster {
            abilities = Set.copyOf(abilities);
        }
    }

    /** See {@link #oneMachine}. */
    record OneMachine(Overrides overrides, Set<Ability> abilities) implements Host {
        public OneMachine {
            abilities = Set.copyOf(abilities);
        }
    }

    /**
     * What a machine has otherwise than the resources say. Workloads are named as {@code NAME}, or as {@code
     * NAMESPACE/NAME} where a name alone is not enough.
     *
     * @param publicUrl instead of every gateway's {@code spec.publicUrl}; null: as the resources say
     * @param urls workload → the MCP endpoint, of Streamable HTTP, that stands in for its image or URL
     * @param commands workloads whose server the host runs itself, listening on 127.0.0.1 at the port and path of {@code
     *     spec.http}, or, with {@code transport: Stdio}, behind a bridge
     * @param entra the registration of gateways that have no {@code spec.entra}, usually an emulator's; null: those
     *     gateways are closed
     * @param credential instead of every gateway's {@code spec.entra.credential}; null: as the resources say
     * @param keepsState whether there is a folder that outlives the process
     * @param bridges where the bridges of {@code Stdio} workloads answer, by {@code NAMESPACE/NAME}; one that is not there has
     *     not started, and its route is closed until it has. Null: nothing is to be started, as when files are only checked
     */
    record Overrides(
            @Nullable String publicUrl,
            Map<String, String> urls,
            NavigableSet<String> commands,
            @Nullable EntraSettings entra,
            @Nullable EntraCredential credential,
            boolean keepsState,
            @Nullable Map<String, String> bridges) {

        public static final Overrides NONE = new Overrides(null, Map.of(), Collections.emptyNavigableSet(), null);

        public Overrides {
            urls = Collections.unmodifiableMap(new TreeMap<>(urls));
            commands = Collections.unmodifiableNavigableSet(new TreeSet<>(commands));
            bridges = bridges == null ? null : Collections.unmodifiableMap(new TreeMap<>(bridges));
        }

        /** Of a machine that starts no bridges. */
        public Overrides(
                @Nullable String publicUrl,
                Map<String, String> urls,
                NavigableSet<String> commands,
                @Nullable EntraSettings entra,
                @Nullable EntraCredential credential,
                boolean keepsState) {
            this(publicUrl, urls, commands, entra, credential, keepsState, null);
        }

        /** Of a machine that has no credential of its own and keeps nothing. */
        public Overrides(
                @Nullable String publicUrl,
                Map<String, String> urls,
                NavigableSet<String> commands,
                @Nullable EntraSettings entra) {
            this(publicUrl, urls, commands, entra, null, false, null);
        }
    }
}
