package dev.ostiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./ostiary} in a working copy of its own, whose build is this one's classes. */
class LauncherTest {

    @TempDir
    private Path folder;

    private Path copy;

    private record Run(int exitCode, String out, String err) {}

    @BeforeEach
    void copyTheLauncher() throws IOException {
        copy = Files.createDirectories(folder.resolve("working copy"));
        Files.createDirectories(copy.resolve(".mvn"));
        Files.copy(Path.of("../ostiary"), copy.resolve("ostiary"));
        Files.copy(Path.of("../.mvn/find-jdk.sh"), copy.resolve(".mvn/find-jdk.sh"));
        Files.writeString(copy.resolve("pom.xml"), "<project/>");
        script("mvnw", "echo 'the build says why'; exit 1");
    }

    private void script(String name, String body) throws IOException {
        Path script = copy.resolve(name);
        Files.createDirectories(script.getParent());
        Files.writeString(script, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    /** What a build leaves behind, with a start cache that was tried and cannot be had. */
    private void built() throws IOException {
        Path home = Files.createDirectories(copy.resolve("cli/target/ostiary"));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Arrays.stream(System.getProperty(
                                                "surefire.test.class.path", System.getProperty("java.class.path"))
                                        .split(File.pathSeparator))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        try (OutputStream out = Files.newOutputStream(
                Files.createDirectories(home.resolve("lib")).resolve("classes.jar"))) {
            new JarOutputStream(out, manifest).close();
        }
        Files.createFile(home.resolve("ostiary-" + Runtime.version() + ".aot"));
        Files.createFile(home.resolve("built"));
        Files.setLastModifiedTime(
                home.resolve("built"), FileTime.from(Instant.now().plusSeconds(60)));
    }

    private Run run(Map<String, String> environment, String program, String... arguments)
            throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Run run(String... arguments) throws IOException, InterruptedException {
        return run(
                Map.of("JAVA_HOME", System.getProperty("java.home")),
                copy.resolve("ostiary").toString(),
                arguments);
    }

    /** As on a machine where no JDK is new enough, whatever this one has. */
    private void requireAnotherJdk() throws IOException {
        Path script = copy.resolve(".mvn/find-jdk.sh");
        String text = Files.readString(script);
        assertThat(text).contains("ostiary_required_java=25\n");
        Files.writeString(script, text.replace("ostiary_required_java=25\n", "ostiary_required_java=999\n"));
    }

    @Test
    void withoutANewEnoughJdkItSaysHowToGetOne() throws Exception {
        built();
        requireAnotherJdk();
        Run run = run("--help");

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("Ostiary needs a JDK 999 or newer, and none was found")
                .contains("apt-get install")
                .contains("brew install")
                .contains("sdk install")
                .contains("JAVA_HOME");
    }

    @Test
    void withoutAnyJavaAtAllItSaysTheSame() throws Exception {
        built();
        requireAnotherJdk();
        Run run = run(Map.of(), copy.resolve("ostiary").toString(), "up");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("none was found in JAVA_HOME, in PATH");
    }

    @Test
    void helpIsTheProgramsOwn() throws Exception {
        built();
        Run run = run("--help");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Usage: ostiary").contains("up").contains("Exit codes:");
    }

    @Test
    void itWorksThroughALinkFromAnywhere() throws Exception {
        built();
        Path link = Files.createSymbolicLink(folder.resolve("link"), copy.resolve("ostiary"));
        Run run = run(Map.of("JAVA_HOME", System.getProperty("java.home")), link.toString(), "check", "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Usage: ostiary check");
    }

    @Test
    void anUnknownCommandIsWrongUse() throws Exception {
        built();
        Run run = run("fly", "away");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("ostiary: Unmatched argument").contains("--help");
    }

    @Test
    void aBuildThatFailsIsShownAndNothingIsRun() throws Exception {
        Run run = run("up");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("Building Ostiary, once")
                .contains("ostiary: the build failed")
                .contains("the build says why");
        assertThat(copy.resolve("cli/target/ostiary-build.lock")).doesNotExist();
    }

    @Test
    void sourcesThatAreNewerThanTheBuildAreBuiltAgain() throws Exception {
        built();
        Files.setLastModifiedTime(
                copy.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(120)));
        assertThat(run("--help").err()).contains("the build failed");
    }
}
