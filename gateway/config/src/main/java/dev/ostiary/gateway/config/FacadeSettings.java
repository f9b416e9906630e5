package dev.ostiary.gateway.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gateway as the authorization server that MCP clients see.
 *
 * @param dynamicRegistration whether clients may register themselves (RFC 7591)
 * @param metadataDocuments clients whose id is the URL of a document that describes them
 * @param deny clients that are turned away: client ids, or {@code sha256:<hex>} of one, lower case; sorted
 * @param remember which approvals are remembered; denials always are
 * @param staticClients clients known in advance, sorted by id
 * @param redirects where a sign-in may lead to, beyond loopback
 * @param accessTokenTtl lifetime of an access token
 * @param refreshTokenTtl how long a grant lives without being used
 * @param store where grants are kept
 */
public record FacadeSettings(
        boolean dynamicRegistration,
        MetadataDocuments metadataDocuments,
        List<String> deny,
        Remember remember,
        List<StaticClient> staticClients,
        Redirects redirects,
        Duration accessTokenTtl,
        Duration refreshTokenTtl,
        StoreSettings store) {

    /** What an {@code McpGateway} that says nothing gets, with grants that do not outlive the process. */
    public static final FacadeSettings DEFAULT = new FacadeSettings(
            true,
            MetadataDocuments.DEFAULT,
            List.of(),
            Remember.NAMED,
            List.of(),
            Redirects.DEFAULT,
            Duration.ofMinutes(15),
            Duration.ofDays(30),
            new StoreSettings.Memory());

    public FacadeSettings {
        deny = List.copyOf(deny);
        staticClients = List.copyOf(staticClients);
    }

    /** Which approvals are remembered. */
    public enum Remember {
        /** Those of clients that prove who they are: static ones, and documents with a redirect that is not loopback. */
        NAMED,
        ALL,
        NONE
    }

    /**
     * Client ID metadata documents.
     *
     * @param enabled whether such clients are accepted at all
     * @param allow when not empty, only these: host names, or whole URLs; sorted
     * @param deny never these; wins over {@code allow}; sorted
     */
    public record MetadataDocuments(boolean enabled, List<String> allow, List<String> deny) {

        public static final MetadataDocuments DEFAULT = new MetadataDocuments(true, List.of(), List.of());

        public MetadataDocuments {
            allow = List.copyOf(allow);
            deny = List.copyOf(deny);
        }
    }

    /**
     * A client known in advance.
     *
     * @param clientId its id
     * @param displayName for the consent page
     * @param redirectUris compared character by character, but for the port of a loopback one
     * @param credential the key of its secret in {@link Credentials}; null: a public client
     */
    public record StaticClient(
            String clientId,
            String displayName,
            List<String> redirectUris,
            @Nullable String credential) {

        public StaticClient {
            redirectUris = List.copyOf(redirectUris);
        }
    }

    /**
     * Redirect targets of clients that describe themselves. Loopback is always allowed.
     *
     * @param hosts the rule for https hosts
     * @param hostList the hosts, lower case, with {@link Hosts#LISTED}; sorted
     * @param schemes private URI schemes, lower case, beyond those of the known clients; sorted
     */
    public record Redirects(Hosts hosts, List<String> hostList, List<String> schemes) {

        public static final Redirects DEFAULT = new Redirects(Hosts.KNOWN_CLIENTS, List.of(), List.of());

        public Redirects {
            hostList = List.copyOf(hostList);
            schemes = List.copyOf(schemes);
        }

        /** Which https hosts. */
        public enum Hosts {
            KNOWN_CLIENTS,
            ANY,
            LISTED
        }
    }
}
