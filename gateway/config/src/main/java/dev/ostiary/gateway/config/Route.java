package dev.ostiary.gateway.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One public path of the gateway, {@code /<name>}, and the workload behind it.
 *
 * @param name a DNS label of at most 40 characters
 * @param workload namespace and name of the {@code McpWorkload}
 * @param workloadUid its UID: sessions and tokens carry it, so a re-created workload inherits nothing
 * @param displayName for people
 * @param closure why this route is closed, or null when it is open
 * @param upstream where calls go; null only when {@code closure} is set
 * @param upstreamAuth what the workload gets instead of the caller's token
 * @param policies what decides
 * @param tools pinned facts about tools, sorted by tool name
 * @param sessions how sessions are kept
 */
public record Route(
        String name,
        ResourceName workload,
        String workloadUid,
        String displayName,
        @Nullable Closure closure,
        @Nullable Upstream upstream,
        UpstreamAuth upstreamAuth,
        RoutePolicies policies,
        List<ToolPin> tools,
        SessionSettings sessions) {

    public Route {
        tools = List.copyOf(tools);
        if (upstream == null && closure == null) {
            throw new IllegalArgumentException("route " + name + " has neither an upstream nor a closure");
        }
    }
}
