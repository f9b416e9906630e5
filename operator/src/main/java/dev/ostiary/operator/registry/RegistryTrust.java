package dev.ostiary.operator.registry;

import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Who vouches for registries: the authorities that Java trusts, and an organisation's own. */
public final class RegistryTrust {

    private RegistryTrust() {}

    /**
     * A client context; host names are checked as always.
     *
     * @param more certificates in PEM; null: none
     * @throws IOException when they cannot be read
     */
    public static SSLContext of(@Nullable Path more) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    null, more == null ? null : SSLUtils.trustManagers(null, more.toString(), false, null, null), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("OSTIARY_REGISTRY_CA: " + more + " holds no certificates in PEM", e);
        }
    }
}
