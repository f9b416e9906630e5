package dev.ostiary.gateway.compiler.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads resource files. */
public final class ResourceFiles {

    /** The largest file, in bytes. */
    public static final int MAX_FILE_BYTES = 8 * 1024 * 1024;

    /** The most files of one reading. */
    public static final int MAX_FILES = 1000;

    private static final int MAX_FOLDER_DEPTH = 16;
    private static final Set<String> EXTENSIONS = Set.of("yaml", "yml", "json");

    private final Collector collector = new Collector();
    private int files;

    private ResourceFiles() {}

    /** Reads one file or folder; see {@link #read(List)}. */
    public static LoadedResources read(Path path) {
        return read(List.of(path));
    }

    /**
     * Reads files, and every {@code *.yaml}, {@code *.yml} and {@code *.json} file below folders, sorted by path. Hidden
     * folders and files are left out. A resource without namespace is in {@code default}.
     *
     * <p>Never throws for anything in, or about, the files: that is a {@link FileProblem}. Blocks on the file system. At
     * most {@link #MAX_FILES} files of {@link #MAX_FILE_BYTES} each.
     *
     * @param paths files and folders
     */
    public static LoadedResources read(List<Path> paths) {
        ResourceFiles reading = new ResourceFiles();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                reading.folder(path);
            } else {
                reading.file(path);
            }
        }
        return reading.collector.result(paths.stream().map(Path::toString).collect(Collectors.joining(", ")));
    }

    private void folder(Path folder) {
        List<Path> found = new ArrayList<>();
        if (!collect(folder, 0, found)) {
            return;
        }
        if (found.isEmpty()) {
            collector.unreadable(new Place(folder.toString(), 0, 0), "has no *.yaml, *.yml or *.json file.");
        }
        found.forEach(this::file);
    }

    /** Whether the whole folder could be listed. */
    private boolean collect(Path folder, int depth, List<Path> found) {
        if (depth > MAX_FOLDER_DEPTH) {
            collector.unreadable(new Place(folder.toString(), 0, 0), "is nested too deep.");
            return false;
        }
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.sorted(Comparator.comparing(Path::toString)).toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            collector.unreadable(new Place(folder.toString(), 0, 0), "cannot be listed: " + why(e));
            return false;
        }
        boolean whole = true;
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            if (name.startsWith(".")) {
                continue;
            }
            if (Files.isDirectory(entry)) {
                whole &= collect(entry, depth + 1, found);
            } else if (EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1))) {
                found.add(entry);
            }
        }
        return whole;
    }

    private void file(Path path) {
        Place whole = new Place(path.toString(), 0, 0);
        if (++files > MAX_FILES) {
            if (files == MAX_FILES + 1) {
                collector.unreadable(
                        whole, "there are more than " + MAX_FILES + " files; this one and the rest are not read.");
            }
            return;
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(MAX_FILE_BYTES + 1);
        } catch (IOException e) {
            collector.unreadable(whole, "cannot be read: " + why(e));
            return;
        }
        if (bytes.length > MAX_FILE_BYTES) {
            collector.unreadable(whole, "is larger than " + MAX_FILE_BYTES + " bytes; split it.");
            return;
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            collector.unreadable(whole, "is not UTF-8 text.");
            return;
        }
        collector.add(path.toString(), text.startsWith("\ufeff") ? text.substring(1) : text);
    }

    private static String why(Exception e) {
        return switch (e) {
            case NoSuchFileException gone -> "it does not exist.";
            case java.nio.file.AccessDeniedException denied -> "permission denied.";
            default -> e.getClass().getSimpleName() + ".";
        };
    }
}
