package dev.ostiary.gateway.compiler.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.compiler.Finding.Severity;
import dev.ostiary.gateway.compiler.Given;
import dev.ostiary.gateway.compiler.SecretKey;
import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files, as people keep them and as they break. */
class ResourceFilesTest {

    @TempDir
    private Path folder;

    @Test
    void foldersAreReadInOrderOfTheirPathsAndHiddenOnesAreNot() throws IOException {
        write("b.yml", Given.workload("mcp", "b", "url: https://b.example.com"));
        write("a/z.yaml", Given.workload("mcp", "z", "url: https://z.example.com"));
        write("a/json.json", """
                {"apiVersion": "ostiary.dev/v1alpha1", "kind": "McpWorkload", "metadata": {"name": "json"},
                 "spec": {"gatewayRef": {"name": "engineering"}, "url": "https://json.example.com"}}""");
        write("README.md", "not: [yaml");
        write(".git/c.yaml", "not: [yaml");
        write("a/.hidden.yaml", "not: [yaml");

        LoadedResources loaded = ResourceFiles.read(folder);

        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.complete()).isTrue();
        assertThat(names(loaded)).containsExactly("default/json", "mcp/z", "mcp/b");
    }

    @Test
    void aVolumeOfAConfigMapIsAFolderOfLinks() throws IOException {
        write("..2026/notes.yaml", Given.workload("mcp", "notes", "url: https://b.example.com"));
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026"));
        Files.createSymbolicLink(folder.resolve("notes.yaml"), Path.of("..data/notes.yaml"));

        assertThat(names(ResourceFiles.read(folder))).containsExactly("mcp/notes");
    }

    @Test
    void aFileHoldsManyDocumentsAndListsOfThem() {
        LoadedResources loaded = Given.files("# only a comment", """
                        apiVersion: v1
                        kind: List
                        items:
                          - apiVersion: ostiary.dev/v1alpha1
                            kind: McpWorkload
                            metadata: { name: one, namespace: mcp }
                            spec: { gatewayRef: { name: engineering }, url: https://one.example.com }
                          - apiVersion: v1
                            kind: ConfigMap
                            metadata: { name: ca, namespace: mcp }
                            data: { ca.crt: text }
                        """, """
                        apiVersion: ostiary.dev/v1alpha1
                        kind: McpWorkloadList
                        items:
                          - apiVersion: ostiary.dev/v1alpha1
                            kind: McpWorkload
                            metadata: { name: two, namespace: mcp, resourceVersion: "7", managedFields: [{ a: b }] }
                            spec: { gatewayRef: { name: engineering }, url: https://two.example.com }
                            status: { whatever: [1] }
                        """);

        assertThat(loaded.problems()).isEmpty();
        assertThat(names(loaded)).containsExactly("mcp/one", "mcp/two");
        assertThat(loaded.resources().configMaps()).containsKey(new ResourceName("mcp", "ca"));
    }

    @Test
    void theExamplesOfTheDesignFit() {
        LoadedResources loaded = Given.files("""
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata: { name: engineering, namespace: mcp }
                spec:
                  publicUrl: https://mcp.example.com
                  replicas: 2
                  entra:
                    tenantId: 72f988bf-0000-4000-8000-2d7cd011db47
                    clientId: 6e74172b-0000-4000-8000-e66a39bb12e3
                    credential: { type: WorkloadIdentity }
                    cloud: Public
                    groups: { overage: Graph, lookup: App }
                    claims: [preferred_username, department]
                  authorization:
                    facade: Enabled
                    clients:
                      dynamicRegistration: Enabled
                      metadataDocuments: { mode: Enabled, allow: [], deny: [] }
                      deny: []
                      remember: Named
                      static: [{ clientId: intranet-portal, redirectUris: ["https://portal.example.com/cb"], secretRef: { name: portal } }]
                      redirects: { hosts: KnownClients, schemes: [cursor] }
                    tokens: { accessTokenTtl: 15m, refreshTokenTtl: 30d }
                    entraTokens:
                      clients: [04b07795-8ddb-461a-bbee-02f9e1bf7b46]
                      scope: ""
                      appOnly: { roles: [Mcp.Call] }
                    principalClaim: oid
                  legacySse: Disabled
                  audit: { arguments: None }
                  maxStaleness: null
                  allowedWorkloads: { namespaces: { from: List, list: [mcp, data] } }
                  http: { allowedOrigins: [], trustedProxies: [], limits: {} }
                  tls: { secretRef: { name: mcp-tls } }
                  egress: { proxy: { https: http://proxy:3128, noProxy: [.svc] }, caBundleRef: { name: corp-ca } }
                  store: { type: Kubernetes }
                  keys: { rotateEvery: 30d }
                  deletionPolicy: Retain
                  podTemplate: { metadata: { labels: { a: b } }, spec: { nodeSelector: { disk: ssd } } }
                  resources: { limits: { memory: 512Mi, cpu: 1 } }
                  service: {}
                """, """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpWorkload
                metadata: { name: github, namespace: mcp }
                spec:
                  gatewayRef: { name: engineering }
                  route: github
                  displayName: GitHub
                  transport: Stdio
                  image: ghcr.io/github/github-mcp-server:1.0.0
                  command: [/server/github-mcp-server, stdio]
                  env: [{ name: GITHUB_TOKEN, valueFrom: { secretKeyRef: { name: github, key: token } } }]
                  replicas: 2
                  sessions: { maxPerPod: 200, idleTimeout: 30m, reinitialize: Client }
                  rollOnContentChange: true
                  upstreamAuth: { type: None }
                  tools: [{ name: create_issue, annotations: { readOnlyHint: false } }]
                  egress: { allow: [{ cidr: 140.82.112.0/20, port: 443 }] }
                  podTemplate: {}
                  resources: {}
                  imagePullSecrets: []
                """, """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: github-readers, namespace: mcp }
                spec:
                  targetRefs: [{ kind: McpWorkload, name: github }]
                  groups: { engineering: 02223b6b-0000-4000-8000-000000000001 }
                  evaluation: ForbidErrorsDeny
                  numbers: Native
                  enforcement: Enforce
                  entities: []
                  cedar: |
                    permit(principal in Group::"engineering", action == Action::"call_tool", resource)
                    when { resource has readOnlyHint && resource.readOnlyHint };
                """);

        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.resources().gateways()).hasSize(1);
        assertThat(loaded.resources().workloads()).hasSize(1);
        assertThat(loaded.resources().policies()).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "imge: notes:1                       | 7:3  UnknownField spec.imge            | did you mean image?",
                "url: https://a.example.com          | 7:3  DuplicateKey spec.url             | first in line 6",
                "replicas: \"2\"                     | 7:13 WrongType spec.replicas           | must be a whole number, and is text.",
                "replicas: 1.5                       | 7:13 WrongType spec.replicas           | must be a whole number, and is a number.",
                "replicas: 101                       | 7:13 Invalid spec.replicas             | must be from 0 to 100.",
                "replicas: 99999999999999999999      | 7:13 Invalid spec.replicas             | must be from 0 to 100.",
                "route: 7                            | 7:10 WrongType spec.route              | must be text; put it into quotes, and is a number.",
                "route: [a]                          | 7:10 WrongType spec.route              | must be a single value, and is a list.",
                "tools: { name: a }                  | 7:10 WrongType spec.tools              | must be a list, and is an object.",
                "http: 80                            | 7:9  WrongType spec.http               | must be an object with fields",
                "rollOnContentChange: yes            | 7:24 WrongType spec.rollOnContentChange | must be true or false, and is text.",
                "transport: stdio                    | 7:14 NotAllowed spec.transport         | must be one of StreamableHttp, Stdio, Sse; did you mean Stdio?",
                "displayName: !!binary aGFsbG8=      | 7:16 WrongType spec.displayName        | has a YAML tag; remove it.",
                "tools: [{ name: a }, { name: a }]   | 7:24 Duplicate spec.tools[1]           | is the same as item 0",
                "tools: [{ annotations: {} }]        | 7:11 Missing spec.tools[0].name        | is required, and is not there.",
                "upstreamAuth: { type: OnBehalfOf, scopes: [a, a] } | 7:49 Duplicate spec.upstreamAuth.scopes[1] | is the same as item 0",
                "upstreamAuth: {}                    | 7:17 Missing spec.upstreamAuth.type    | is required",
                "command: [null]                     | 7:13 WrongType spec.command[0]         | is empty.",
                "sessions: { idleTimeout: soon }     | 7:28 Invalid spec.sessions.idleTimeout | must be a duration",
                "? [a]: b                            | 7:5  WrongType spec                    | has a key that is no text."
            })
    void whatAnApiServerWouldRefuseIsAProblemWithItsPlace(String field, String place, String message) {
        LoadedResources loaded = Given.files("""
                apiVersion: ostiary.dev/v1alpha1
                kind: McpWorkload
                metadata: { name: notes, namespace: mcp }
                spec:
                  gatewayRef: { name: engineering }
                  url: https://notes.example.com/mcp
                  %s
                """.formatted(field));

        assertThat(loaded.problems()).hasSize(1);
        FileProblem problem = loaded.problems().getFirst();
        assertThat(problem.place().line() + ":" + problem.place().column() + " " + problem.reason() + " "
                        + problem.fieldPath())
                .isEqualTo(place.strip().replaceAll(" +", " "));
        assertThat(problem.message()).contains(message.strip());
        assertThat(problem.severity()).isEqualTo(Severity.ERROR);
        assertThat(loaded.resources().rejected()).hasSize(1);
        assertThat(loaded.complete()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kind: McpPolicy                                | apiVersion or kind is missing",
                "[1, 2]                                         | is no Kubernetes object",
                "text                                           | is no Kubernetes object",
                "{apiVersion: ostiary.dev/v1alpha1, kind: McpPolcy, metadata: {name: a}}   | did you mean McpPolicy?",
                "{apiVersion: ostiary.dev/v1, kind: McpPolicy, metadata: {name: a}}        | must have the apiVersion ostiary.dev/v1alpha1",
                "{apiVersion: ostairy.dev/v1alpha1, kind: McpPolicy, metadata: {name: a}}  | must have the apiVersion ostiary.dev/v1alpha1",
                "{apiVersion: ostiary.dev/v1alpha1, kind: McpPolicy, metadata: {}}         | has no usable metadata.name",
                "{apiVersion: ostiary.dev/v1alpha1, kind: McpPolicy, metadata: {name: A_B}} | has no usable metadata.name",
                "{apiVersion: ostiary.dev/v1alpha1, kind: McpPolicy}                       | has no usable metadata.name",
                "{apiVersion: ostiary.dev/v1alpha1, kind: McpPolicy, metadata: {name: a, namespace: B!}} | has no usable metadata.namespace",
                "{apiVersion: v1, kind: List}                   | is a list without items",
                "a: [b                                          | is not valid YAML",
                "a: *b                                          | an alias whose anchor is not there",
                "a: &b [*b]                                     | is no Kubernetes object",
            })
    void aDocumentThatNobodyCanAttributeMakesTheWholeIncomplete(String document, String message) {
        LoadedResources loaded = Given.files(document);

        assertThat(loaded.complete()).isFalse();
        assertThat(loaded.problems()).anyMatch(problem -> problem.message().contains(message));
        assertThat(loaded.problems()).allMatch(problem -> problem.severity() == Severity.ERROR);
    }

    @Test
    void otherKindsAreIgnoredWithAWarningEach() {
        LoadedResources loaded = Given.files(
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}",
                "{apiVersion: v1, kind: Service, metadata: {name: a}}");

        assertThat(loaded.complete()).isTrue();
        assertThat(loaded.problems())
                .allMatch(problem -> problem.severity() == Severity.WARNING)
                .extracting(FileProblem::reason)
                .containsExactly("Ignored", "Ignored");
    }

    @Test
    void secretsAreReadFromBothOfTheirForms() {
        LoadedResources loaded = Given.files("""
                apiVersion: v1
                kind: Secret
                type: Opaque
                metadata: { name: s, namespace: mcp }
                data: { encoded: aGVsbG8=, both: b25l }
                stringData: { plain: "world", both: two }
                """);

        assertThat(loaded.problems()).isEmpty();
        assertThat(secret(loaded, "encoded")).isEqualTo("hello");
        assertThat(secret(loaded, "plain")).isEqualTo("world");
        assertThat(secret(loaded, "both")).isEqualTo("two");
        assertThat(secret(loaded, "gone")).isNull();
        assertThat(loaded.toString() + loaded.resources()).doesNotContain("hello", "world");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: { key: hunter2! }",
                "data: hunter2",
                "stringData: [hunter2]",
                "stringData: { key: [hunter2] }",
                "stringData: { key: *hunter2 }",
                "stringData: { key: !hunter2 x }",
                "stringData: { key: !<hunter2> x }",
                "stringData: { key: \"hunter2\\q\" }",
                "stringData: { key: 'hunter2 }",
                "stringData: { key: hunter2",
                "stringData:\n  key: hunter2\n more: x",
                "stringData:\n  key: |\n  hunter2\n : x",
                "stringData:\n  key: @hunter2",
                "stringData:\n  key: `hunter2`",
                "stringData:\n  key: %hunter2",
                "hunter2: x",
                "type: {hunter2: x}",
                "immutable: hunter2",
                "stringData: { key: &hunter2 , key: *hunter3 }",
            })
    void aBrokenSecretIsNotQuoted(String broken) {
        LoadedResources loaded =
                Given.files("apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: mcp }\n" + broken);

        assertThat(loaded.problems()).isNotEmpty();
        for (FileProblem problem : loaded.problems()) {
            assertThat(problem.message() + problem.fieldPath()).doesNotContain("hunter");
        }
    }

    @Test
    void aSecretThatIsThereTwiceIsNotThere() {
        String secret = "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: mcp}, stringData: {a: b}}";
        LoadedResources loaded = Given.files(secret, secret);

        assertThat(loaded.resources().secrets()).isEmpty();
        assertThat(loaded.problems()).extracting(FileProblem::reason).containsExactly("DuplicateResource");
    }

    @Test
    void aBombOfAliasesIsDefused() {
        StringBuilder bomb = new StringBuilder("""
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: a }
                spec:
                  targetRefs: [{ kind: McpGateway, name: g }]
                  cedar: x
                  entities:
                  - &a0 { x: x }
                """);
        for (int i = 1; i < 12; i++) {
            bomb.append("  - &a").append(i).append(" {");
            for (int j = 0; j < 8; j++) {
                bomb.append(j).append(": *a").append(i - 1).append(", ");
            }
            bomb.append("}\n");
        }

        LoadedResources loaded = Given.files(bomb.toString());

        assertThat(loaded.complete()).isFalse();
        assertThat(loaded.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("values, or contains itself"));
    }

    @Test
    void nestingAndAliasesAndValuesAreBounded() {
        assertUnreadable("a: " + "[".repeat(100_000), "nested more than 64 deep");
        assertUnreadable("a: &a x\nb: [" + "*a, ".repeat(200) + "]", "more than 100 aliases");
        assertUnreadable("a: [" + "1, ".repeat(600_000) + "]", "too many values");
    }

    private static void assertUnreadable(String text, String message) {
        LoadedResources loaded = Given.files(text);
        assertThat(loaded.complete()).isFalse();
        assertThat(loaded.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains(message));
    }

    @Test
    void filesThatCannotBeReadAreSaid() throws IOException {
        Path large = folder.resolve("large.yaml");
        Files.write(large, new byte[ResourceFiles.MAX_FILE_BYTES + 1]);
        Path latin = folder.resolve("latin.yaml");
        Files.write(latin, "name: ü".getBytes(StandardCharsets.ISO_8859_1));
        Path empty = Files.createDirectory(folder.resolve("empty"));

        LoadedResources loaded = ResourceFiles.read(List.of(large, latin, empty, folder.resolve("gone.yaml")));

        assertThat(loaded.complete()).isFalse();
        assertThat(loaded.problems())
                .extracting(problem -> folder.relativize(Path.of(problem.place().file())) + " " + problem.message())
                .containsExactly(
                        "large.yaml is larger than 8388608 bytes; split it.",
                        "latin.yaml is not UTF-8 text.",
                        "empty has no *.yaml, *.yml or *.json file.",
                        "gone.yaml cannot be read: it does not exist.");
    }

    @Test
    void whatStandsBeforeAMistakeIsRead() {
        LoadedResources loaded = Given.files(Given.workload("mcp", "notes", "url: https://a.example.com"), "a: [b");

        assertThat(names(loaded)).containsExactly("mcp/notes");
        assertThat(loaded.complete()).isFalse();
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheText() throws IOException {
        write("bom.yaml", "\ufeff" + Given.workload("mcp", "notes", "url: https://a.example.com"));

        assertThat(ResourceFiles.read(folder).problems()).isEmpty();
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String secret(LoadedResources loaded, String key) {
        return loaded.secret(new SecretKey(new ResourceName("mcp", "s"), key));
    }

    private static List<String> names(LoadedResources loaded) {
        return loaded.resources().workloads().stream()
                .map(HasMetadata.class::cast)
                .map(HasMetadata::getMetadata)
                .map(metadata -> metadata.getNamespace() + "/" + metadata.getName())
                .toList();
    }
}
