package dev.ostiary.cli.entra;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.entra.registration.DesiredRegistration.Credential;
import dev.ostiary.entra.tenant.CredentialHolder;
import dev.ostiary.entra.tenant.FileHolder;
import dev.ostiary.entra.tenant.KubectlHolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where the gateway's credential is kept. */
final class CredentialPlace {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

    @Option(
            names = "--credential-file",
            paramLabel = "FILE",
            description =
                    "Keeps a client secret or certificate in this file (0600), as `ostiary up --credential` reads it.")
    private @Nullable Path file;

    @Option(
            names = "--credential-secret",
            paramLabel = "NAMESPACE/NAME",
            description = "Keeps it in this Kubernetes Secret, by kubectl with your own login.")
    private @Nullable String secret;

    /**
     * The holder; null when none is named.
     *
     * @param credential of what kind it is to keep one
     */
    @Nullable
    CredentialHolder holder(Credential credential) throws CommandFailure {
        if (file != null && secret != null) {
            throw CommandFailure.refused("choose one of --credential-file and --credential-secret");
        }
        if (file != null) {
            return new FileHolder(writable(file));
        }
        if (secret == null) {
            return null;
        }
        String[] parts = secret.split("/", -1);
        if (parts.length != 2
                || !NAME.matcher(parts[0]).matches()
                || !NAME.matcher(parts[1]).matches()) {
            throw CommandFailure.refused("--credential-secret must be NAMESPACE/NAME");
        }
        return new KubectlHolder("kubectl", parts[0], parts[1], credential instanceof Credential.Certificate);
    }

    /** Found out before anything is made that would have to be kept there. */
    private static Path writable(Path file) throws CommandFailure {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CommandFailure.refused("--credential-file " + file + ": there is no folder " + folder);
        }
        if (Files.isDirectory(file) || !Files.isWritable(folder)) {
            throw CommandFailure.refused("--credential-file " + file + ": "
                    + (Files.isDirectory(file) ? "it is a folder" : "you may not write in " + folder));
        }
        return file;
    }
}
