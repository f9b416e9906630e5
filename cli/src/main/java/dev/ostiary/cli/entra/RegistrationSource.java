package dev.ostiary.cli.entra;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.entra.derive.Derivation;
import dev.ostiary.entra.derive.UnderivableException;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.RegistrationOptions;
import dev.ostiary.entra.registration.RegistrationOptions.CredentialKind;
import dev.ostiary.entra.registration.RegistrationOptions.Federation;
import dev.ostiary.entra.registration.RegistrationOptions.GroupsClaim;
import dev.ostiary.entra.registration.RegistrationOptions.Uris;
import dev.ostiary.gateway.compiler.Finding.Severity;
import dev.ostiary.gateway.compiler.files.FileProblem;
import dev.ostiary.gateway.compiler.files.LoadedResources;
import dev.ostiary.gateway.compiler.files.ResourceFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what registration is wanted. */
final class RegistrationSource {

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE|DIR",
            required = true,
            description = "Resource files: the gateway, its workloads and policies; may be given several times.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--gateway", paramLabel = "NAME", description = "Which gateway, where there are several.")
    private @Nullable String gateway;

    @Option(names = "--name", paramLabel = "NAME", description = "The registration's name. Default: Ostiary <gateway>.")
    private @Nullable String name;

    @Option(
            names = "--uris",
            paramLabel = "ROUTES|API",
            description = "Application ID URIs: the routes' URLs, or api://<client id> where the tenant refuses URLs.")
    private Uris uris = Uris.ROUTES;

    @Option(
            names = "--groups",
            paramLabel = "SECURITY|ASSIGNED",
            description = "Groups in tokens: all security groups, or those assigned to the enterprise application.")
    private @Nullable GroupsClaim groups;

    @Option(
            names = "--credential",
            paramLabel = "NONE|SECRET|CERTIFICATE|FEDERATED",
            description = "How the gateway proves itself. Default: as spec.entra.credential.type says.")
    private @Nullable CredentialKind credential;

    @Option(names = "--issuer", paramLabel = "URL", description = "With a federated credential: the issuer, exactly.")
    private @Nullable String issuer;

    @Option(
            names = "--subject",
            paramLabel = "TEXT",
            description = "Likewise, the subject. Default: the gateway's service account.")
    private @Nullable String subject;

    @Option(names = "--audience", paramLabel = "TEXT", description = "Likewise, the audience. Default: the cloud's.")
    private @Nullable String audience;

    @Option(
            names = "--no-known-redirects",
            description = "Without a facade: do not register the addresses that MCP clients come back to.")
    private boolean noKnownRedirects;

    /** The files. */
    List<Path> files() {
        return files;
    }

    /** What the files ask for. */
    DesiredRegistration desired() throws CommandFailure {
        return desired(credential);
    }

    /** The same where how the gateway proves itself does not matter, and so need not be given. */
    DesiredRegistration withoutCredential() throws CommandFailure {
        return desired(CredentialKind.NONE);
    }

    private DesiredRegistration desired(@Nullable CredentialKind kind) throws CommandFailure {
        LoadedResources loaded = ResourceFiles.read(files);
        List<String> wrong = new ArrayList<>();
        for (FileProblem problem : loaded.problems()) {
            if (problem.severity() == Severity.ERROR) {
                wrong.add(problem.place() + ": " + problem.reason() + ": " + problem.message());
            }
        }
        if (!wrong.isEmpty() || !loaded.complete()) {
            throw CommandFailure.refused(wrong.isEmpty() ? "the files cannot be read" : String.join("\n", wrong));
        }
        try {
            return Derivation.of(
                    choose(loaded.resources().gateways()),
                    loaded.resources().workloads(),
                    loaded.resources().policies(),
                    new RegistrationOptions(
                            name, uris, groups, kind, !noKnownRedirects, new Federation(issuer, subject, audience)));
        } catch (UnderivableException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()));
        }
    }

    private McpGateway choose(List<McpGateway> all) throws CommandFailure {
        List<McpGateway> matching = all.stream()
                .filter(one -> gateway == null
                        || gateway.equals(one.getMetadata().getName())
                        || gateway.equals(one.getMetadata().getNamespace() + "/"
                                + one.getMetadata().getName()))
                .toList();
        if (matching.size() == 1) {
            return matching.getFirst();
        }
        String names =
                all.stream().map(one -> one.getMetadata().getName()).sorted().collect(Collectors.joining(", "));
        throw CommandFailure.refused(
                all.isEmpty() ? "there is no McpGateway among the files" : "choose a gateway with --gateway: " + names);
    }
}
