package dev.ostiary.entra.derive;

import dev.ostiary.crds.Authorization.EntraTokens;
import dev.ostiary.crds.Entra;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpPolicySpec;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec.UpstreamAuthentication;
import dev.ostiary.crds.Toggle;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.AppRole;
import dev.ostiary.entra.registration.DesiredRegistration.Client;
import dev.ostiary.entra.registration.DesiredRegistration.Credential;
import dev.ostiary.entra.registration.DesiredRegistration.Groups;
import dev.ostiary.entra.registration.DesiredRegistration.Permission;
import dev.ostiary.entra.registration.DesiredRegistration.Scope;
import dev.ostiary.entra.registration.KnownApps;
import dev.ostiary.entra.registration.RegistrationOptions;
import dev.ostiary.entra.registration.RegistrationOptions.CredentialKind;
import dev.ostiary.entra.registration.RegistrationOptions.Uris;
import dev.ostiary.gateway.compiler.Compilation;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** From resources to the registration that they need. */
public final class Derivation {

    /** In every v2.0 token, or asked for by a scope, so that no optional claim is needed. */
    private static final Set<String> ALWAYS_THERE =
            Set.of("preferred_username", "name", "tid", "oid", "sub", "aud", "iss", "azp", "ver", "roles", "groups");

    /** Microsoft, "Optional claims reference": what tokens of v2.0 can be made to carry. */
    private static final Set<String> OPTIONAL = Set.of(
            "acct",
            "acrs",
            "auth_time",
            "ctry",
            "email",
            "family_name",
            "fwd",
            "given_name",
            "in_corp",
            "ipaddr",
            "login_hint",
            "onprem_sid",
            "pwd_exp",
            "pwd_url",
            "sid",
            "tenant_ctry",
            "tenant_region_scope",
            "upn",
            "verified_primary_email",
            "verified_secondary_email",
            "vnet",
            "xms_edov",
            "xms_pdl",
            "xms_pl",
            "xms_tpl",
            "ztdid");

    private final RegistrationOptions options;
    private final Snapshot snapshot;
    private final EntraSettings entra;
    private final Entra spec;
    private final List<McpWorkload> workloads;
    private final PolicyNeeds needs;
    private final boolean facade;
    private final @Nullable EntraTokens tokens;
    private final List<String> notes = new ArrayList<>();

    private Derivation(
            McpGateway gateway, List<McpWorkload> workloads, List<McpPolicy> policies, RegistrationOptions options)
            throws UnderivableException {
        this.options = options;
        Entra declared = gateway.getSpec().entra();
        if (declared == null) {
            throw new UnderivableException(
                    "spec.entra is missing: a gateway without it uses the built-in emulator; name tenantId, and clientId "
                            + KnownApps.NOT_MADE_YET + " until there is a registration.");
        }
        this.spec = declared;
        this.facade = gateway.getSpec().authorization().facade() != Toggle.DISABLED;
        this.tokens = gateway.getSpec().authorization().entraTokens();
        // Secrets are not here, and need not be: names, hosts and routes do not depend on them.
        Compilation compilation = Compiler.compile(
                new Resources(List.of(gateway), workloads, List.of(), Map.of(), Map.of(), Map.of()), Host.cluster());
        this.snapshot = compilation.gateways().getFirst().snapshot();
        EntraSettings read = snapshot.entra();
        Finding wrong = compilation.findings().stream()
                .filter(finding -> finding.reason().equals("InvalidPublicUrl")
                        || finding.reason().equals("InvalidEntra"))
                .findFirst()
                .orElse(null);
        if (wrong != null || read == null) {
            throw new UnderivableException(
                    wrong == null ? "spec.entra cannot be read" : wrong.fieldPath() + " " + wrong.message());
        }
        this.entra = read;
        Set<ResourceName> served = new TreeSet<>();
        snapshot.routes().forEach(route -> served.add(route.workload()));
        this.workloads = workloads.stream()
                .filter(workload -> served.contains(name(workload)))
                .sorted(Comparator.comparing(Derivation::name))
                .toList();
        this.needs = PolicyNeeds.of(attached(policies));
        if (!needs.broken().isEmpty()) {
            notes.add(
                    "Cedar cannot read " + String.join(", ", needs.broken())
                            + ": what these policies need of the registration is not known; ostiary check says where they are wrong.");
        }
    }

    /**
     * Derives it. Pure.
     *
     * @param gateway one with {@code spec.entra}
     * @param workloads all that there are; those of other gateways are left out
     * @param policies all that there are, likewise
     * @throws UnderivableException when the resources do not say enough
     */
    public static DesiredRegistration of(
            McpGateway gateway, List<McpWorkload> workloads, List<McpPolicy> policies, RegistrationOptions options)
            throws UnderivableException {
        return new Derivation(gateway, workloads, policies, options).registration();
    }

