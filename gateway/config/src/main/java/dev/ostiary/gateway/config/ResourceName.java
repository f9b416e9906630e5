package dev.ostiary.gateway.config;

/** Namespace and name of a Kubernetes object. */
public record ResourceName(String namespace, String name) implements Comparable<ResourceName> {

    @Override
    public int compareTo(ResourceName other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    /** {@code namespace/name}. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
