package dev.ostiary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.cli.RegisteredGateway.Shape;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.token.SigningKeys;
import dev.ostiary.testing.ApiServer;
import dev.ostiary.testing.KubePrograms;
import dev.ostiary.testing.Kubectl;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever {@code ostiary entra} is given or makes that is secret is nowhere but where it belongs: not in what it prints, not in the
 * process list, not in the shell's history, not in a file.
 */
@EnabledOnOs(OS.LINUX)
class EntraSecretsTest {

    private static final User ADA = User.member("3d4b0f7e-0000-4000-8000-0000000002aa", "ada@ostiary.example", "Ada")
            .withRoles(DirectoryRole.GlobalAdministrator);
    private static final Pattern ANY_TOKEN = Pattern.compile("eyJ[A-Za-z0-9_-]{20,}");

    @TempDir
    private Path folder;

    /** For what the test itself asks the cluster. */
    @TempDir
    private Path ours;

    private EntraEmulator entra;
    private String token;

    /** Made once: a key pair takes longer than what is tested with it. */
    private static final SigningKeys KEYS = SigningKeys.generate();

    @BeforeEach
    void start() {
        entra = EntraEmulator.start(Settings.of(Directory.of(new Tenant(
                        DemoDirectory.TENANT_ID,
                        DemoDirectory.DOMAIN,
                        "Example",
                        List.of(ADA),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of())))
                .withKeys(KEYS.copy()));
        token = entra.tokens()
                .userToken(
                        ADA.oid(),
                        FirstPartyApps.AZURE_CLI_ID,
                        FirstPartyApps.GRAPH_ID,
                        "Application.ReadWrite.All",
                        "AppRoleAssignment.ReadWrite.All",
                        "DelegatedPermissionGrant.ReadWrite.All",
                        "Directory.AccessAsUser.All")
                .build();
    }

    @AfterEach
    void end() {
        entra.close();
    }

