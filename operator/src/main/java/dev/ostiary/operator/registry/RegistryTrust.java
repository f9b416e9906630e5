package dev.ostiary.operator.registry;

import dev.ostiary.gateway.config.egress.TrustAnchors;
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
     * @throws IOException when they cannot be read, naming the file and what is wrong with it
     */
    public static SSLContext of(@Nullable Path more) throws IOException {
        if (more == null) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, null, null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IOException("Java's own authorities cannot be read: " + e.getMessage(), e);
            }
        }
        try {
            return TrustAnchors.context(more);
        } catch (IOException e) {
            throw new IOException("OSTIARY_REGISTRY_CA: " + e.getMessage() + ".", e);
        }
    }
}
