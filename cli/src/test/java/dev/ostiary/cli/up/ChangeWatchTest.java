package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangeWatchTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private final AtomicInteger changes = new AtomicInteger();

    @Test
    void aChangedFileIsNoticed() throws Exception {
        Path file = Files.writeString(folder.resolve("a.yaml"), "a: 1");
        try (ChangeWatch watch = ChangeWatch.start(folder, changes::incrementAndGet)) {
            Files.writeString(file, "a: 2 # longer");

            await().atMost(SOON).until(() -> changes.get() > 0);
        }
    }

    @Test
    void aFileInAFolderThatAppearsLaterIsNoticed() throws Exception {
        try (ChangeWatch watch = ChangeWatch.start(folder, changes::incrementAndGet)) {
            Path inner = Files.createDirectories(folder.resolve("b/c"));
            await().atMost(SOON).until(() -> changes.get() > 0);
            int before = changes.get();

            Files.writeString(inner.resolve("a.yaml"), "a: 1");

            await().atMost(SOON).until(() -> changes.get() > before);
        }
    }

    @Test
    void aDeletedFileIsNoticed() throws Exception {
        Path file = Files.writeString(folder.resolve("a.yaml"), "a: 1");
        try (ChangeWatch watch = ChangeWatch.start(folder, changes::incrementAndGet)) {
            Files.delete(file);

            await().atMost(SOON).until(() -> changes.get() > 0);
        }
    }

    @Test
    void aSingleFileThatIsReplacedIsNoticed() throws Exception {
        Path file = Files.writeString(folder.resolve("a.yaml"), "a: 1");
        try (ChangeWatch watch = ChangeWatch.start(file, changes::incrementAndGet)) {
            Path fresh = Files.writeString(folder.resolve("a.yaml.new"), "a: 2");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);

            await().atMost(SOON).until(() -> changes.get() > 0);
        }
    }

    @Test
    void aSymbolicLinkThatIsSwitchedIsNoticed() throws Exception {
        Files.createDirectories(folder.resolve("v1"));
        Files.createDirectories(folder.resolve("v2"));
        Files.writeString(folder.resolve("v1/a.yaml"), "a: 1");
        Files.writeString(folder.resolve("v2/a.yaml"), "a: 2");
        Path link = Files.createSymbolicLink(folder.resolve("data"), Path.of("v1"));
        try (ChangeWatch watch = ChangeWatch.start(link, changes::incrementAndGet)) {
            Path fresh = Files.createSymbolicLink(folder.resolve("data.new"), Path.of("v2"));
            Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);

            await().atMost(SOON).until(() -> changes.get() > 0);
        }
    }

    @Test
    void manyWritesInARowAreOneChangeOrFew() throws Exception {
        try (ChangeWatch watch = ChangeWatch.start(folder, changes::incrementAndGet)) {
            for (int i = 0; i < 200; i++) {
                Files.writeString(folder.resolve("f" + i + ".yaml"), "a: " + i);
            }
            await().atMost(SOON).until(() -> changes.get() > 0);
            await().during(Duration.ofMillis(700)).atMost(SOON).until(() -> changes.get() <= 4);
        }
    }

    @Test
    void nothingIsCalledAfterClosing() throws Exception {
        ChangeWatch watch = ChangeWatch.start(folder, changes::incrementAndGet);
        watch.close();
        Files.writeString(folder.resolve("a.yaml"), "a: 1");

        await().during(Duration.ofMillis(600)).atMost(SOON).until(() -> changes.get() == 0);
        assertThat(changes).hasValue(0);
    }
}
