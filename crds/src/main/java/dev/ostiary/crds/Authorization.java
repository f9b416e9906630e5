package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may sign in, and with what. */
@ValidationRule(
        value =
                "self.facade == 'Enabled' || (has(self.entraTokens) && (has(self.entraTokens.appOnly) || (has(self.entraTokens.clients) && self.entraTokens.clients.size() > 0)))",
        message =
                "with facade Disabled, clients bring tokens from Entra, and none is accepted; list client ids in spec.authorization.entraTokens.clients, or app roles in spec.authorization.entraTokens.appOnly.roles.",
        fieldPath = ".entraTokens")
public record Authorization(
        @Default("Enabled")
        @JsonPropertyDescription(
                "Enabled: the gateway is the authorization server that MCP clients see, with Entra behind it; clients need no "
                        + "registration in Entra. Disabled: clients get their tokens from Entra, so only entraTokens lets anybody in.")
        Toggle facade,

        @JsonPropertyDescription("Which MCP clients may use the facade.")
        Clients clients,

        @JsonPropertyDescription("Lifetimes of the facade's tokens.")
        Tokens tokens,

        @JsonPropertyDescription(
                "Accepts access tokens that Entra issued for the gateway's own registration, beside the facade's or instead of "
                        + "them. Left out: none.")
        @Nullable
        EntraTokens entraTokens,

        @Default("oid")
        @JsonPropertyDescription(
                "The claim that becomes the id of the Cedar principal, Client::\"<value>\". oid is the same for a user in every "
                        + "registration of the tenant; sub differs per registration.")
        PrincipalClaim principalClaim) {

    static final Authorization DEFAULT =
            new Authorization(Toggle.ENABLED, Clients.DEFAULT, Tokens.DEFAULT, null, PrincipalClaim.OID);

    public Authorization {
        facade = Absent.or(facade, Toggle.ENABLED);
        clients = Absent.or(clients, Clients.DEFAULT);
        tokens = Absent.or(tokens, Tokens.DEFAULT);
        principalClaim = Absent.or(principalClaim, PrincipalClaim.OID);
    }

    /** Claims that name a principal. */
    public enum PrincipalClaim {
        @JsonProperty("oid")
        OID,
        @JsonProperty("sub")
        SUB
    }

    /** Clients of the facade. */
    public record Clients(
            @Default("Enabled")
            @JsonPropertyDescription(
                    "Whether clients may register themselves (RFC 7591). The gateway keeps no record of them.")
            Toggle dynamicRegistration,

            @JsonPropertyDescription("Clients whose id is the URL of a document that describes them.")
            MetadataDocuments metadataDocuments,

            @ListKind(value = ListKind.Merge.SET, maxItems = 500, itemMaxLength = 2048)
            @ValidationRule(
                    value =
                            "self.all(id, !id.lowerAscii().startsWith('sha256:') || id.matches('^[Ss][Hh][Aa]256:[0-9a-fA-F]{64}$'))",
                    message = "must be client ids, or sha256: and the 64 hexadecimal digits of one's hash.")
            @JsonPropertyDescription("Clients that are turned away: client ids, or sha256:<hex> of one.")
            List<String> deny,

            @Default("Named")
            @JsonPropertyDescription(
                    "Which approvals are remembered, so that the user is not asked again. Named: those of clients that prove who "
                            + "they are. All: also those of clients on the user's machine and of self-registered ones. None: ask every time. Denials "
                            + "are always remembered.")
            Remember remember,

            @JsonProperty("static")
            @ListKind(value = ListKind.Merge.MAP, keys = "clientId", maxItems = 64)
            @JsonPropertyDescription("Clients known in advance.")
            List<StaticClient> statics,

            @JsonPropertyDescription("Where a sign-in may lead to. Loopback redirects are always allowed.")
            Redirects redirects) {

        static final Clients DEFAULT = new Clients(
                Toggle.ENABLED, MetadataDocuments.DEFAULT, List.of(), Remember.NAMED, List.of(), Redirects.DEFAULT);

        public Clients {
            dynamicRegistration = Absent.or(dynamicRegistration, Toggle.ENABLED);
            metadataDocuments = Absent.or(metadataDocuments, MetadataDocuments.DEFAULT);
            deny = Absent.list(deny);
            remember = Absent.or(remember, Remember.NAMED);
            statics = Absent.list(statics);
            redirects = Absent.or(redirects, Redirects.DEFAULT);
        }

        /** Which approvals are remembered. */
        public enum Remember {
            @JsonProperty("Named")
            NAMED,
            @JsonProperty("All")
            ALL,
            @JsonProperty("None")
            NONE
        }
    }

    /** Client ID metadata documents. */
    public record MetadataDocuments(
            @Default("Enabled") @JsonPropertyDescription("Whether such clients are accepted at all.")
            Toggle mode,

            @ListKind(value = ListKind.Merge.SET, maxItems = 200, itemMaxLength = 2048)
            @ValidationRule(
                    value =
                            "self.all(client, client.startsWith('https://') ? client.matches('^https://[^/?#@]+/[^#]+$') : client.matches('^[A-Za-z0-9.-]+$'))",
                    message =
                            "must be host names such as app.example.com, or https URLs of documents, with their path.")
            @JsonPropertyDescription("When not empty, only these: host names, or whole URLs.")
            List<String> allow,

            @ListKind(value = ListKind.Merge.SET, maxItems = 200, itemMaxLength = 2048)
            @ValidationRule(
                    value =
                            "self.all(client, client.startsWith('https://') ? client.matches('^https://[^/?#@]+/[^#]+$') : client.matches('^[A-Za-z0-9.-]+$'))",
                    message =
                            "must be host names such as app.example.com, or https URLs of documents, with their path.")
            @JsonPropertyDescription("Never these: host names, or whole URLs. Wins over allow.")
            List<String> deny) {

        static final MetadataDocuments DEFAULT = new MetadataDocuments(Toggle.ENABLED, List.of(), List.of());

        public MetadataDocuments {
            mode = Absent.or(mode, Toggle.ENABLED);
            allow = Absent.list(allow);
            deny = Absent.list(deny);
        }
    }

    /** A client known in advance. */
    public record StaticClient(
            @Required
            @Size(min = 1, max = 256)
            @Pattern("^[A-Za-z0-9._~:/-]+$")
            @JsonPropertyDescription("Its client id.")
            String clientId,

            @Size(max = 128)
            @ValidationRule(value = Rules.PLAIN_TEXT, message = "has control characters.")
            @JsonPropertyDescription("Its name on the consent page; left out, the client id.")
            @Nullable
            String displayName,

            @Required
            @ListKind(value = ListKind.Merge.SET, minItems = 1, maxItems = 20, itemMaxLength = 1024)
            @ValidationRule(
                    value = "self.all(uri, uri.matches('^[A-Za-z][A-Za-z0-9+.-]*:/') && !uri.contains('#'))",
                    message =
                            "must be absolute URIs with a slash after the scheme and without a fragment, such as https://portal.example.com/cb.")
            @ValidationRule(
                    value =
                            "self.all(uri, !uri.startsWith('http:') || uri.matches(r'^http://(localhost|127\\.0\\.0\\.1|\\[::1\\])([:/?]|$)'))",
                    message = "must be https; http is for localhost, 127.0.0.1 and [::1] only.")
            @JsonPropertyDescription(
                    "Its redirect URIs, compared character by character; the port of a loopback one may differ.")
            List<String> redirectUris,

            @JsonPropertyDescription(
                    "Its secret; left out, it is a public client and must use PKCE alone. Usual key: client-secret.")
            @Nullable
            SecretKeyRef secretRef) {

        public StaticClient {
            redirectUris = Absent.list(redirectUris);
        }
    }

    /** Redirect targets. */
    @ValidationRule(
            value = "self.hosts != 'List' || (has(self.hostList) && self.hostList.size() > 0)",
            message = "is empty, and hosts is List; name the hosts.",
            fieldPath = ".hostList")
    @ValidationRule(
            value = "self.hosts == 'List' || !has(self.hostList) || self.hostList.size() == 0",
            message = "counts with hosts: List only; remove it, or set hosts to List.",
            fieldPath = ".hostList")
    public record Redirects(
            @Default("KnownClients")
            @JsonPropertyDescription(
                    "https hosts that self-registered clients may redirect to. KnownClients: those of the MCP clients that this "
                            + "release knows. Any: every host. List: the ones in hostList.")
            Hosts hosts,

            @ListKind(value = ListKind.Merge.SET, maxItems = 200, itemPattern = Api.DNS_SUBDOMAIN, itemMaxLength = 253)
            @JsonPropertyDescription("The hosts, with hosts: List.")
            List<String> hostList,

            @ListKind(
                    value = ListKind.Merge.SET,
                    maxItems = 50,
                    itemPattern = "^[a-z][a-z0-9+.-]*$",
                    itemMaxLength = 64)
            @ValidationRule(
                    value = "self.all(scheme, !(scheme in " + Rules.USED_SCHEMES + "))",
                    message =
                            "has a scheme that cannot be an application's own: browsers or operating systems give it another meaning; https hosts are a matter of redirects.hosts.")
            @JsonPropertyDescription(
                    "Private URI schemes of desktop applications, for example cursor, beyond those of the known clients.")
            List<String> schemes) {

        static final Redirects DEFAULT = new Redirects(Hosts.KNOWN_CLIENTS, List.of(), List.of());

        public Redirects {
            hosts = Absent.or(hosts, Hosts.KNOWN_CLIENTS);
            hostList = Absent.list(hostList);
            schemes = Absent.list(schemes);
        }

        /** Which hosts. */
        public enum Hosts {
            @JsonProperty("KnownClients")
            KNOWN_CLIENTS,
            @JsonProperty("Any")
            ANY,
            @JsonProperty("List")
            LIST
        }
    }

    /** Lifetimes. */
    public record Tokens(
            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "10m", most = "15m")
            @Default("15m")
            @JsonPropertyDescription(
                    "Lifetime of an access token, 10m to 15m. A change of groups takes effect within it.")
            String accessTokenTtl,

            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "1h", most = "90d")
            @Default("30d")
            @JsonPropertyDescription("A client that was not used for this long signs in again; 1h to 90d.")
            String refreshTokenTtl) {

        static final Tokens DEFAULT = new Tokens("15m", "30d");

        public Tokens {
            accessTokenTtl = Absent.or(accessTokenTtl, "15m");
            refreshTokenTtl = Absent.or(refreshTokenTtl, "30d");
        }
    }

    /** Tokens from Entra. */
    public record EntraTokens(
            @ListKind(value = ListKind.Merge.SET, maxItems = 100, itemPattern = Api.GUID)
            @JsonPropertyDescription(
                    "Application ids of the clients (azp) whose tokens for users are accepted. For example "
                            + "04b07795-8ddb-461a-bbee-02f9e1bf7b46, the Azure CLI.")
            List<String> clients,

            @Size(max = 120)
            @Pattern("^[A-Za-z0-9._-]*$")
            @JsonPropertyDescription(
                    "One delegated scope that opens every route. Left empty, each route needs its own, mcp.<route>, and a token "
                            + "for one route does not open another.")
            String scope,

            @JsonPropertyDescription("Accepts tokens of apps without a user (client credentials, managed identities).")
            @Nullable
            AppOnly appOnly) {

        public EntraTokens {
            clients = Absent.list(clients);
            scope = Absent.or(scope, "");
        }

        /** App-only tokens. */
        public record AppOnly(
                @Required
                @ListKind(value = ListKind.Merge.SET, minItems = 1, maxItems = 50, itemMaxLength = 120)
                @JsonPropertyDescription("App roles of the gateway's registration, one of which the token must bear.")
                List<String> roles) {

            public AppOnly {
                roles = Absent.list(roles);
            }
        }
    }
}
