package dev.ostiary.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.tenant.CredentialHolder.Credential;
import dev.ostiary.entra.tenant.KubectlHolder;
import dev.ostiary.testing.ApiServer;
import dev.ostiary.testing.KubePrograms;
import dev.ostiary.testing.Kubectl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials that go into Secrets of a real API server, by the real kubectl. */
class KubectlHolderTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static ApiServer server;
    private static Kubectl administrator;

    /** Of the command's kubectl; what the test itself asks for is elsewhere. */
    @TempDir
    private static Path home;

    @TempDir
    private static Path ours;

    @TempDir
    private Path temp;

    private final TestTenant tenant = new TestTenant();
    private String namespace;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start();
        administrator = Kubectl.of(server, ours);
        Files.writeString(home.resolve("kubeconfig"), server.kubeconfig());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void namespace() {
        namespace = server.newNamespace();
    }

    @AfterEach
    void end() {
        tenant.close();
    }

    @Test
    void aClientSecretIsKeptAndFoundAgain() throws Exception {
        DesiredRegistration desired = tenant.desired("facade", temp);

        assertThat(apply(desired, holder(""))).isPositive();
        assertThat(apply(desired, holder(""))).isZero();

        assertThat(secret().path("type").asText()).isEqualTo("Opaque");
        assertThat(keys()).containsExactly("client-secret");
        assertThat(hintsAtEntra()).containsExactly(value("client-secret").substring(0, 3));
        assertThat(secret().at("/metadata/annotations")).isEmpty();
        assertThat(secret().at("/metadata/managedFields"))
                .extracting(field -> field.path("manager").asText() + " "
                        + field.path("operation").asText())
                .containsExactly("ostiary-entra Apply");
    }

    @Test
    void aCertificateAndItsKeyAreKept() throws Exception {
        DesiredRegistration desired = tenant.desired("both", temp);

        assertThat(apply(desired, holder("", true))).isPositive();
        assertThat(apply(desired, holder("", true))).isZero();

        assertThat(keys()).containsExactlyInAnyOrder("tls.crt", "tls.key");
        assertThat(value("tls.crt")).startsWith("-----BEGIN CERTIFICATE-----");
        assertThat(value("tls.key")).startsWith("-----BEGIN PRIVATE KEY-----");
    }

    @Test
    void aSecretMayHaveBothAndEachIsFoundForItself() throws Exception {
        DesiredRegistration withSecret = tenant.desired("facade", temp);
        apply(withSecret, holder(""));
        String secret = value("client-secret");
        DesiredRegistration withCertificate = tenant.desired("both", temp);

        assertThat(apply(withCertificate, holder("", true))).isPositive();
        assertThat(apply(withCertificate, holder("", true))).isZero();

        assertThat(keys()).containsExactlyInAnyOrder("client-secret", "tls.crt", "tls.key");
        assertThat(value("client-secret")).isEqualTo(secret);
        assertThat(apply(withSecret, holder(""))).isZero();
    }

    @Test
    void whatOthersKeepInTheSecretStays() throws Exception {
        administrator.run(
                "create",
                "secret",
                "generic",
                "entra",
                "--namespace",
                namespace,
                "--from-literal=their-key=theirs",
                "--from-literal=client-secret=out-of-date");
        administrator.run("label", "secret", "entra", "--namespace", namespace, "team=platform");
        DesiredRegistration desired = tenant.desired("facade", temp);

        apply(desired, holder(""));

        assertThat(value("their-key")).isEqualTo("theirs");
        assertThat(secret().at("/metadata/labels/team").asText()).isEqualTo("platform");
        assertThat(hintsAtEntra()).containsExactly(value("client-secret").substring(0, 3));
    }

    @Test
    void oneThatEndsSoonIsReplacedAndTheOldOneStaysAtEntra() throws Exception {
        DesiredRegistration desired = tenant.desired("facade", temp);
        DesiredRegistration known = tenant.writer(tenant.admin(), desired, holder(""))
                .apply(desired, false, true)
                .desired();
        String first = value("client-secret");
        String application =
                tenant.admin().list("/applications").getFirst().path("id").asText();
        removeSecrets(application);
        // One that has ten days left.
        String old = tenant.admin()
                .post(
                        "/applications/" + application + "/addPassword",
                        JSON.valueToTree(Map.of(
                                "passwordCredential",
                                Map.of(
                                        "endDateTime",
                                        Instant.now().plus(Duration.ofDays(10)).toString()))))
                .path("secretText")
                .asText();
        holder("").write(new Credential.Secret(old));

        apply(known, holder(""));

        assertThat(value("client-secret")).isNotIn(first, old);
        assertThat(hintsAtEntra())
                .containsExactly(old.substring(0, 3), value("client-secret").substring(0, 3));
    }

    @Test
    void whoeverMayNotWriteSecretsIsToldBeforeEntraMakesOne() throws Exception {
        DesiredRegistration desired = tenant.desired("facade", temp);

        assertThatThrownBy(() -> apply(desired, holder("--as=stranger")))
                .isInstanceOf(IOException.class)
                .hasMessage("kubectl get failed for Secret " + namespace
                        + "/entra: your login may not read it; it needs get,"
                        + " create and patch on secrets in namespace " + namespace);

        assertThat(hintsAtEntra()).isEmpty();
        assertThat(secret()).isEmpty();
    }

    @Test
    void aSecretThatCouldNotBeKeptIsRemovedAgain() throws Exception {
        DesiredRegistration desired = tenant.desired("facade", temp);
        // The right to write is withdrawn after it was noted that a secret is about to be made.
        KubectlHolder holder = holder("$(case \"$1\" in apply) echo >> '" + temp + "/applied'; [ $(wc -l < '" + temp
                + "/applied') -lt 2 ] || echo --as=stranger;; esac)");

        assertThatThrownBy(() -> apply(desired, holder))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "kubectl apply failed for Secret " + namespace + "/entra: your login may not write it; it needs"
                                + " get, create and patch on secrets in namespace " + namespace
                                + "; the client secret that had been made for it was removed again");

        assertThat(hintsAtEntra()).isEmpty();
        assertThat(tenant.said).noneMatch(line -> line.contains("secretText"));
        // And the next run, with the right, makes one.
        apply(desired, holder(""));
        assertThat(hintsAtEntra()).containsExactly(value("client-secret").substring(0, 3));
    }

    @Test
    void aNamespaceThatIsNotThereIsNamed() throws Exception {
        DesiredRegistration desired = tenant.desired("facade", temp);
        namespace = "nowhere";

        assertThatThrownBy(() -> apply(desired, holder("")))
                .isInstanceOf(IOException.class)
                .hasMessage("kubectl apply failed for Secret nowhere/entra: there is no namespace nowhere");
        assertThat(hintsAtEntra()).isEmpty();
    }

    @Test
    void kubectlThatIsNotInstalledIsNamed() {
        assertThatThrownBy(() -> new KubectlHolder(temp + "/no-kubectl", "mcp", "entra", false).read())
                .isInstanceOf(IOException.class)
                .hasMessage(temp + "/no-kubectl cannot be started; install kubectl, or use --credential-file");
    }

    @Test
    void noFileIsLeftWithAValue() throws Exception {
        apply(tenant.desired("facade", temp), holder(""));

        String value = value("client-secret");
        try (Stream<Path> files = Stream.concat(Files.walk(temp), Files.walk(home))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(value)
                        .doesNotContain(encoded(value));
            }
        }
    }

    private int apply(DesiredRegistration desired, KubectlHolder holder)
            throws GraphException, IOException, InterruptedException {
        return tenant.writer(tenant.admin(), desired, holder)
                .apply(desired, false, true)
                .writes();
    }

    private KubectlHolder holder(String more) throws IOException {
        return holder(more, false);
    }

    /** @param more arguments of kubectl, as the shell reads them */
    private KubectlHolder holder(String more, boolean certificate) throws IOException {
        Path program = Files.writeString(
                Files.createTempFile(temp, "kubectl", ".sh"),
                "#!/bin/sh\nHOME='" + home + "' exec '" + KubePrograms.kubectl() + "' --kubeconfig '" + home
                        + "/kubeconfig' " + more + " \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return new KubectlHolder(program.toString(), namespace, "entra", certificate);
    }

    private JsonNode secret() throws IOException {
        String text = administrator.run(
                "get",
                "secret",
                "entra",
                "--namespace",
                namespace,
                "--ignore-not-found",
                "--show-managed-fields",
                "--output",
                "json");
        return text.isBlank() ? JSON.createObjectNode() : JSON.readTree(text);
    }

    private List<String> keys() throws IOException {
        List<String> keys = new ArrayList<>();
        secret().path("data").fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private String value(String key) throws IOException {
        return new String(Base64.getDecoder().decode(secret().at("/data/" + key).asText()), StandardCharsets.UTF_8);
    }

    private List<String> hintsAtEntra() throws Exception {
        return tenant.admin().list("/applications").stream()
                .flatMap(application -> application.path("passwordCredentials").valueStream())
                .map(one -> one.path("hint").asText())
                .toList();
    }

    private void removeSecrets(String application) throws Exception {
        for (JsonNode one : tenant.admin().get("/applications/" + application).path("passwordCredentials")) {
            tenant.admin()
                    .post(
                            "/applications/" + application + "/removePassword",
                            JSON.valueToTree(Map.of("keyId", one.path("keyId").asText())));
        }
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
