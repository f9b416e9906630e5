package dev.ostiary.e2e.clients;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** MCP clients as users have them, told one URL, sign in through {@code ostiary up} and use a tool. */
@Tag("clients")
class SignInClientsTest {

    @TempDir
    private Path folder;

    /** Each scenario of the suite is run, or said why not, in {@code e2e/clients/authorization-scenarios.json}. */
    @TestFactory
    List<DynamicTest> theConformanceSuiteFindsAnAuthorizationServer() throws Exception {
        NpmPrograms browser = NpmPrograms.installed("sign-in-clients");
        NpmPrograms suite = NpmPrograms.installed();
        try (RunningDemo demo = RunningDemo.start(folder)) {
            return suite.checks(
                    "authorization.js",
                    Map.of(
                            "MCP_URL", demo.route(),
                            "MCP_BROWSER", browser.path("browser.js").toString(),
                            "OSTIARY_USER", "ben"));
        }
    }

    @TestFactory
    List<DynamicTest> clientsSignInWithNothingButTheUrl() throws Exception {
        NpmPrograms programs = NpmPrograms.installed("sign-in-clients");
        try (RunningDemo demo = RunningDemo.start(folder)) {
            return programs.checks(
                    "sign-in.js",
                    Map.of(
                            "MCP_URL", demo.route(),
                            "MCP_TOOL", "read_note",
                            "MCP_ARGUMENT", "id=welcome",
                            "MCP_EXPECTED", "memory only",
                            "OSTIARY_USER", "ben",
                            "OSTIARY_HOMES", folder.toString()));
        }
    }
}
