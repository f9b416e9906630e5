package dev.ostiary.entra.tenant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.graph.AccessToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A credential in a Kubernetes Secret, by kubectl with the caller's own login: server-side apply from its standard input, so that
 * no value is an argument, in a file, or in an annotation.
 */
public final class KubectlHolder implements CredentialHolder {

    private static final int MAX_OUTPUT = 2 * 1024 * 1024;
    private static final long TIMEOUT_SECONDS = 60;
    private static final String INTENT = "ostiary.dev/client-secret-begun";
    private static final String SECRET = "client-secret";
    private static final JsonMapper JSON = new JsonMapper();

    private final String program;
    private final String namespace;
    private final String name;
    private final boolean certificate;

    /**
     * @param program kubectl, by path or as the search path has it
     * @param certificate whether it is to keep a certificate; else a client secret. A Secret may have both
     */
    public KubectlHolder(String program, String namespace, String name, boolean certificate) {
        this.program = program;
        this.namespace = namespace;
        this.name = name;
        this.certificate = certificate;
    }

    @Override
    public @Nullable Credential read() throws IOException, InterruptedException {
        JsonNode data = secret().path("data");
        return certificate ? keyPair(data) : clientSecret(data);
    }

    private static @Nullable Credential clientSecret(JsonNode data) throws IOException {
        String secret = decoded(data.path(SECRET));
        return secret == null ? null : new Credential.Secret(secret.strip());
    }

    private static @Nullable Credential keyPair(JsonNode data) throws IOException {
        String pem = decoded(data.path("tls.crt"));
        String key = decoded(data.path("tls.key"));
        return pem == null || key == null ? null : new Credential.KeyPair(pem, key);
    }

    @Override
    public void write(Credential credential) throws IOException, InterruptedException {
        ObjectNode manifest = kept();
        put(manifest, credential);
        apply(manifest);
    }

    @Override
    public void intend(String intended) throws IOException, InterruptedException {
        ObjectNode manifest = kept();
        ((ObjectNode) manifest.path("metadata")).putObject("annotations").put(INTENT, intended);
        apply(manifest);
    }

    /** What is there stays, of either kind: an apply that leaves a key out would remove it. */
    private ObjectNode kept() throws IOException, InterruptedException {
        ObjectNode manifest = manifest();
        JsonNode data = secret().path("data");
        for (Credential there : new Credential[] {clientSecret(data), keyPair(data)}) {
            if (there != null) {
                put(manifest, there);
            }
        }
        return manifest;
    }

    private static void put(ObjectNode manifest, Credential credential) {
        ObjectNode data = manifest.withObject("/data");
        switch (credential) {
            case Credential.Secret(String value) -> data.put(SECRET, encoded(value));
            case Credential.KeyPair(String certificate, String privateKey) -> {
                data.put("tls.crt", encoded(certificate));
                data.put("tls.key", encoded(privateKey));
            }
        }
    }

    @Override
    public @Nullable String intended() throws IOException, InterruptedException {
        String intent =
                secret().path("metadata").path("annotations").path(INTENT).asText("");
        return intent.isEmpty() ? null : intent;
    }

    @Override
    public String where() {
        return "Secret " + namespace + "/" + name;
    }

    private JsonNode secret() throws IOException, InterruptedException {
        String text = run(
                List.of("get", "secret", name, "--namespace", namespace, "--ignore-not-found", "--output", "json"),
                null);
        if (text.isBlank()) {
            return JsonNodeFactory.instance.objectNode();
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException unreadable) {
            // The exception would quote the Secret.
            throw new IOException("the answer of kubectl is not JSON");
        }
    }

    private ObjectNode manifest() {
        ObjectNode manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("apiVersion", "v1");
        manifest.put("kind", "Secret");
        ObjectNode metadata = manifest.putObject("metadata");
        metadata.put("name", name);
        metadata.put("namespace", namespace);
        manifest.put("type", "Opaque");
        return manifest;
    }

    private void apply(ObjectNode manifest) throws IOException, InterruptedException {
        run(
                List.of(
                        "apply",
                        "--server-side",
                        "--field-manager",
                        "ostiary-entra",
                        "--force-conflicts",
                        "--filename",
                        "-"),
                manifest.toString());
    }

    private String run(List<String> arguments, @Nullable String input) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        Process process = started(command);
        try {
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
            CompletableFuture<String> complaint = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            try (OutputStream stdin = process.getOutputStream()) {
                if (input != null) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException endedBefore) {
                // Its exit code and its complaint say why.
            }
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("kubectl " + arguments.getFirst() + " for " + where() + " did not end within "
                        + TIMEOUT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException(failure(arguments.getFirst(), complaint.join()));
            }
            return output.join();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process started(List<String> command) throws IOException {
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            // It has its own login, and no use for ours.
            builder.environment().remove(AccessToken.VARIABLE);
            return builder.start();
        } catch (IOException e) {
            throw new IOException(
                    command.getFirst() + " cannot be started; install kubectl, or use --credential-file", e);
        }
    }

    /** In our words: what kubectl prints may quote what it was given. */
    private String failure(String verb, String complaint) {
        String failed = "kubectl " + verb + " failed for " + where();
        if (complaint.contains("orbidden")) {
            return failed + ": your login may not "
                    + (verb.equals("get") ? "read" : "write")
                    + " it; it needs get, create and patch on secrets in namespace "
                    + namespace;
        }
        if (complaint.contains("namespaces \"" + namespace + "\" not found")) {
            return failed + ": there is no namespace " + namespace;
        }
        if (complaint.contains("field is immutable")) {
            return failed + ": it is of another type than Opaque; delete it, or name another";
        }
        return failed + "; try: kubectl get secrets --namespace " + namespace;
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable String decoded(JsonNode value) throws IOException {
        String text = value.asText("");
        try {
            return text.isEmpty() ? null : new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IOException("a value of the Secret is not base64");
        }
    }

    private static String encoded(String value) {
        return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    }
}
