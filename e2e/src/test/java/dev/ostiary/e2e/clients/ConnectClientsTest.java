package dev.ostiary.e2e.clients;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** MCP clients that start {@code ostiary connect} as their server. */
@Tag("clients")
class ConnectClientsTest {

    @TempDir
    private Path folder;

    @TestFactory
    List<DynamicTest> clientsReachTheGatewayOverStandardInputAndOutput() throws Exception {
        NpmPrograms programs = NpmPrograms.installed("sign-in-clients");
        try (RunningDemo demo = RunningDemo.start(folder)) {
            return programs.checks(
                    "connect.js",
                    Map.of(
                            "MCP_URL", demo.route(),
                            "OSTIARY_COMMAND", folder.resolve("built/ostiary").toString(),
                            "MCP_TOOL", "read_note",
                            "MCP_ARGUMENT", "id=welcome",
                            "MCP_EXPECTED", "memory only",
                            "OSTIARY_USER", "ben",
                            "OSTIARY_HOMES", folder.toString()));
        }
    }

    /** {@code oidc-provider} and the SDK of others: registration, PKCE, resource indicators, rotation. */
    @TestFactory
    List<DynamicTest> aServerWithAnAuthorizationServerOfItsOwnIsSignedInTo() throws Exception {
        NpmPrograms browser = NpmPrograms.installed("sign-in-clients");
        NpmPrograms others = NpmPrograms.installed("oauth-server");
        try (NpmPrograms.Server server = others.server("oauth")) {
            return others.checks(
                    "connect.js",
                    Map.of(
                            "MCP_URL", server.url().toString(),
                            "OSTIARY_COMMAND", RunningDemo.launcher(folder).toString(),
                            "OSTIARY_BROWSER", browser.path("bin").toString(),
                            "OSTIARY_HOMES", folder.toString()));
        }
    }
}
