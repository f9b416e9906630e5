package dev.ostiary.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTrustTest {

    @TempDir
    private Path folder;

    @Test
    void severalCertificatesMayBeInOneFileWithCommentsInAnything() throws Exception {
        String one = Files.readString(new TestCertificate(Files.createDirectory(folder.resolve("one"))).certificate());
        String two = Files.readString(new TestCertificate(Files.createDirectory(folder.resolve("two"))).certificate());
        Path both = folder.resolve("both.crt");
        Files.write(both, ("# M\u00fcller AG\n" + one + "# and\n" + two).getBytes(StandardCharsets.ISO_8859_1));

        assertThat(RegistryTrust.of(both)).isNotNull();
    }

    @Test
    void whatIsWrongWithAFileIsSaidWithItsName() throws IOException {
        Path file = folder.resolve("ca.crt");
        assertThatThrownBy(() -> RegistryTrust.of(file))
                .isInstanceOf(IOException.class)
                .hasMessage("OSTIARY_REGISTRY_CA: " + file + " is not there.");

        Files.writeString(file, "");
        assertThatThrownBy(() -> RegistryTrust.of(file))
                .hasMessageStartingWith("OSTIARY_REGISTRY_CA: " + file + " must hold certificates in PEM")
                .hasMessageContaining("holds no certificate");

        Files.writeString(file, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> RegistryTrust.of(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("OSTIARY_REGISTRY_CA: " + file + " must hold certificates in PEM");
    }
}
