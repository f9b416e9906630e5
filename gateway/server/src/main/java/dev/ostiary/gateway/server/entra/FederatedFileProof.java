package dev.ostiary.gateway.server.entra;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The pod's projected service-account token as client assertion (Microsoft, "Workload identity federation"). The file is read
 * for every proof, because the kubelet replaces it before the token ends; token requests are rare and the file is small.
 */
final class FederatedFileProof implements ClientProof {

    private static final int MAX_BYTES = 64 * 1024;

    private final Path file;

    FederatedFileProof(Path file) {
        this.file = file;
    }

    @Override
    public Map<String, String> parameters() throws EntraRefusedException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException unreadable) {
            throw missing();
        }
        String token = new String(content, StandardCharsets.US_ASCII).strip();
        if (content.length > MAX_BYTES || !Texts.isVisibleAscii(token)) {
            throw missing();
        }
        return ClientProof.assertion(token);
    }

    private static EntraRefusedException missing() {
        return new EntraRefusedException(
                EntraRefusedException.Meaning.MISCONFIGURED,
                new EntraDiagnosis(
                        "FederatedTokenMissing",
                        "The gateway has no service-account token to show to Entra.",
                        "AZURE_FEDERATED_TOKEN_FILE",
                        "Label the pod azure.workload.identity/use: \"true\", or project a service-account token with the"
                                + " audience api://AzureADTokenExchange and name its path in the variable.",
                        null),
                null);
    }
}
