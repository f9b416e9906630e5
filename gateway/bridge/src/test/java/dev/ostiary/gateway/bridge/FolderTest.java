package dev.ostiary.gateway.bridge;

import static dev.ostiary.gateway.bridge.Bridge.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The folder of the image, in a root that holds nothing but it and a static program, as the first process: what a container made
 * {@code FROM scratch} is. Needs root, for chroot and for a mount that the test keeps to itself.
 */
class FolderTest {

    private static final Path ROOT = Path.of("target", "scratch").toAbsolutePath();

    private static final Path LOG = ROOT.resolveSibling("scratch.log");

    @BeforeAll
    static void make() throws Exception {
        SmallServer.path();
        if (run(List.of("patchelf", "--version")) != 0) {
            String why = "no patchelf: install it (Debian: patchelf) to test the bridge's image";
            if (Boolean.getBoolean("ostiary.levels.required")) {
                fail(why);
            }
            assumeTrue(false, why);
        }
        assumeTrue(
                run(List.of("unshare", "--mount", "--pid", "--fork", "true")) == 0,
                "no root: the bridge's image is tested in a chroot");
        remove();
        for (String folder : List.of("proc", "dev", "keys", "copy")) {
            Files.createDirectories(ROOT.resolve(folder));
        }
        assertThat(run(List.of("cc", "-O1", "-static", "-o", ROOT + "/server", "src/test/c/server.c")))
                .isZero();
        // Of the devices that a container has; without both of them the JVM gathers its randomness for seconds.
        assertThat(run(List.of("mknod", "-m", "666", ROOT + "/dev/random", "c", "1", "8")))
                .isZero();
        assertThat(run(List.of("mknod", "-m", "666", ROOT + "/dev/urandom", "c", "1", "9")))
                .isZero();
        String javaHome = System.getProperty("java.home");
        Path jar = ROOT.resolveSibling("scratch-bridge.jar");
        assertThat(run(List.of(
                        javaHome + "/bin/jar", "--create", "--file", jar.toString(), "-C", "target/classes", ".")))
                .isZero();
        String jackson = List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
                .filter(entry -> entry.contains("jackson-core"))
                .findFirst()
                .orElseThrow();
        assertThat(run(List.of("image/make-folder.sh", jar.toString(), jackson, ROOT + "/ostiary/bridge")))
                .isZero();
    }

    @AfterAll
    static void remove() throws Exception {
        assertThat(run(List.of("rm", "-rf", ROOT.toString()))).isZero();
    }

    private static int run(List<String> command) throws InterruptedException {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(LOG.toFile()));
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Process process = builder.start();
            assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } catch (IOException _) {
            return -1;
        }
    }

    private static List<String> inRoot(String... command) {
        List<String> line = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "sh",
                "-c",
                "mount -t proc proc " + ROOT + "/proc && exec chroot " + ROOT + " \"$@\"",
                "sh"));
        line.addAll(List.of(command));
        return line;
    }

    private static Bridge bridge(Map<String, String> environment) throws Exception {
        Path keys = Files.createDirectories(ROOT.resolve("keys"));
        return new Bridge(
                keys,
                ROOT.toString(),
                inRoot("/ostiary/bridge/bin/bridge"),
                List.of(),
                List.of("/server"),
                environment);
    }

    @Test
    void aSessionRunsWhereThereIsNothingElse() throws Exception {
        try (Bridge bridge = bridge(Map.of())) {
            String session = bridge.open("anna");
            assertThat(bridge.post("anna", session, call("1", "echo", 5)).body())
                    .contains("\"n\":5");
            // As the first process it is whom orphans come to.
            String orphan = bridge.post("anna", session, call("2", "orphan", 0)).body();
            assertThat(orphan).contains("\"text\"");
            long unshared = bridge.process.children().findFirst().orElseThrow().pid();
            await().atMost(Bridge.PATIENCE)
                    .until(() ->
                            ProcessHandle.of(unshared).orElseThrow().children().count() == 1);
            ProcessHandle.of(unshared).orElseThrow().destroy();
            assertThat(bridge.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(bridge.process.exitValue()).isZero();
        }
    }

    @Test
    void whatTheEnvironmentTellsLinkersAndVirtualMachinesIsForTheServerAlone() throws Exception {
        Map<String, String> environment = Map.of(
                "JAVA_TOOL_OPTIONS", "-javaagent:/no/such.jar",
                "JDK_JAVA_OPTIONS", "-XX:NoSuchOption",
                "_JAVA_OPTIONS", "-Xmx1m",
                "LD_BIND_NOW", "1",
                "CLASSPATH", "/nowhere");
        try (Bridge bridge = bridge(environment)) {
            String session = bridge.open("anna");
            String seen =
                    bridge.post("anna", session, call("1", "environment", 0)).body();
            for (Map.Entry<String, String> variable : environment.entrySet()) {
                byte[] entry = (variable.getKey() + "=" + variable.getValue()).getBytes(StandardCharsets.UTF_8);
                assertThat(seen).contains("\"" + HexFormat.of().formatHex(entry) + "\"");
            }
            assertThat(seen).doesNotContain(HexFormat.of().formatHex("OSTIARY_KEPT".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void theInitContainersCopyIsTheSame() throws Exception {
        assertThat(run(inRoot("/ostiary/bridge/bin/bridge", "copy", "/copy"))).isZero();
        assertThat(run(List.of("diff", "-r", ROOT + "/ostiary/bridge", ROOT + "/copy")))
                .isZero();
        Path original = ROOT.resolve("ostiary/bridge/lib/app/bridge.jar");
        Path copy = ROOT.resolve("copy/lib/app/bridge.jar");
        assertThat(Files.getLastModifiedTime(copy)).isEqualTo(Files.getLastModifiedTime(original));
        assertThat(Files.isExecutable(ROOT.resolve("copy/bin/bridge"))).isTrue();
    }

    @Test
    void licencesAreInIt() throws Exception {
        assertThat(ROOT.resolve("ostiary/bridge/licences/glibc.txt"))
                .content()
                .contains("Lesser General Public License");
        assertThat(ROOT.resolve("ostiary/bridge/licences/glibc-LGPL-2.1.txt")).isNotEmptyFile();
        assertThat(ROOT.resolve("ostiary/bridge/legal/java.base")).isDirectory();
    }
}
