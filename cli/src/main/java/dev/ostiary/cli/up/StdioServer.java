package dev.ostiary.cli.up;

import dev.ostiary.gateway.config.ResourceName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A stdio server that this machine runs behind a bridge.
 *
 * @param workload the workload's name
 * @param command program and arguments, as they are
 * @param environment the variables that the resource states, with the values of Secrets and ConfigMaps
 * @param maxSessions most sessions at a time, each with a process of its own
 * @param idleTimeout a session without a message for this long ends
 * @param stateless whether the server keeps nothing in a session
 */
record StdioServer(
        ResourceName workload,
        List<String> command,
        Map<String, String> environment,
        int maxSessions,
        Duration idleTimeout,
        boolean stateless) {

    StdioServer {
        command = List.copyOf(command);
        environment = Map.copyOf(new TreeMap<>(environment));
    }

    /** Without the values of variables, which may be secret, and without arguments, which may repeat them. */
    @Override
    public String toString() {
        return "StdioServer[" + workload + "]";
    }
}