    private DesiredRegistration registration() throws UnderivableException {
        URI publicUrl = snapshot.publicUrl();
        List<Scope> scopes = scopes();
        List<AppRole> roles = roles();
        Credential credential = credential();
        List<Permission> permissions = permissions(credential);
        List<String> uris =
                scopes.isEmpty() && roles.stream().allMatch(role -> role.apps().isEmpty())
                        ? List.of()
                        : identifierUris();
        String clientId = entra.clientId().equals(KnownApps.NOT_MADE_YET) ? null : entra.clientId();
        List<String> claims = optionalClaims();
        List<String> accessTokenClaims = new ArrayList<>(scopes.isEmpty() ? List.of() : claims);
        if (roles.stream().anyMatch(role -> !role.apps().isEmpty())) {
            accessTokenClaims.add("idtyp");
        }
        clients();
        DesiredRegistration desired = new DesiredRegistration(
                snapshot.gateway(),
                publicUrl,
                entra.tenantId(),
                null,
                entra.authority(),
                entra.graph(),
                options.displayName() != null
                        ? options.displayName()
                        : "Ostiary " + snapshot.gateway().name(),
                facade,
                uris,
                scopes,
                roles,
                scopes.isEmpty() || tokens == null
                        ? List.of()
                        : tokens.clients().stream()
                                .map(client -> client.toLowerCase(Locale.ROOT))
                                .distinct()
                                .sorted()
                                .map(Client::new)
                                .toList(),
                facade ? List.of(publicUrl + DesiredRegistration.CALLBACK) : List.of(),
                facade || scopes.isEmpty() || !options.knownRedirects() ? List.of() : KnownApps.CLIENT_REDIRECTS,
                new Groups(needs.groups(), options.groups()),
                facade ? claims : List.of(),
                accessTokenClaims,
                permissions,
                credential,
                notes);
        return clientId == null ? desired : desired.withClientId(clientId);
    }

    private List<McpPolicy> attached(List<McpPolicy> policies) {
        Set<ResourceName> names = new TreeSet<>();
        workloads.forEach(workload -> names.add(name(workload)));
        return policies.stream()
                .filter(policy -> policy.getSpec().targetRefs().stream().anyMatch(target -> {
                    ResourceName at = new ResourceName(name(policy).namespace(), target.name());
                    return target.kind() == McpPolicySpec.TargetRef.Kind.MCP_GATEWAY
                            ? at.equals(snapshot.gateway())
                            : names.contains(at);
                }))
                .toList();
    }

    private List<Scope> scopes() {
        if (tokens == null || tokens.clients().isEmpty()) {
            return List.of();
        }
        if (!tokens.scope().isEmpty()) {
            return List.of(new Scope(tokens.scope(), "all MCP servers"));
        }
        return snapshot.routes().stream()
                .map(route -> new Scope("mcp." + route.name(), route.displayName()))
                .toList();
    }

    private List<AppRole> roles() {
        Map<String, AppRole> roles = new TreeMap<>();
        needs.roles().forEach(role -> roles.put(role, new AppRole(role, true, "")));
        if (tokens != null && tokens.appOnly() != null) {
            for (String role : tokens.appOnly().roles()) {
                roles.put(role, new AppRole(role, roles.containsKey(role), "lets apps without a user in"));
            }
        }
        return List.copyOf(roles.values());
    }

    private List<String> identifierUris() {
        if (options.uris() == Uris.API) {
            notes.add(
                    "With api:// as Application ID URI, clients that send the route's URL as resource, which MCP asks of them,"
                            + " are refused with AADSTS9010010, and scopes below the route's URL with AADSTS500011. Only clients that"
                            + " can be told scope and resource work, and the facade.");
            return List.of("api://" + DesiredRegistration.CLIENT_ID_TO_COME);
        }
        TreeSet<String> uris = new TreeSet<>();
        for (Route route : snapshot.routes()) {
            uris.add(snapshot.resourceUrl(route).toString());
        }
        if (uris.isEmpty()) {
            notes.add(
                    "There is no McpWorkload for this gateway among the files, so no route's URL can be registered yet;"
                            + " name the workloads' files as well.");
        }
        return List.copyOf(uris);
    }

    private List<String> optionalClaims() {
        TreeSet<String> claims = new TreeSet<>();
        for (String claim : entra.claims()) {
            if (OPTIONAL.contains(claim)) {
                claims.add(claim);
            } else if (!ALWAYS_THERE.contains(claim)) {
                notes.add("spec.entra.claims names " + claim
                        + ", which is no optional claim of Entra's: a claims mapping policy"
                        + " or a directory extension can bring it, and this command makes neither.");
            }
        }
        return List.copyOf(claims);
    }

    private void clients() {
        if (facade) {
            return;
        }
        List<String> accepted = tokens == null ? List.of() : tokens.clients();
        if (accepted.stream().noneMatch(KnownApps.VS_CODE::equalsIgnoreCase)) {
            notes.add("Visual Studio Code (" + KnownApps.VS_CODE
                    + ") is not in spec.authorization.entraTokens.clients: the"
                    + " gateway would refuse its tokens, so it is not authorised in advance.");
        }
    }

