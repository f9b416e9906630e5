package dev.ostiary.cli.up;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** The registration that gateways without one of their own get on one machine. */
public final class DemoRegistration {

    private static final URI V1_ISSUER = URI.create("https://sts.windows.net");

    /** No Secret can have this name: Kubernetes allows no underscore. */
    private static final String SECRET = "_emulator/entra/client-secret";

    private DemoRegistration() {}

    /** The values that the registration names. */
    static Map<String, String> credentials() {
        return Map.of(SECRET, DemoDirectory.GATEWAY_CLIENT_SECRET);
    }

    /** With an emulator at this origin. */
    static EntraSettings at(URI origin) {
        return new EntraSettings(
                DemoDirectory.TENANT_ID,
                DemoDirectory.GATEWAY_CLIENT_ID,
                origin,
                V1_ISSUER,
                origin,
                new EntraCredential.ClientSecret(SECRET),
                new GroupSettings(GroupSettings.Overage.DENY, GroupSettings.Lookup.APP),
                List.of("preferred_username"));
    }

    /** With an emulator that need not run: for checks. */
    public static EntraSettings anywhere() {
        return at(URI.create("http://localhost:8081"));
    }
}
