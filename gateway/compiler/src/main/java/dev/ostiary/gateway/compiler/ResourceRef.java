package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.config.ResourceName;
import java.util.Comparator;

/**
 * A resource.
 *
 * @param kind {@code McpGateway}, {@code McpWorkload}, {@code McpPolicy}; {@code Host} for what is said to the host
 *     itself, on its command line
 * @param name namespace and name
 */
public record ResourceRef(String kind, ResourceName name) implements Comparable<ResourceRef> {

    public static final String GATEWAY = "McpGateway";
    public static final String WORKLOAD = "McpWorkload";
    public static final String POLICY = "McpPolicy";

    /** What is said on the command line rather than in a resource. */
    public static final ResourceRef HOST = new ResourceRef("Host", new ResourceName("", ""));

    private static final Comparator<ResourceRef> ORDER =
            Comparator.comparing(ResourceRef::kind).thenComparing(ResourceRef::name);

    public static ResourceRef gateway(String namespace, String name) {
        return new ResourceRef(GATEWAY, new ResourceName(namespace, name));
    }

    public static ResourceRef workload(String namespace, String name) {
        return new ResourceRef(WORKLOAD, new ResourceName(namespace, name));
    }

    public static ResourceRef policy(String namespace, String name) {
        return new ResourceRef(POLICY, new ResourceName(namespace, name));
    }

    @Override
    public int compareTo(ResourceRef other) {
        return ORDER.compare(this, other);
    }

    /** {@code Kind namespace/name}. */
    @Override
    public String toString() {
        return name.name().isEmpty() ? kind : kind + " " + name;
    }
}