    private List<Permission> permissions(Credential credential) {
        List<Permission> permissions = new ArrayList<>();
        if (facade) {
            String why = "the facade signs users in and renews their sign-in";
            for (String value : List.of("offline_access", "openid", "profile")) {
                permissions.add(new Permission(KnownApps.GRAPH, false, value, why));
            }
        }
        if (needs.groups()
                && entra.groups().overage() == EntraSettings.GroupSettings.Overage.GRAPH
                && !(credential instanceof Credential.None)) {
            String why = "policies read groups, and tokens of users in more than 200 list none: the gateway asks Graph";
            switch (entra.groups().lookup()) {
                case APP -> {
                    permissions.add(new Permission(KnownApps.GRAPH, true, "GroupMember.Read.All", why));
                    permissions.add(new Permission(KnownApps.GRAPH, true, "User.Read.All", why));
                }
                case ON_BEHALF_OF -> {
                    permissions.add(new Permission(KnownApps.GRAPH, false, "GroupMember.Read.All", why));
                    permissions.add(new Permission(KnownApps.GRAPH, false, "User.Read", why));
                }
            }
        }
        for (McpWorkload workload : workloads) {
            UpstreamAuthentication auth = workload.getSpec().upstreamAuth();
            if (auth == null || auth.type() != UpstreamAuthentication.Type.ON_BEHALF_OF) {
                continue;
            }
            for (String scope : auth.scopes()) {
                onBehalfOf(workload, scope, permissions);
            }
        }
        return permissions.stream()
                .distinct()
                .sorted(Comparator.comparing(Permission::api)
                        .thenComparing(Permission::application)
                        .thenComparing(Permission::value))
                .toList();
    }

    private void onBehalfOf(McpWorkload workload, String scope, List<Permission> permissions) {
        int end = scope.lastIndexOf('/');
        if (end < 1) {
            return;
        }
        String api = scope.substring(0, end);
        String value = scope.substring(end + 1);
        if (value.equals(".default")) {
            notes.add(name(workload) + " asks for " + scope
                    + ": whatever the registration may do at that API already. Name single"
                    + " scopes to have them added.");
            return;
        }
        permissions.add(new Permission(
                api.equals(entra.graph().toString()) ? KnownApps.GRAPH : api,
                false,
                value,
                name(workload) + " is called on behalf of the user"));
    }

    private Credential credential() throws UnderivableException {
        Entra.Credential.Type type = spec.credential().type();
        CredentialKind kind = options.credential();
        if (kind == null) {
            kind = switch (type == null ? Entra.Credential.Type.NONE : type) {
                case WORKLOAD_IDENTITY, MANAGED_IDENTITY -> CredentialKind.FEDERATED;
                case CERTIFICATE -> CredentialKind.CERTIFICATE;
                case CLIENT_SECRET -> CredentialKind.SECRET;
                case NONE -> CredentialKind.NONE;
            };
        }
        return switch (kind) {
            case NONE -> new Credential.None();
            case SECRET -> new Credential.Secret();
            case CERTIFICATE -> new Credential.Certificate();
            case FEDERATED -> federated(type == Entra.Credential.Type.MANAGED_IDENTITY);
        };
    }

    private Credential federated(boolean managedIdentity) throws UnderivableException {
        String issuer = options.federation().issuer();
        String subject = options.federation().subject();
        String audience = options.federation().audience();
        if (issuer == null && managedIdentity) {
            issuer = entra.issuer();
        }
        if (issuer == null) {
            throw new UnderivableException(
                    "the issuer of the cluster's service-account tokens is not known; give it with --issuer (kubectl get --raw"
                            + " /.well-known/openid-configuration shows it, az aks show --query oidcIssuerProfile.issuerUrl too)");
        }
        if (subject == null && managedIdentity) {
            throw new UnderivableException(
                    "the managed identity's object (principal) id is not known; give it with --subject");
        }
        if (subject == null) {
            subject = "system:serviceaccount:" + snapshot.gateway().namespace() + ":"
                    + snapshot.gateway().name() + "-gateway";
        }
        return new Credential.Federated(issuer, subject, audience == null ? audience() : audience);
    }

    /** Microsoft, "Configure an application to trust a managed identity". */
    private String audience() {
        return switch (spec.cloud()) {
            case PUBLIC -> "api://AzureADTokenExchange";
            case US_GOVERNMENT -> "api://AzureADTokenExchangeUSGov";
            case CHINA -> "api://AzureADTokenExchangeChina";
        };
    }

    private static ResourceName name(HasMetadata resource) {
        String namespace = resource.getMetadata().getNamespace();
        return new ResourceName(
                namespace == null || namespace.isEmpty() ? "default" : namespace,
                resource.getMetadata().getName());
    }
}