    @Test
    void aClientSecretInAFileWithATokenFromAFile() throws Exception {
        resources("{type: ClientSecret, secretRef: {name: entra}}");
        Path tokenFile = Files.writeString(folder.resolve("token"), token);
        String more = " -f resources --credential-file credential --token-file token";

        try (ShellSession shell = session(
                Map.of(),
                "ostiary entra plan" + more,
                "ostiary entra apply --write" + more,
                "ostiary entra apply" + more,
                "ostiary entra check --output json" + more,
                "ostiary entra delete --yes -f resources --token-file token")) {
            shell.end();

            // Differences, done, nothing left to do, as desired, deleted.
            assertThat(exits(shell)).containsExactly(2, 0, 0, 0, 0);
            Path credential = folder.resolve("credential");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(credential)))
                    .isEqualTo("rw-------");
            nowhere(
                    shell,
                    Set.of(tokenFile, credential),
                    Files.readString(credential).strip());
        }
    }

    @Test
    void aCertificateInAFileWithATokenFromTheEnvironment() throws Exception {
        resources("{type: Certificate, secretRef: {name: entra}}");
        String more = " -f resources --credential-file credential --login ENVIRONMENT";

        try (ShellSession shell = session(
                Map.of("OSTIARY_GRAPH_TOKEN", token),
                "ostiary entra apply --write" + more,
                "ostiary entra check" + more)) {
            shell.end();

            assertThat(exits(shell)).containsExactly(0, 0);
            Path credential = folder.resolve("credential");
            String pem = Files.readString(credential);
            String key = pem.substring(pem.indexOf("-----BEGIN PRIVATE KEY-----"))
                    .lines()
                    .skip(5)
                    .findFirst()
                    .orElseThrow();
            assertThat(key).hasSizeGreaterThan(60);
            nowhere(shell, Set.of(credential), key);
        }
    }

    @Test
    void aClientSecretInAKubernetesSecretWithTheLoginOfTheAzureCli() throws Exception {
        resources("{type: ClientSecret, secretRef: {name: entra}}");
        Path programs = Files.createDirectory(folder.resolve("bin"));
        program(
                programs,
                "az",
                "exec /bin/sh '" + Path.of("../entra-emulator/az/az").toRealPath() + "' \"$@\"");
        String more = " -f resources --credential-secret NAMESPACE/entra";
        try (ApiServer cluster = ApiServer.start()) {
            String namespace = cluster.newNamespace();
            Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), cluster.kubeconfig());
            // With a record of what it was started with, however short it lived.
            program(
                    programs,
                    "kubectl",
                    "echo \"$@\" >> '" + folder + "/kubectl-arguments'\nenv >> '" + folder
                            + "/kubectl-environment'\nexec '" + KubePrograms.kubectl() + "' \"$@\"");
            Map<String, String> environment = Map.of(
                    "PATH", programs + ":/usr/bin:/bin",
                    "KUBECONFIG", kubeconfig.toString(),
                    "OSTIARY_GRAPH_TOKEN", token,
                    "ENTRA_EMULATOR", entra.origin(),
                    "AZURE_CONFIG_DIR", folder.resolve("azure").toString());

            try (ShellSession shell = session(
                    environment,
                    "az login --username " + ADA.upn(),
                    ("ostiary entra apply --write" + more).replace("NAMESPACE", namespace),
                    ("ostiary entra check" + more).replace("NAMESPACE", namespace))) {
                shell.end();

                assertThat(exits(shell)).containsExactly(0, 0, 0);
                String value = new String(
                        Base64.getDecoder()
                                .decode(Kubectl.of(cluster, ours)
                                        .run(
                                                "get",
                                                "secret",
                                                "entra",
                                                "--namespace",
                                                namespace,
                                                "--output",
                                                "jsonpath={.data.client-secret}")),
                        StandardCharsets.UTF_8);
                assertThat(Files.readString(folder.resolve("kubectl-arguments")))
                        .contains("apply --server-side")
                        .contains("get secret entra");
                assertThat(Files.readString(folder.resolve("kubectl-environment")))
                        .contains("KUBECONFIG=")
                        .doesNotContain("OSTIARY_GRAPH_TOKEN");
                assertThat(shell.commandLines()).anyMatch(line -> line.contains("kubectl"));
                // What az keeps of its own login is az's; the administrator's login to the cluster is in its file.
                nowhere(shell, Set.of(folder.resolve("azure"), kubeconfig), value);
            }
        }
    }

    @Test
    void aFederatedCredentialWithASignInByCode() throws Exception {
        resources("{type: WorkloadIdentity}");
        String more = " -f resources --issuer " + entra.issuer(DemoDirectory.TENANT_ID) + " --login DEVICE_CODE";

        try (ShellSession shell = session(
                Map.of(),
                "ostiary entra plan" + more,
                "ostiary entra apply --write" + more,
                "ostiary entra check" + more)) {
            Set<String> approved = new HashSet<>();
            await().atMost(Duration.ofMinutes(4)).until(() -> {
                Matcher codes =
                        Pattern.compile("and enter the code ([A-Z0-9]{9})\\b").matcher(shell.err());
                while (codes.find()) {
                    if (approved.add(codes.group(1))) {
                        approve(codes.group(1));
                    }
                }
                return !shell.isAlive();
            });
            shell.end();

            assertThat(approved).hasSize(3);
            assertThat(exits(shell)).as(shell.out() + shell.err()).containsExactly(2, 0, 0);
            assertThat(shell.err()).contains("To sign in, open " + entra.origin() + "/devicelogin and enter the code ");
            nowhere(shell, Set.of(), token);
        }
    }

    private void nowhere(ShellSession shell, Set<Path> whereItBelongs, String secret) throws IOException {
        assertThat(secret).hasSizeGreaterThan(20);
        List<String> secrets =
                List.of(secret, token, Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
        assertThat(shell.history()).contains("ostiary entra apply");
        assertThat(shell.commandLines()).anyMatch(line -> line.contains("entra") && line.contains("apply"));
        List<String> places = new ArrayList<>(List.of(shell.out(), shell.err(), shell.history()));
        places.addAll(shell.files(whereItBelongs).values());
        places.addAll(shell.commandLines());
        assertThat(places).allSatisfy(place -> {
            secrets.forEach(one -> assertThat(place.contains(one))
                    .as("a secret in " + head(place))
                    .isFalse());
            assertThat(ANY_TOKEN.matcher(place).find())
                    .as("a token in " + head(place))
                    .isFalse();
        });
    }

    private static String head(String place) {
        return place.substring(0, Math.min(120, place.length()));
    }

    private ShellSession session(Map<String, String> environment, String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of("cd '" + folder + "'"));
        all.addAll(List.of(lines));
        return new ShellSession(folder, environment, all);
    }

    /** Of the typed lines but for the first, which goes to the folder. */
    private static List<Integer> exits(ShellSession shell) throws IOException {
        return Pattern.compile("(?m)^ended with (\\d+)$")
                .matcher(shell.out())
                .results()
                .map(found -> Integer.parseInt(found.group(1)))
                .skip(1)
                .toList();
    }

    private void approve(String code) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> page = http.send(
                    HttpRequest.newBuilder(URI.create(entra.origin() + "/devicelogin"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString("user_code=" + code + "&_user=" + ADA.oid()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(page.body()).contains("You have signed in");
        }
    }

    private void resources(String credential) throws IOException {
        RegisteredGateway.written(
                entra,
                DemoDirectory.TENANT_ID,
                folder,
                new Shape(
                        credential,
                        "claims: []",
                        "{facade: Enabled}",
                        "permit(principal in Group::\"" + DemoDirectory.READERS + "\", action, resource);",
                        List.of()));
    }

    private static void program(Path folder, String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
}
