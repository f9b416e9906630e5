package dev.ostiary.gateway.config;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The MCP endpoint of a workload.
 *
 * @param url absolute http or https URL with the path of the endpoint
 * @param transport what it speaks
 * @param stateful whether the server keeps sessions, so that a session must stay with one pod
 * @param pods the pods by name, where a session can be kept with one of them; null: only all of them together are known, at
 *     {@code url}
 */
public record Upstream(
        URI url,
        Transport transport,
        boolean stateful,
        @Nullable Pods pods) {

    public Upstream {
        if (pods != null && pods.replicas() > 0) {
            // A pattern that makes no URL is refused here, not when the first call comes.
            at(url, pods.host(0));
        }
    }

    /** An endpoint whose pods, if it has any, are not known. */
    public Upstream(URI url, Transport transport, boolean stateful) {
        this(url, transport, stateful, null);
    }

    /**
     * Where one pod answers. The only pod answers where all do: that address outlives the pod, and a name is looked up again
     * only after a while.
     *
     * @throws IllegalArgumentException when there is no such pod
     */
    public URI ofPod(int ordinal) {
        if (pods == null || !pods.has(ordinal)) {
            throw new IllegalArgumentException("there is no pod " + ordinal);
        }
        return pods.replicas() == 1 ? url : at(url, pods.host(ordinal));
    }

    private static URI at(URI url, String host) {
        return URI.create(
                url.getScheme() + "://" + host + (url.getPort() < 0 ? "" : ":" + url.getPort()) + url.getRawPath());
    }

    /**
     * Pods that keep their names over restarts.
     *
     * @param replicas how many there are to be: ordinals from 0
     * @param hostPattern the name of each, with {@value #ORDINAL} once in the place of its ordinal
     */
    public record Pods(int replicas, String hostPattern) {

        /** What stands for the ordinal. */
        public static final String ORDINAL = "{ordinal}";

        public Pods {
            if (replicas < 0 || !hostPattern.contains(ORDINAL)) {
                throw new IllegalArgumentException("pods need a number and a pattern with " + ORDINAL);
            }
        }

        /** Whether there is to be such a pod. */
        public boolean has(int ordinal) {
            return ordinal >= 0 && ordinal < replicas;
        }

        String host(int ordinal) {
            return hostPattern.replace(ORDINAL, Integer.toString(ordinal));
        }
    }

    /** The MCP transport that the server itself speaks. */
    public enum Transport {
        STREAMABLE_HTTP,
        SSE,
        STDIO
    }
}
