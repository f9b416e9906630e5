package dev.ostiary.e2e.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The Entra emulator as a pod, serving https under its Service's name. */
final class Emulator {

    static final String NAMESPACE = "entra-emulator";
    static final String HOST = "entra.entra-emulator.svc.cluster.local";
    static final int PORT = 8443;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String address;
    private final X509Certificate authority;
    private final Https https;

    private Emulator(String address, X509Certificate authority) throws GeneralSecurityException {
        this.address = address;
        this.authority = authority;
        this.https = Https.trusting(authority, HOST + ":" + PORT);
    }

    /** Starts it for a gateway with this public URL and these routes. */
    static Emulator started(Cluster cluster, String image, String publicUrl, List<String> routes)
            throws IOException, InterruptedException, GeneralSecurityException {
        String yaml = """
                apiVersion: v1
                kind: Namespace
                metadata: {name: %1$s}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: entra, namespace: %1$s}
                spec: {selector: {app: entra}, ports: [{port: %2$d}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: entra, namespace: %1$s, labels: {app: entra}}
                spec:
                  automountServiceAccountToken: false
                  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                  volumes: [{name: tmp, emptyDir: {}}]
                  containers:
                  - name: emulator
                    image: %3$s
                    imagePullPolicy: IfNotPresent
                    args: [emulator, --listen, 0.0.0.0, --host, %4$s, --port, "%2$d", --tls, --public-url, "%5$s"%6$s]
                    readinessProbe: {tcpSocket: {port: %2$d}, periodSeconds: 1}
                    volumeMounts: [{name: tmp, mountPath: /tmp}]
                    securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                """.formatted(
                        NAMESPACE,
                        PORT,
                        image,
                        HOST,
                        publicUrl,
                        routes.stream().map(route -> ", --route, " + route).collect(Collectors.joining()));
        for (var item : cluster.client()
                .load(new java.io.ByteArrayInputStream(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .items()) {
            cluster.client().resource(item).serverSideApply();
        }
        Pod pod =
                cluster.client().pods().inNamespace(NAMESPACE).withName("entra").waitUntilReady(2, TimeUnit.MINUTES);
        Service service = cluster.client()
                .services()
                .inNamespace(NAMESPACE)
                .withName("entra")
                .require();
        assert pod.getStatus() != null;
        String address = service.getSpec().getClusterIP();
        return new Emulator(address, Https.authorityOf(address, PORT));
    }

    /** The authority behind its certificate, as PEM. */
    String authorityPem() throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(authority.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    /** An Entra token of a user of the demo directory, {@code anna}, for a route. */
    String token(String user, String routeUrl, String route) throws IOException, InterruptedException {
        HttpResponse<String> answer = https.post(
                address,
                PORT,
                "/_emulator/token",
                Map.of("Emulator-Admin", "1", "Content-Type", "application/json"),
                JSON.writeValueAsString(Map.of(
                        "user",
                        user + "@" + DemoDirectory.DOMAIN,
                        "client",
                        FirstPartyApps.AZURE_CLI_ID,
                        "api",
                        routeUrl,
                        "scopes",
                        List.of("mcp." + route),
                        "lifetime",
                        "PT2H")));
        if (answer.statusCode() != 200) {
            throw new IOException("the emulator answers " + answer.statusCode() + ": " + answer.body());
        }
        return JSON.readTree(answer.body()).path("access_token").asText();
    }
}
