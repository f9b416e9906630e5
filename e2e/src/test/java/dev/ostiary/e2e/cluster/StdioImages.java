package dev.ostiary.e2e.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.e2e.clients.StdioPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The images of {@code examples/stdio-servers}, as its Dockerfiles say, out of what this machine has: no registry is asked. */
final class StdioImages {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What an interpreter brings and no server needs. */
    private static final Set<String> NOT_NEEDED = Set.of(
            "test", "site-packages", "dist-packages", "idlelib", "tkinter", "ensurepip", "lib2to3", "turtledemo");

    private static final String LAYOUT = """
            import json, os, sys, sysconfig
            paths = sysconfig.get_paths()
            print(json.dumps({"program": os.path.realpath(sys.executable), "library": paths["stdlib"], "packages": paths["purelib"]}))
            """;

    private final Path root;
    private final Path folder;

    private StdioImages(Path root, Path folder) {
        this.root = root;
        this.folder = folder;
    }

    /** Their archives. */
    static List<Path> made(Path root, Path folder) throws IOException, InterruptedException {
        StdioImages images = new StdioImages(root, Files.createDirectories(folder));
        StdioPrograms programs = StdioPrograms.made();
        return List.of(images.filesystem(), images.python(programs), images.scratch(programs));
    }

    private Path filesystem() throws IOException, InterruptedException {
        Path archive = folder.resolve("filesystem.tar");
        Installation.withNode(root, Installation.mkimage("registry.example.com/mcp/filesystem:2026.8.31", archive))
                .and("--add", linkTo(Installation.node(root), "node") + ":/usr/local/bin")
                .run();
        return archive;
    }

    private Path python(StdioPrograms programs) throws IOException, InterruptedException {
        JsonNode layout = JSON.readTree(
                Command.of(Map.of(), programs.python().toString(), "-c", LAYOUT).run());
        Path program = Path.of(layout.path("program").asText());
        Path packages = Path.of(layout.path("packages").asText());
        Path archive = folder.resolve("python.tar");
        Command make = Installation.mkimage("registry.example.com/mcp/python:1.0.0", archive)
                .and("--program", program.toString())
                .and("--add", linkTo(program, "python3") + ":/usr/local/bin")
                .and("--add", programs.pythonServer() + ":/app/server.py")
                .and("--add", packages + ":/app/packages", "--env", "PYTHONPATH=/app/packages");
        try (Stream<Path> parts = Files.list(Path.of(layout.path("library").asText()))) {
            for (Path part : parts.sorted().toList()) {
                String name = part.getFileName().toString();
                if (!NOT_NEEDED.contains(name) && !name.startsWith("config-")) {
                    make = make.and("--add", part.toString());
                }
            }
        }
        for (Path module : natives(Path.of(layout.path("library").asText(), "lib-dynload"), packages)) {
            make = make.and("--program", module.toString());
        }
        make.run();
        return archive;
    }

    /** Modules in machine code, which need libraries of this machine. */
    private static List<Path> natives(Path... folders) throws IOException {
        Stream.Builder<Path> found = Stream.builder();
        for (Path each : folders) {
            try (Stream<Path> files = Files.walk(each)) {
                files.filter(file -> file.toString().endsWith(".so")).forEach(found);
            }
        }
        return found.build().sorted().toList();
    }

    private Path scratch(StdioPrograms programs) throws IOException, InterruptedException {
        Path archive = folder.resolve("scratch.tar");
        Installation.mkimage("registry.example.com/mcp/scratch:1.0.0", archive)
                .and("--add", programs.staticServer() + ":/server")
                .run();
        return archive;
    }

    /** A folder with nothing but a link of this name. */
    private Path linkTo(Path program, String name) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin-" + name));
        Files.deleteIfExists(bin.resolve(name));
        Files.createSymbolicLink(bin.resolve(name), program);
        return bin;
    }
}
