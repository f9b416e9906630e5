package dev.ostiary.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.entra.graph.AccessToken;
import dev.ostiary.entra.graph.LoginException;
import dev.ostiary.entra.tenant.CredentialHolder.Credential;
import dev.ostiary.entra.tenant.FileHolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is secret shows in no text that is made of it. */
class SecretsAreSilentTest {

    @TempDir
    private Path folder;

    @Test
    void aTokenIsNotShownAlsoWhenItIsNone() throws Exception {
        assertThat(AccessToken.of("secret-token\n", "a file")).asString().doesNotContain("secret-token");
        assertThatThrownBy(() -> AccessToken.of("secret token", "a file"))
                .isInstanceOf(LoginException.class)
                .hasMessageContaining("a file holds no access token")
                .message()
                .doesNotContain("secret token");
    }

    @Test
    void aCredentialIsKeptForItsOwnerAlone() throws Exception {
        Path file = folder.resolve("credential");
        FileHolder holder = new FileHolder(file);
        holder.intend("ostiary 1");
        assertThat(holder.intended()).isEqualTo("ostiary 1");
        assertThat(holder.read()).isNull();

        holder.write(new Credential.Secret("secret-value"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(holder.intended()).isNull();
        assertThat(holder.read()).isEqualTo(new Credential.Secret("secret-value"));
        assertThat(String.valueOf(holder.read())).doesNotContain("secret-value");
        assertThat(new Credential.KeyPair("certificate", "key").toString()).doesNotContain("key,");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }
}
