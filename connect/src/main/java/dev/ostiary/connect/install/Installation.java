package dev.ostiary.connect.install;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts {@code ostiary connect URL} into a client's file: shows what changes, keeps a copy of what was, changes nothing that it does not
 * understand, and nothing at all the second time.
 */
public final class Installation {

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final Map<String, String> environment;
    private final String osName;
    private final Consumer<String> lines;

    /**
     * Works in this user's home.
     *
     * @param lines told what changes
     */
    public Installation(Map<String, String> environment, String osName, Consumer<String> lines) {
        this.environment = Map.copyOf(environment);
        this.osName = osName;
        this.lines = lines;
    }

    /**
     * Sets the entry.
     *
     * @param name of the server in the client
     * @param command absolute path of this program
     * @param arguments beside it
     * @param dryRun only show
     */
    public void install(
            McpClient client, String name, String command, List<String> arguments, boolean dryRun, Instant now)
            throws ConnectFailure {
        if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
            throw ConnectFailure.usage(
                    "the name " + name.replaceAll("[^ -~]", "?") + " does not fit every client",
                    "give --name with letters, digits, _ and -");
        }
        Path file = client.file(environment, osName);
        try {
            if (Files.isSymbolicLink(file) && !Files.exists(file)) {
                throw new NoSuchFileException(Files.readSymbolicLink(file).toString());
            }
            Path real = Files.exists(file) ? file.toRealPath() : file;
            String before = Files.exists(real) ? Files.readString(real) : "";
            String after = edited(client, before, name, command, arguments);
            if (after == null) {
                throw ConnectFailure.refused(
                        file + " cannot be understood and was not changed",
                        "correct it, or add the entry by hand: " + command + " " + String.join(" ", arguments));
            }
            if (after.equals(before)) {
                lines.accept(file + " has this entry already");
                return;
            }
            lines.accept("--- " + file);
            lines.accept("+++ " + file);
            Difference.of(before, after).forEach(lines);
            if (dryRun) {
                lines.accept("Nothing was written (--dry-run).");
                return;
            }
            write(real, before, after, now);
        } catch (MalformedInputException e) {
            throw ConnectFailure.refused(file + " is not UTF-8 and was not changed", "correct it");
        } catch (IOException e) {
            throw ConnectFailure.environment(file + " cannot be changed: " + why(e), "check who may write it");
        }
    }

    /** With the ends of lines that the file has, and its byte order mark. */
    private static @Nullable String edited(
            McpClient client, String before, String name, String command, List<String> arguments) {
        String mark = before.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
        String text = before.substring(mark.length());
        String unix = text.replace("\r\n", "\n");
        boolean windows = !unix.equals(text) && unix.replace("\n", "\r\n").equals(text);
        String after = client.edit(windows ? unix : text, name, command, arguments);
        return after == null ? null : mark + (windows ? after.replace("\n", "\r\n") : after);
    }

    /** The JDK's exceptions of files have only a path as their message. */
    private static String why(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "it, or its folder, is read-only";
            case NoSuchFileException missing -> missing.getFile() + " is missing";
            default -> String.valueOf(e.getMessage());
        };
    }

    private void write(Path file, String before, String after, Instant now) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("no folder");
        }
        Files.createDirectories(folder);
        boolean there = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        if (there && isReadOnly(file)) {
            // It could be replaced where its folder may be written, but somebody made it so.
            throw new AccessDeniedException(file.toString());
        }
        Path fresh = Files.createTempFile(folder, file.getFileName().toString(), ".new");
        try {
            if (there) {
                Path backup = free(folder, file.getFileName() + ".ostiary-" + STAMP.format(now));
                // With its modes: it may hold secrets of other servers.
                Files.copy(file, backup, StandardCopyOption.COPY_ATTRIBUTES);
                Files.copy(file, fresh, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
                lines.accept("What was there is kept in " + backup);
            }
            Files.writeString(fresh, after);
            if (!before.isEmpty() && !Files.readString(file).equals(before)) {
                throw new IOException("it was changed by another program meanwhile; try again");
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static boolean isReadOnly(Path file) throws IOException {
        PosixFileAttributeView modes = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return !Files.isWritable(file)
                || (modes != null && !modes.readAttributes().permissions().contains(PosixFilePermission.OWNER_WRITE));
    }

    /** Two servers may be put in within a second; what was there before both is not to be lost. */
    private static Path free(Path folder, String name) {
        Path path = folder.resolve(name);
        for (int i = 2; Files.exists(path, LinkOption.NOFOLLOW_LINKS); i++) {
            path = folder.resolve(name + "-" + i);
        }
        return path;
    }

    /** A name for a server: the last part of its path, else its host. */
    public static String nameOf(URI url) {
        String path = url.getPath() == null ? "" : url.getPath().replaceAll("/+$", "");
        String last = path.substring(path.lastIndexOf('/') + 1);
        String name = (last.isEmpty() || last.equals("mcp") ? url.getHost() : last).replaceAll("[^A-Za-z0-9_-]+", "-");
        return name.length() > 64 ? name.substring(0, 64) : name;
    }
}
