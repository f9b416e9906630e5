package dev.ostiary.cli.up;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Calls back soon after something below a file or folder has changed, once the change has settled: editors write in
 * several steps, and version control touches many files at once. Never later than a second after the last change, never
 * twice at the same time, and not for what only was looked at.
 *
 * <p>The operating system's notices only wake it up; what decides is a comparison of names, sizes and times. So lost
 * notices, folders that appear later, and symbolic links that are switched (as Kubernetes does with mounted ConfigMaps)
 * are seen as well.
 */
final class ChangeWatch implements AutoCloseable {

    private static final long LOOK_MILLIS = 400;
    private static final long SETTLE_MILLIS = 60;
    private static final int MAX_SETTLE_ROUNDS = 8;
    private static final int MAX_FILES = 10_000;
    private static final int MAX_DEPTH = 32;

    private final Path root;
    private final Runnable changed;
    private final @Nullable WatchService notices;
    private final Thread thread;
    private List<Entry> seen;
    private volatile boolean closed;

    private ChangeWatch(Path root, Runnable changed, @Nullable WatchService notices, List<Entry> seen) {
        this.root = root;
        this.changed = changed;
        this.notices = notices;
        this.seen = seen;
        this.thread = Thread.ofPlatform().daemon().name("ostiary-watch").unstarted(this::watch);
    }

    /**
     * Begins to watch.
     *
     * @param root a file or a folder
     * @param changed called on a thread of this watch; must not throw
     */
    static ChangeWatch start(Path root, Runnable changed) throws IOException {
        WatchService notices;
        try {
            notices = root.getFileSystem().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            // Out of inotify instances, for example: looking alone is quick enough.
            notices = null;
        }
        ChangeWatch watch = new ChangeWatch(root, changed, notices, look(root));
        watch.register();
        watch.thread.start();
        return watch;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
            if (notices != null) {
                notices.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new IllegalStateException("the file watcher does not close", e);
        }
    }

    private void watch() {
        try {
            while (!closed) {
                waitForNotice();
                List<Entry> now = look(root);
                if (now.equals(seen)) {
                    continue;
                }
                for (int round = 0; round < MAX_SETTLE_ROUNDS; round++) {
                    TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
                    List<Entry> later = look(root);
                    if (later.equals(now)) {
                        break;
                    }
                    now = later;
                }
                seen = now;
                register();
                changed.run();
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void waitForNotice() throws InterruptedException {
        if (notices == null) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            return;
        }
        WatchKey key = notices.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        while (key != null) {
            List<WatchEvent<?>> ignored = key.pollEvents();
            key.reset();
            key = notices.poll();
        }
    }

    /** Asks for notices from every folder; asking again for one is harmless. */
    private void register() {
        if (notices == null) {
            return;
        }
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(root)) {
            folders.add(root);
            for (Entry entry : seen) {
                if (entry.folder()) {
                    folders.add(entry.path());
                }
            }
        } else {
            folders.add(root.toAbsolutePath().getParent());
        }
        for (Path folder : folders) {
            try {
                folder.register(
                        notices,
                        StandardWatchEventKinds.ENTRY_CREATE,
                        StandardWatchEventKinds.ENTRY_MODIFY,
                        StandardWatchEventKinds.ENTRY_DELETE);
            } catch (IOException e) {
                // Gone meanwhile, or out of watches: looking finds what changes there.
            }
        }
    }

    /** What is there now, sorted; empty when nothing is, or when it cannot be read at this moment. */
    private static List<Entry> look(Path root) {
        try (Stream<Path> paths = Files.walk(root, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            List<Entry> entries = new ArrayList<>();
            paths.limit(MAX_FILES).forEach(path -> {
                try {
                    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                    entries.add(
                            attributes.isDirectory()
                                    ? new Entry(path, true, 0, 0, null)
                                    : new Entry(
                                            path,
                                            false,
                                            attributes.size(),
                                            attributes.lastModifiedTime().toMillis(),
                                            String.valueOf(attributes.fileKey())));
                } catch (IOException e) {
                    // Deleted between the listing and the look.
                }
            });
            entries.sort(Comparator.comparing(Entry::path));
            return entries;
        } catch (IOException | RuntimeException e) {
            return List.of();
        }
    }

    private record Entry(
            Path path,
            boolean folder,
            long size,
            long modifiedMillis,
            @Nullable String key) {}
}
