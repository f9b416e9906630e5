package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.compiler.files.LoadedResources;
import dev.ostiary.gateway.compiler.files.ResourceFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Resources for tests, as YAML, since that is how people write them. */
public final class Given {

    /** What a host can do at most. */
    static final Set<Host.Ability> EVERYTHING = EnumSet.allOf(Host.Ability.class);

    static final String GATEWAY = gateway("engineering", "");

    private Given() {}

    /** Reads documents from a real file. */
    public static LoadedResources files(String... documents) {
        try {
            Path file = Files.createTempFile("ostiary", ".yaml");
            try {
                Files.writeString(file, String.join("\n---\n", documents));
                return ResourceFiles.read(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Compilation compiled(String... documents) {
        return Compiler.compile(files(documents).resources(), Host.cluster());
    }

    static List<String> documents(Path yaml) {
        try {
            return Arrays.asList(Files.readString(yaml).split("(?m)^---\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String gateway(String name, String more) {
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata: { name: %s, namespace: mcp }
                spec:
                  publicUrl: https://mcp.example.com
                  entra: { tenantId: 72f988bf-0000-4000-8000-2d7cd011db47, clientId: 6e74172b-0000-4000-8000-e66a39bb12e3 }
                  authorization: { facade: Disabled, entraTokens: { clients: [04b07795-8ddb-461a-bbee-02f9e1bf7b46] } }
                %s""".formatted(name, more.indent(2));
    }

    public static String workload(String namespace, String name, String more) {
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpWorkload
                metadata: { name: %s, namespace: %s }
                spec:
                  gatewayRef: { name: engineering, namespace: mcp }
                %s""".formatted(name, namespace, more.indent(2));
    }

    static String workload(String name) {
        return workload("mcp", name, "url: https://" + name + ".example.com/mcp");
    }

    static String policy(String namespace, String name, String target, String more, String cedar) {
        String[] kindAndName = target.split(" ");
        return """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: %s, namespace: %s }
                spec:
                  targetRefs: [{ kind: %s, name: %s }]
                %s  cedar: |
                %s""".formatted(name, namespace, kindAndName[0], kindAndName[1], more.indent(2), cedar.indent(4));
    }
}
