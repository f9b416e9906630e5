package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.Pem;
import dev.ostiary.entra.emulator.token.SigningKey;
import dev.ostiary.gateway.config.EntraCredential;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostCredentialTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"s3cret~Value", "s3cret~Value\n", "  s3cret~Value\r\n"})
    void aClientSecretIsOneLine(String content) throws Exception {
        HostCredential read = HostCredential.read(file(content));

        assertThat(read.credential())
                .isInstanceOfSatisfying(
                        EntraCredential.ClientSecret.class,
                        secret -> assertThat(read.values().get(secret.credential()))
                                .isEqualTo("s3cret~Value"));
        assertThat(read.toString()).doesNotContain("s3cret");
    }

    @Test
    void aCertificateAndItsKeyComeInAnyOrder() throws Exception {
        SigningKey identity = Certificates.rsa("CN=Gateway");
        for (String content : List.of(
                Pem.certificate(identity.certificate()) + key(identity),
                "Bag Attributes\n" + key(identity) + "subject=x\n" + Pem.certificate(identity.certificate()))) {
            HostCredential read = HostCredential.read(file(content));

            assertThat(read.credential()).isInstanceOfSatisfying(EntraCredential.Certificate.class, certificate -> {
                assertThat(read.values().get(certificate.certificate()))
                        .startsWith("-----BEGIN CERTIFICATE-----")
                        .doesNotContain("PRIVATE");
                assertThat(read.values().get(certificate.privateKey()))
                        .startsWith("-----BEGIN PRIVATE KEY-----")
                        .doesNotContain("CERTIFICATE", "subject");
            });
        }
    }

    @Test
    void anythingElseIsRefusedAndNotQuoted() throws Exception {
        SigningKey one = Certificates.rsa("CN=One");
        SigningKey other = Certificates.rsa("CN=Other");
        Certificates.Identity curve = Certificates.authority("CN=P-256");
        for (String content : List.of(
                "",
                "\n",
                "s3cret two",
                "s3cret\ns3cret",
                "s3cret\u0000",
                "s3crät",
                "s3cret".repeat(500),
                Pem.certificate(one.certificate()),
                key(one),
                Pem.certificate(one.certificate()) + key(one) + key(one),
                Pem.certificate(one.certificate()) + key(other),
                Pem.certificate(curve.certificate())
                        + Pem.block("PRIVATE KEY", curve.privateKey().getEncoded()),
                Pem.certificate(one.certificate()) + key(one).replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
                Pem.certificate(one.certificate()) + key(one).replace("PRIVATE KEY", "RSA PRIVATE KEY"),
                Pem.certificate(one.certificate()).replace("MII", "AAA") + key(one),
                Pem.certificate(one.certificate()) + key(one).substring(0, 300))) {
            Path file = file(content);

            assertThatThrownBy(() -> HostCredential.read(file))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("--credential")
                    .hasMessageContaining(file.toString())
                    .hasMessageNotContaining("s3cr")
                    .hasMessageNotContaining("MII");
        }
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws Exception {
        Path file = file("s3cret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> HostCredential.read(file)).hasMessageContaining("chmod");
        assertThatThrownBy(() -> HostCredential.read(folder.resolve("nothing"))).hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> HostCredential.read(folder)).hasMessageContaining("cannot be read");
    }

    private Path file(String content) throws Exception {
        Path file = Files.createTempFile(folder, "credential", "");
        Files.writeString(file, content);
        return file;
    }

    private static String key(SigningKey identity) {
        return Pem.block("PRIVATE KEY", identity.privateKey().getEncoded());
    }
}
