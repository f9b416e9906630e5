package dev.ostiary.entra;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.token.SigningKeys;
import dev.ostiary.entra.graph.AccessToken;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.LoginException;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.RegistrationOptions;
import dev.ostiary.entra.registration.RegistrationOptions.Federation;
import dev.ostiary.entra.tenant.CredentialHolder;
import dev.ostiary.entra.tenant.CredentialKeeper;
import dev.ostiary.entra.tenant.RegistrationReader;
import dev.ostiary.entra.tenant.RegistrationWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An emulated tenant without any registration, and somebody who may do everything, or nearly nothing, in it. */
final class TestTenant implements AutoCloseable {

    static final String TENANT_ID = "3d4b0f7e-0000-4000-8000-000000000001";
    private static final User ADMIN = User.member("3d4b0f7e-0000-4000-8000-0000000002aa", "ada@ostiary.example", "Ada")
            .withRoles(DirectoryRole.GlobalAdministrator);
    private static final User DEVELOPER =
            User.member("3d4b0f7e-0000-4000-8000-0000000002bb", "dev@ostiary.example", "Dev");

    /** Made once: a key pair takes longer than a registration. */
    private static final SigningKeys KEYS = SigningKeys.generate();

    final EntraEmulator emulator = EntraEmulator.start(Settings.of(Directory.of(new Tenant(
                    TENANT_ID,
                    "ostiary.example",
                    "Example",
                    List.of(ADMIN, DEVELOPER),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of())))
            .withKeys(KEYS));
    final Exchange exchange = new Exchange();
    final List<String> said = new CopyOnWriteArrayList<>();
    Duration waited = Duration.ZERO;

    /** What the resources of a golden folder need, in this tenant. */
    DesiredRegistration desired(String folder, Path temp) throws IOException {
        String text = Files.readString(Given.GOLDEN.resolve(folder).resolve("in.yaml"));
        Path file = temp.resolve(folder + ".yaml");
        Files.writeString(
                file,
                text.replace("https://graph.microsoft.com/", emulator.graphOrigin() + "/")
                        .replace(
                                "    clientId: 00000000",
                                "    authorityHost: " + emulator.origin() + "\n    graphHost: " + emulator.graphOrigin()
                                        + "\n    clientId: 00000000"));
        return Given.registration(
                file,
                new RegistrationOptions(
                        null,
                        RegistrationOptions.Uris.ROUTES,
                        null,
                        null,
                        true,
                        new Federation(Given.ISSUER, null, null)));
    }

    /** Graph for the administrator. */
    GraphClient admin() {
        return graph(ADMIN);
    }

    /** Graph for a user without a directory role. */
    GraphClient developer() {
        return graph(DEVELOPER);
    }

    /** What the administrator's login gives programs. */
    String administratorsToken() {
        return token(ADMIN);
    }

    private String token(User user) {
        return emulator.tokens()
                .userToken(
                        user.oid(),
                        FirstPartyApps.AZURE_CLI_ID,
                        FirstPartyApps.GRAPH_ID,
                        "Application.ReadWrite.All",
                        "AppRoleAssignment.ReadWrite.All",
                        "DelegatedPermissionGrant.ReadWrite.All",
                        "Directory.AccessAsUser.All")
                .build();
    }

    private GraphClient graph(User user) {
        try {
            return new GraphClient(
                    exchange,
                    URI.create(emulator.graphOrigin()),
                    AccessToken.of(token(user), "the emulator"),
                    time -> waited = waited.plus(time),
                    said::add);
        } catch (LoginException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes for this caller. */
    RegistrationWriter writer(GraphClient graph, DesiredRegistration desired, @Nullable CredentialHolder holder) {
        return new RegistrationWriter(
                graph,
                new RegistrationReader(graph),
                holder == null ? null : new CredentialKeeper(desired, holder, InstantSource.system()),
                said::add);
    }

    /** Writes that changed the directory so far. */
    int writes() {
        return (int) emulator.graphWrites().all().stream()
                .filter(write -> write.succeeded())
                .count();
    }

    @Override
    public void close() {
        exchange.close();
        emulator.close();
    }
}
