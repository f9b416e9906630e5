package dev.ostiary.gateway.server.entra;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The proof that the settings ask for. What is wrong with them shows when the proof is used, as a refusal that says so. */
final class ClientProofs {

    /** Where the projected token is unless the environment says otherwise (azure-workload-identity 1.6). */
    private static final String DEFAULT_TOKEN_FILE = "/var/run/secrets/azure/wi/token/azure-identity-token";

    private final EntraSettings entra;
    private final Credentials credentials;
    private final URI tokenEndpoint;
    private final Time time;
    private final Endpoint managedIdentity;
    private final UnaryOperator<@Nullable String> environment;

    /**
     * @param managedIdentity reaches the host's identity endpoint, past every proxy
     * @param environment a variable of the process, or null
     */
    ClientProofs(
            EntraSettings entra,
            Credentials credentials,
            URI tokenEndpoint,
            Time time,
            Endpoint managedIdentity,
            UnaryOperator<@Nullable String> environment) {
        this.entra = entra;
        this.credentials = credentials;
        this.tokenEndpoint = tokenEndpoint;
        this.time = time;
        this.managedIdentity = managedIdentity;
        this.environment = environment;
    }

    ClientProof of(EntraCredential credential) {
        return switch (credential) {
            case EntraCredential.None none ->
                ClientProof.unusable(
                        "NoClientCredential",
                        "The gateway cannot prove to Entra that it is its registration.",
                        "spec.entra.credential",
                        "Give the gateway a client secret, a certificate, a workload identity or a managed identity.");
            case EntraCredential.ClientSecret secret -> secret(credentials.get(secret.credential()));
            case EntraCredential.Certificate certificate ->
                CertificateProof.of(
                        credentials.get(certificate.certificate()),
                        credentials.get(certificate.privateKey()),
                        entra.clientId(),
                        tokenEndpoint,
                        time);
            case EntraCredential.WorkloadIdentity identity -> workloadIdentity();
            case EntraCredential.ManagedIdentity identity ->
                new ManagedIdentityProof(entra, identity.clientId(), managedIdentity, time, environment);
        };
    }

    private static ClientProof secret(@Nullable String value) {
        // Editors and shells leave a line break at the end of files; no client secret has one.
        String secret = value == null ? "" : value.strip();
        if (secret.isEmpty()) {
            return ClientProof.unusable(
                    "ClientSecretMissing",
                    "The gateway has no client secret for Entra.",
                    "spec.entra.credential.clientSecretRef",
                    "Put the value of a client secret of the registration (not its id) into the Secret that is named.");
        }
        Map<String, String> parameters = Map.of("client_secret", secret);
        return () -> parameters;
    }

    private ClientProof workloadIdentity() {
        String file = environment.apply("AZURE_FEDERATED_TOKEN_FILE");
        try {
            return new FederatedFileProof(Path.of(file == null || file.isEmpty() ? DEFAULT_TOKEN_FILE : file));
        } catch (InvalidPathException notAPath) {
            return ClientProof.unusable(
                    "FederatedTokenMissing",
                    "The gateway has no service-account token to show to Entra.",
                    "AZURE_FEDERATED_TOKEN_FILE",
                    "The variable must hold the path of the projected service-account token.");
        }
    }
}
