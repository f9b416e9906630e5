package dev.ostiary.cli.up;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What other commands need to know of a running {@code ostiary up}. Nothing in it is secret.
 *
 * @param pid its process
 * @param port where it listens
 * @param publicUrl its public origin
 * @param routes the names of its routes, sorted
 * @param emulator the Entra emulator that runs inside; null with a real tenant
 */
public record RunningGateway(
        long pid,
        int port,
        URI publicUrl,
        List<String> routes,
        @Nullable Emulator emulator) {

    public RunningGateway {
        routes = List.copyOf(routes);
    }

    /**
     * Where its users sign in.
     *
     * @param authority origin of the login endpoints
     * @param tenantId the tenant
     * @param users names that can sign in, without domain
     * @param domain what follows the {@code @} in their user principal names
     */
    public record Emulator(URI authority, String tenantId, List<String> users, String domain) {
        public Emulator {
            users = List.copyOf(users);
        }
    }
}
