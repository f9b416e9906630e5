package dev.ostiary.gateway.kubernetes;

/**
 * Which replica this is.
 *
 * @param namespace of the gateway and of the pod
 * @param gateway name of the {@code McpGateway}
 * @param pod name of the pod
 * @param podUid its UID: a pod of the same name that comes later is another replica
 */
public record ReplicaIdentity(String namespace, String gateway, String pod, String podUid) {

    /** Name of the Secret that holds what to enforce. */
    public String runtimeSecret() {
        return gateway + "-runtime";
    }
}
