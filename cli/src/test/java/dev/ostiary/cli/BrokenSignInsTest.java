package dev.ostiary.cli;

import static dev.ostiary.cli.SignInAttempt.Place.DENIAL;
import static dev.ostiary.cli.SignInAttempt.Place.ENTRA_ERROR;
import static dev.ostiary.cli.SignInAttempt.Place.ENTRA_PAGE;
import static dev.ostiary.cli.SignInAttempt.Place.GATEWAY_ERROR;
import static dev.ostiary.cli.SignInAttempt.Place.GATEWAY_PAGE;
import static dev.ostiary.cli.SignInAttempt.Place.IN;
import static dev.ostiary.cli.SignInAttempt.Place.REFUSAL;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.cli.RegisteredGateway.Shape;
import dev.ostiary.cli.SignInAttempt.Met;
import dev.ostiary.cli.SignInAttempt.Place;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.graph.TenantPolicy;
import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.examples.sampleserver.SampleServer;
import dev.ostiary.gateway.config.EntraField;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Registrations that {@code apply} made and somebody broke in the portal: what {@code check} blames is what the user who then signs in
 * is told, by the page or error that this user meets. Where Entra keeps the user, that is Entra's own page or error, which has a
 * number alone; {@code check} names the same one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrokenSignInsTest {

    private static final String CLUSTER = "3d4b0f7e-0000-4000-8000-0000000000b1";
    private static final String CLUSTER_SECRET = "cluster-secret";
    private static final String MAX = "3d4b0f7e-0000-4000-8000-0000000002cc";
    private static final String OTHER_ID = "3d4b0f7e-0000-4000-8000-0000000000c2";
    private static final String DESKTOP = "http://localhost:7654/callback";

    /** Kinds of gateways. */
    enum Kind {
        SECRET,
        CERTIFICATE,
        FEDERATED,
        /** A policy reads a claim that tokens have only on demand. */
        CLAIM,
        /** A policy reads an app role. */
        ROLE,
        /** No facade: Visual Studio Code and the Azure CLI bring Entra's tokens. */
        DIRECT,
        /** No facade, and no user. */
        APP
    }

    /** A mistake in the portal, or in the gateway's own resource. */
    interface Mistake {
        void make(Portal portal, RegisteredGateway gateway) throws Exception;
    }

    /** A user's way in. */
    interface Way {
        Met go(RegisteredGateway gateway) throws Exception;
    }

    /**
     * A row.
     *
     * @param path the field as {@code check} tells it in its first finding
     * @param code Entra's, in {@code check} and where the user ends; empty: Entra has refused nothing
     */
    record Broken(
            String name, Kind kind, Mistake mistake, EntraField field, String path, String code, Way way, Place place) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final Map<Kind, RegisteredGateway> shared = new EnumMap<>(Kind.class);
    private final Exchange exchange = new Exchange();

    /** For all rows: one gateway outlives its row. */
    @TempDir
    private static Path temp;

    private EntraEmulator entra;
    private SampleServer notes;
    private String token;
    private int folders;

    static Stream<Broken> broken() {
        String callback = "'web':{'redirectUris':['GATEWAY/oauth/callback";
        return Stream.of(
                row("no callback", Kind.SECRET, app("{'web':{'redirectUris':[]}}"), EntraField.REDIRECT_URIS)
                        .at("web.redirectUris", "AADSTS50011", facade("anna"), ENTRA_PAGE),
                row(
                                "callback with a slash at its end",
                                Kind.SECRET,
                                app("{" + callback + "/']}}"),
                                EntraField.REDIRECT_URIS)
                        .at("web.redirectUris", "AADSTS50011", facade("anna"), ENTRA_PAGE),
                row(
                                "callback in another case",
                                Kind.SECRET,
                                app("{'web':{'redirectUris':['GATEWAY/OAuth/callback']}}"),
                                EntraField.REDIRECT_URIS)
                        .at("web.redirectUris", "AADSTS50011", facade("anna"), ENTRA_PAGE),
                row(
                                "callback of another host",
                                Kind.SECRET,
                                app("{'web':{'redirectUris':['https://old.example.com/oauth/callback']}}"),
                                EntraField.REDIRECT_URIS)
                        .at("web.redirectUris", "AADSTS50011", facade("anna"), ENTRA_PAGE),
                row(
                                "callback of a single-page application",
                                Kind.SECRET,
                                app("{'web':{'redirectUris':[]},'spa':{'redirectUris':['GATEWAY/oauth/callback']}}"),
                                EntraField.REDIRECT_URIS)
                        .at("web.redirectUris", "AADSTS9002327", facade("anna"), GATEWAY_PAGE),
                row(
                                "callback of a desktop application",
                                Kind.SECRET,
                                app(
                                        "{'web':{'redirectUris':[]},'publicClient':{'redirectUris':['GATEWAY/oauth/callback']}}"),
                                EntraField.REDIRECT_URIS)
                        .at("web.redirectUris", "AADSTS700025", facade("anna"), GATEWAY_PAGE),
                row(
                                "personal accounts only",
                                Kind.SECRET,
                                app("{'signInAudience':'PersonalMicrosoftAccount'}"),
                                EntraField.ACCOUNT_TYPES)
                        .at("signInAudience", "AADSTS9002346", facade("anna"), ENTRA_PAGE),
                row("no groups claim", Kind.SECRET, app("{'groupMembershipClaims':null}"), EntraField.GROUPS_CLAIM)
                        .at("groupMembershipClaims", "", facade("anna"), DENIAL),
                row(
                                "directory roles for groups",
                                Kind.SECRET,
                                app("{'groupMembershipClaims':'DirectoryRole'}"),
                                EntraField.GROUPS_CLAIM)
                        .at("groupMembershipClaims", "", facade("anna"), DENIAL),
                row(
                                "groups by the names of a directory on the premises",
                                Kind.SECRET,
                                app("{'optionalClaims':{'idToken':[{'name':'groups','additionalProperties':"
                                        + "['sam_account_name']}]}}"),
                                EntraField.GROUPS_CLAIM)
                        .at("optionalClaims.idToken.groups.additionalProperties", "", facade("anna"), DENIAL),
                row(
                                "groups as roles",
                                Kind.SECRET,
                                app("{'optionalClaims':{'idToken':[{'name':'groups','additionalProperties':"
                                        + "['emit_as_roles']}]}}"),
                                EntraField.GROUPS_CLAIM)
                        .at("optionalClaims.idToken.groups.additionalProperties", "", facade("anna"), DENIAL),
                row(
                                "a claim that policies read is missing",
                                Kind.CLAIM,
                                app("{'optionalClaims':{'idToken':[]}}"),
                                EntraField.OPTIONAL_CLAIMS)
                        .at("optionalClaims", "", facade("anna"), DENIAL),
                row("no app role for users", Kind.ROLE, (portal, gateway) -> portal.removeRoles(), EntraField.APP_ROLES)
                        .at("appRoles", "", facade("anna"), DENIAL),
                row(
                                "no admin consent, and users may not consent",
                                Kind.SECRET,
                                (portal, gateway) -> portal.withdraw("oauth2PermissionGrants"),
                                EntraField.PERMISSIONS)
                        .at("admin consent", "AADSTS90094", facade("anna"), ENTRA_PAGE),
                row(
                                "no consent to look up the groups of a user who is in more than 200",
                                Kind.SECRET,
                                (portal, gateway) -> portal.withdraw("appRoleAssignments"),
                                EntraField.GRAPH_PERMISSIONS)
                        .at("admin consent", "", facade("max"), GATEWAY_ERROR),
                row(
                                "no enterprise application",
                                Kind.SECRET,
                                (portal, gateway) -> portal.deletePrincipal(),
                                EntraField.SERVICE_PRINCIPAL)
                        .at("servicePrincipal", "AADSTS700016", facade("anna"), ENTRA_PAGE),
                row("switched off", Kind.SECRET, principal("{'accountEnabled':false}"), EntraField.ENABLED)
                        .at("servicePrincipal.accountEnabled", "AADSTS7000112", facade("anna"), ENTRA_PAGE),
                row(
                                "only assigned users, and nobody is",
                                Kind.SECRET,
                                principal("{'appRoleAssignmentRequired':true}"),
                                EntraField.ASSIGNMENT)
                        .at("servicePrincipal.appRoleAssignmentRequired", "AADSTS50105", facade("anna"), GATEWAY_ERROR),
                row(
                                "no client secret",
                                Kind.SECRET,
                                (portal, gateway) -> portal.removeSecrets(),
                                EntraField.CLIENT_SECRETS)
                        .at("passwordCredentials", "AADSTS7000215", facade("anna"), GATEWAY_PAGE),
                row(
                                "an expired client secret",
                                Kind.SECRET,
                                (portal, gateway) -> {
                                    portal.removeSecrets();
                                    Files.writeString(gateway.credential(), portal.expiredSecret());
                                },
                                EntraField.CLIENT_SECRETS)
                        .at("passwordCredentials", "AADSTS7000222", facade("anna"), GATEWAY_PAGE),
                row(
                                "another client secret than the gateway's",
                                Kind.SECRET,
                                (portal, gateway) -> Files.writeString(gateway.credential(), "not-the-secret\n"),
                                EntraField.CLIENT_SECRETS)
                        .at("passwordCredentials", "AADSTS7000215", facade("anna"), GATEWAY_PAGE),
                row("deleted", Kind.SECRET, (portal, gateway) -> portal.delete(), EntraField.CLIENT_ID)
                        .at("spec.entra.clientId", "AADSTS700016", facade("anna"), ENTRA_PAGE),
                row(
                                "another client id than the registration's",
                                Kind.SECRET,
                                (portal, gateway) -> gateway.mistake("clientId", OTHER_ID),
                                EntraField.CLIENT_ID)
                        .at("spec.entra.clientId", "AADSTS700016", facade("anna"), ENTRA_PAGE),
                row(
                                "another tenant id than the registration's",
                                Kind.SECRET,
                                (portal, gateway) -> gateway.mistake("tenantId", OTHER_ID),
                                EntraField.TENANT_ID)
                        .at("spec.entra.tenantId", "AADSTS90002", facade("anna"), ENTRA_PAGE),
                row("no certificate", Kind.CERTIFICATE, app("{'keyCredentials':[]}"), EntraField.CERTIFICATES)
                        .at("keyCredentials", "AADSTS700027", facade("anna"), GATEWAY_PAGE),
                row(
                                "another certificate than the gateway's",
                                Kind.CERTIFICATE,
                                app("{'keyCredentials':[{'type':'AsymmetricX509Cert','usage':'Verify','key':'"
                                        + certificate() + "'}]}"),
                                EntraField.CERTIFICATES)
                        .at("keyCredentials", "AADSTS700027", facade("anna"), GATEWAY_PAGE),
                row(
                                "no federated credential",
                                Kind.FEDERATED,
                                (portal, gateway) -> portal.federated(null),
                                EntraField.FEDERATED_CREDENTIALS)
                        .at("federatedIdentityCredentials", "AADSTS70025", facade("anna"), GATEWAY_PAGE),
                row(
                                "federated with an issuer that has a slash too many",
                                Kind.FEDERATED,
                                (portal, gateway) -> portal.federated("{'issuer':'" + gateway.authority() + "/v2.0/'}"),
                                EntraField.FEDERATED_ISSUER)
                        .at("federatedIdentityCredentials[].issuer", "AADSTS700211", facade("anna"), GATEWAY_PAGE),
                row(
                                "federated with another service account",
                                Kind.FEDERATED,
                                (portal, gateway) ->
                                        portal.federated("{'subject':'system:serviceaccount:demo:default'}"),
                                EntraField.FEDERATED_SUBJECT)
                        .at("federatedIdentityCredentials[].subject", "AADSTS700213", facade("anna"), GATEWAY_PAGE),
                row(
                                "federated with another audience",
                                Kind.FEDERATED,
                                (portal, gateway) -> portal.federated("{'audiences':['sts.amazonaws.com']}"),
                                EntraField.FEDERATED_AUDIENCE)
                        .at("federatedIdentityCredentials[].audiences", "AADSTS700212", facade("anna"), GATEWAY_PAGE),
                row(
                                "v1 tokens",
                                Kind.DIRECT,
                                app("{'api':{'requestedAccessTokenVersion':null}}"),
                                EntraField.TOKEN_VERSION)
                        .at("api.requestedAccessTokenVersion", "", vsCode("wiki"), REFUSAL),
                row("no Application ID URI", Kind.DIRECT, app("{'identifierUris':[]}"), EntraField.IDENTIFIER_URIS)
                        .at("identifierUris", "AADSTS500011", vsCode("notes"), ENTRA_ERROR),
                row("api:// only", Kind.DIRECT, app("{'identifierUris':['api://APPID']}"), EntraField.IDENTIFIER_URIS)
                        .at("identifierUris", "AADSTS500011", vsCode("notes"), ENTRA_ERROR),
                row(
                                "Application ID URI in another case",
                                Kind.DIRECT,
                                app("{'identifierUris':['GATEWAY/Notes','GATEWAY/wiki']}"),
                                EntraField.IDENTIFIER_URIS)
                        .at("identifierUris", "AADSTS500011", vsCode("notes"), ENTRA_ERROR),
                row(
                                "a new route's URL is missing",
                                Kind.DIRECT,
                                app("{'identifierUris':['GATEWAY/notes']}"),
                                EntraField.IDENTIFIER_URIS)
                        .at("identifierUris", "AADSTS500011", vsCode("wiki"), ENTRA_ERROR),
                row("no scope", Kind.DIRECT, (portal, gateway) -> portal.removeScopes(), EntraField.SCOPES)
                        .at("api.oauth2PermissionScopes", "AADSTS650053", vsCode("notes"), ENTRA_ERROR),
                row(
                                "scopes that are switched off",
                                Kind.DIRECT,
                                (portal, gateway) -> portal.switchScopesOff(),
                                EntraField.SCOPES)
                        .at("api.oauth2PermissionScopes", "AADSTS650053", vsCode("notes"), ENTRA_ERROR),
                row("scopes of other names", Kind.DIRECT, (portal, gateway) -> portal.renameScopes(), EntraField.SCOPES)
                        .at("api.oauth2PermissionScopes", "AADSTS650053", vsCode("notes"), ENTRA_ERROR),
                row(
                                "no client authorised in advance",
                                Kind.DIRECT,
                                app("{'api':{'preAuthorizedApplications':[]}}"),
                                EntraField.PRE_AUTHORIZED)
                        .at("api.preAuthorizedApplications", "AADSTS65001", azureCli(), ENTRA_ERROR),
                row(
                                "a client authorised without its scopes",
                                Kind.DIRECT,
                                app("{'api':{'preAuthorizedApplications':[{'appId':'" + FirstPartyApps.AZURE_CLI_ID
                                        + "','delegatedPermissionIds':[]}]}}"),
                                EntraField.PRE_AUTHORIZED)
                        .at("api.preAuthorizedApplications", "AADSTS65001", azureCli(), ENTRA_ERROR),
                row(
                                "no redirect URI for clients that sign in as the registration",
                                Kind.DIRECT,
                                app("{'publicClient':{'redirectUris':[]}}"),
                                EntraField.REDIRECT_URIS)
                        .at("publicClient.redirectUris", "AADSTS50011", itself(), ENTRA_PAGE),
                row(
                                "their redirect URI on the platform Web",
                                Kind.DIRECT,
                                app(
                                        "{'publicClient':{'redirectUris':[]},'web':{'redirectUris':['http://localhost/callback']}}"),
                                EntraField.REDIRECT_URIS)
                        .at("publicClient.redirectUris", "AADSTS7000218", itself(), ENTRA_ERROR),
                row(
                                "groups by name",
                                Kind.DIRECT,
                                (portal, gateway) -> {
                                    portal.assign(DemoDirectory.READERS);
                                    portal.change(
                                            "{'groupMembershipClaims':'ApplicationGroup','optionalClaims':{'accessToken':"
                                                    + "[{'name':'groups','additionalProperties':['cloud_displayname']}]}}");
                                },
                                EntraField.GROUPS_CLAIM)
                        .at("optionalClaims.accessToken.groups.additionalProperties", "", vsCode("notes"), REFUSAL),
                row(
                                "no enterprise application, without a facade",
                                Kind.DIRECT,
                                (portal, gateway) -> portal.deletePrincipal(),
                                EntraField.SERVICE_PRINCIPAL)
                        .at("servicePrincipal", "AADSTS500011", vsCode("notes"), ENTRA_ERROR),
                row(
                                "switched off, without a facade",
                                Kind.DIRECT,
                                principal("{'accountEnabled':false}"),
                                EntraField.ENABLED)
                        .at("servicePrincipal.accountEnabled", "AADSTS500014", vsCode("notes"), ENTRA_ERROR),
                row("no app role for apps", Kind.APP, (portal, gateway) -> portal.removeRoles(), EntraField.APP_ROLES)
                        .at("appRoles", "", cluster(), REFUSAL),
                row(
                                "an app role that apps cannot have",
                                Kind.APP,
                                (portal, gateway) -> portal.rolesOnlyFor("User"),
                                EntraField.APP_ROLES)
                        .at("appRoles", "", cluster(), REFUSAL));
    }

    @BeforeAll
    void start() throws IOException {
        notes = SampleServer.start(0);
        User ada = User.member("3d4b0f7e-0000-4000-8000-0000000002aa", "ada@ostiary.example", "Ada")
                .withRoles(DirectoryRole.GlobalAdministrator);
        List<Group> groups = new ArrayList<>(List.of(Group.of(DemoDirectory.READERS, "Readers")));
        IntStream.range(0, 205)
                .mapToObj(i -> Group.of("3d4b0f7e-0000-4000-8000-%012d".formatted(1_000_000 + i), "Group " + i))
                .forEach(groups::add);
        entra = EntraEmulator.start(Settings.of(Directory.of(new Tenant(
                        DemoDirectory.TENANT_ID,
                        DemoDirectory.DOMAIN,
                        "Example",
                        List.of(
                                ada,
                                User.member(DemoDirectory.ANNA, "anna@ostiary.example", "Anna", DemoDirectory.READERS),
                                User.member(
                                        MAX,
                                        "max@ostiary.example",
                                        "Max",
                                        groups.stream().map(Group::id).toArray(String[]::new))),
                        groups,
                        List.of(AppRegistration.builder(CLUSTER, "Cluster")
                                .secret(CLUSTER_SECRET)
                                .build()),
                        List.of(),
                        List.of())))
                .withTenantPolicy(TenantPolicy.DEFAULT.withoutUserConsent()));
        token = entra.tokens()
                .userToken(
                        ada.oid(),
                        FirstPartyApps.AZURE_CLI_ID,
                        FirstPartyApps.GRAPH_ID,
                        "Application.ReadWrite.All",
                        "AppRoleAssignment.ReadWrite.All",
                        "DelegatedPermissionGrant.ReadWrite.All",
                        "Directory.AccessAsUser.All")
                .build();
    }

    @AfterAll
    void end() throws Exception {
        for (RegisteredGateway gateway : shared.values()) {
            gateway.close();
        }
        exchange.close();
        entra.close();
        notes.close();
    }

    @ParameterizedTest
    @MethodSource
    void broken(Broken row) throws Exception {
        try (Opened opened = open(row.kind())) {
            RegisteredGateway gateway = opened.gateway();
            Portal portal = new Portal(entra, token, exchange, gateway.clientId());

            row.mistake().make(portal, gateway);

            JsonNode findings = gateway.check();
            assertThat(findings).as(findings.toPrettyString()).isNotEmpty();
            JsonNode worst = findings.path(0);
            assertThat(worst.path("field").asText())
                    .as(findings.toPrettyString())
                    .isEqualTo(row.path());
            assertThat(worst.path("code").asText()).isEqualTo(row.code());
            assertThat(worst.path("portal").asText()).isEqualTo(row.field().place());
            if (row.kind() == Kind.ROLE) {
                portal.assign(DemoDirectory.ANNA);
            }
            if (row.kind() == Kind.APP) {
                portal.assign(CLUSTER);
            }

            opened.serve();
            Met met = row.way().go(gateway);

            assertThat(met.place()).as(met.text()).isEqualTo(row.place());
            assertThat(met.text()).contains(row.code());
            switch (met.place()) {
                case GATEWAY_PAGE ->
                    assertThat(met.text()).contains(html(row.field().place()));
                case GATEWAY_ERROR, REFUSAL, DENIAL ->
                    assertThat(met.text()).contains(row.field().place());
                case ENTRA_PAGE, ENTRA_ERROR -> assertThat(met.text()).contains(row.code() + ":");
                case IN -> throw new AssertionError("the user got in");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatApplyMadeLetsEverybodyIn(Kind kind) throws Exception {
        try (Opened opened = open(kind)) {
            RegisteredGateway gateway = opened.gateway();
            Portal portal = new Portal(entra, token, exchange, gateway.clientId());
            for (JsonNode finding : gateway.check()) {
                // A federated credential is nowhere to be tried from here.
                assertThat(finding.path("severity").asText()).isEqualTo("unknown");
            }
            if (kind == Kind.ROLE) {
                assertThat(portal.assign(DemoDirectory.ANNA)).isTrue();
            }
            if (kind == Kind.APP) {
                assertThat(portal.assign(CLUSTER)).isTrue();
            }
            opened.serve();

            Way way = switch (kind) {
                case SECRET -> facade("max");
                case CERTIFICATE, FEDERATED, CLAIM, ROLE -> facade("anna");
                case DIRECT -> vsCode("wiki");
                case APP -> cluster();
            };
            Met met = way.go(gateway);

            assertThat(met.place()).as(met.text()).isEqualTo(IN);
        }
    }

    /** A gateway for one row, or one that rows take turns with: a process of its own takes seconds to start. */
    private record Opened(RegisteredGateway gateway, ServeNow how, boolean ours) implements AutoCloseable {
        void serve() throws Exception {
            how.serve();
        }

        @Override
        public void close() throws Exception {
            if (ours) {
                gateway.close();
            } else {
                gateway.mend();
            }
        }
    }

    private interface ServeNow {
        void serve() throws Exception;
    }

    private Opened open(Kind kind) throws Exception {
        RegisteredGateway there = shared.get(kind);
        if (there != null) {
            return new Opened(there, () -> {}, false);
        }
        Path folder = Files.createDirectory(temp.resolve("gateway-" + folders++));
        Files.writeString(folder.resolve("token"), token);
        RegisteredGateway gateway = RegisteredGateway.applied(entra, DemoDirectory.TENANT_ID, folder, shape(kind));
        if (kind != Kind.FEDERATED) {
            return new Opened(gateway, () -> gateway.up(notes.url()), true);
        }
        shared.put(kind, gateway);
        Path federated = Files.writeString(
                folder.resolve("federated"),
                entra.tokens()
                        .appToken(CLUSTER, CLUSTER)
                        .audience("api://AzureADTokenExchange")
                        .claim("sub", "system:serviceaccount:demo:demo-gateway")
                        .build());
        gateway.up(notes.url(), Map.of("AZURE_FEDERATED_TOKEN_FILE", federated.toString()));
        return new Opened(gateway, () -> {}, false);
    }

    private Shape shape(Kind kind) {
        String secret = "{type: ClientSecret, secretRef: {name: entra}}";
        String readers = "permit(principal in Group::\"" + DemoDirectory.READERS + "\", action, resource);";
        String facade = "{facade: Enabled}";
        String none = "claims: []";
        return switch (kind) {
            case SECRET -> new Shape(secret, none, facade, readers, List.of());
            case CERTIFICATE ->
                new Shape("{type: Certificate, secretRef: {name: entra}}", none, facade, readers, List.of());
            case FEDERATED ->
                new Shape(
                        "{type: WorkloadIdentity}",
                        none,
                        facade,
                        readers,
                        List.of("--issuer", entra.issuer(DemoDirectory.TENANT_ID)));
            case CLAIM ->
                new Shape(
                        secret,
                        "claims: [email]",
                        facade,
                        "permit(principal, action, resource) when { principal has claim_email &&"
                                + " principal.claim_email == \"anna@ostiary.example\" };",
                        List.of());
            case ROLE ->
                new Shape(
                        secret,
                        none,
                        facade,
                        "permit(principal in Role::\"Notes.Read\", action, resource);",
                        List.of());
            case DIRECT ->
                new Shape(
                        "{type: None}",
                        none,
                        "{facade: Disabled, entraTokens: {clients: [%s, %s]}}"
                                .formatted(FirstPartyApps.VS_CODE_ID, FirstPartyApps.AZURE_CLI_ID),
                        readers,
                        List.of());
            case APP ->
                new Shape(
                        "{type: None}",
                        none,
                        "{facade: Disabled, entraTokens: {clients: [%s], appOnly: {roles: [Mcp.Call]}}}"
                                .formatted(CLUSTER),
                        "permit(principal, action, resource);",
                        List.of());
        };
    }

    private static Way facade(String user) {
        return gateway -> attempt(gateway, "notes", user, SignInAttempt::throughFacade);
    }

    private static Way vsCode(String route) {
        return gateway -> attempt(
                gateway, route, "anna", one -> one.atEntra(FirstPartyApps.VS_CODE_ID, "http://127.0.0.1:33418/"));
    }

    private static Way azureCli() {
        return gateway -> attempt(gateway, "notes", "anna", one -> one.withTheAzureCli(FirstPartyApps.AZURE_CLI_ID));
    }

    /** Entra gives an app a token for itself by its own id only (AADSTS90009). */
    private static Way itself() {
        return gateway -> attempt(gateway, "notes", "anna", one -> {
            String id = gateway.clientId();
            return one.atEntra(id, DESKTOP, id + "/mcp.notes");
        });
    }

    private static Way cluster() {
        return gateway -> attempt(gateway, "notes", "anna", one -> one.asApp(CLUSTER, CLUSTER_SECRET));
    }

    private interface Trying {
        Met with(SignInAttempt attempt) throws Exception;
    }

    private static Met attempt(RegisteredGateway gateway, String route, String user, Trying trying) throws Exception {
        try (SignInAttempt attempt = new SignInAttempt(gateway, route, user + "@" + DemoDirectory.DOMAIN)) {
            return trying.with(attempt);
        }
    }

    private static Mistake app(String members) {
        return (portal, gateway) ->
                portal.change(members.replace("GATEWAY", gateway.url()).replace("APPID", portal.appId()));
    }

    private static Mistake principal(String members) {
        return (portal, gateway) -> portal.changePrincipal(members);
    }

    private record Row(String name, Kind kind, Mistake mistake, EntraField field) {
        Broken at(String path, String code, Way way, Place place) {
            return new Broken(name, kind, mistake, field, path, code, way, place);
        }
    }

    private static Row row(String name, Kind kind, Mistake mistake, EntraField field) {
        return new Row(name, kind, mistake, field);
    }

    private static String certificate() {
        try {
            return Base64.getEncoder()
                    .encodeToString(Certificates.rsa("CN=another").certificate().getEncoded());
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    private static String html(String text) {
        return text.replace("&", "&amp;").replace(">", "&gt;");
    }
}
