package dev.ostiary.operator.registry;

import java.util.List;

/**
 * What an image begins with, by the {@code config} of the OCI image specification.
 *
 * @param entrypoint {@code Entrypoint}; empty when it has none
 * @param cmd {@code Cmd}: arguments of the entry point, or the command where there is none; a pod's {@code args} replace it
 */
public record ImageConfig(List<String> entrypoint, List<String> cmd) {
    public ImageConfig {
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
    }
}
