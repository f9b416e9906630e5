package dev.ostiary.entra.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code az account get-access-token}, started without a shell: its arguments are tenant and Graph's address, no secret. */
public final class AzureCliLogin implements Login {

    private static final int MAX_OUTPUT = 128 * 1024;
    private static final long TIMEOUT_SECONDS = 60;
    private static final JsonMapper JSON = new JsonMapper();

    private final String program;
    private final String tenantId;
    private final URI graph;

    /** @param program the Azure CLI, by path or as the search path has it */
    public AzureCliLogin(String program, String tenantId, URI graph) {
        this.program = program;
        this.tenantId = tenantId;
        this.graph = graph;
    }

    /** The Azure CLI of the search path. */
    public static AzureCliLogin ofPath(String tenantId, URI graph) {
        boolean windows =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        return new AzureCliLogin(windows ? "az.cmd" : "az", tenantId, graph);
    }

    @Override
    public AccessToken token() throws LoginException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(List.of(
                            program,
                            "account",
                            "get-access-token",
                            "--resource",
                            graph.toString(),
                            "--tenant",
                            tenantId,
                            "--output",
                            "json"))
                    .directory(Path.of(System.getProperty("java.io.tmpdir")).toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new LoginException(
                    "the Azure CLI (az) cannot be started; install it, or use --login DeviceCode or --token-file");
        }
        try {
            process.getOutputStream().close();
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
            String text = output.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new LoginException("the Azure CLI has no login for tenant " + tenantId
                        + "; run: az login --tenant " + tenantId + " --allow-no-subscriptions");
            }
            return AccessToken.of(accessToken(text), "the answer of the Azure CLI");
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new LoginException("the Azure CLI did not answer within " + TIMEOUT_SECONDS + " seconds");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(InputStream in) {
        try (in) {
            return new String(in.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static String accessToken(String text) throws LoginException {
        try {
            JsonNode json = JSON.readTree(text);
            return json == null ? "" : json.path("accessToken").asText("");
        } catch (JsonProcessingException unreadable) {
            // The exception would quote the token.
            throw new LoginException("the answer of the Azure CLI is not JSON");
        }
    }
}
