package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.oauth.ClientDocuments;
import dev.ostiary.entra.emulator.token.SigningKeys;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Runs an emulator alone, until the process is asked to stop. */
public final class EmulatorCommand {

    private static final String USAGE = """
            Entra ID emulator - not for production

              --port N           port (default: any free one)
              --listen ADDRESS   address to listen on (default: loopback). Whoever reaches it can sign in as anyone.
              --host NAME        host in URLs (default: localhost)
              --tls              serve https, with a certificate from an authority of its own
              --ca-file FILE     with --tls: write the authority's certificate there
              --directory FILE   tenants, users, groups and apps as JSON (default: a directory with one of everything)
              --empty            a tenant without any app, with administrators and plain users
              --client-documents HOST
                                 HTTPS URLs of this host may be client ids, as in the public preview
              --keys FILE        keep the token keys there, so that tokens stay valid over a restart
            """;

    private final PrintStream out;
    private final PrintStream err;

    /** Prints to these streams. */
    public EmulatorCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs in a process of its own. */
    public static void main(String[] args) {
        System.exit(new EmulatorCommand(System.out, System.err).run(args));
    }

    /**
     * Runs until the thread is interrupted or the process ends.
     *
     * @return exit code: 0 stopped, 1 could not start, 2 wrong arguments
     */
    public int run(String... args) {
        if (List.of(args).contains("--help")) {
            out.print(USAGE);
            return 0;
        }
        try (EntraEmulator entra = start(args)) {
            Thread stop = new Thread(entra::close);
            Runtime.getRuntime().addShutdownHook(stop);
            try {
                announce(entra);
                Thread.currentThread().join();
            } catch (InterruptedException e) {
                Runtime.getRuntime().removeShutdownHook(stop);
                Thread.currentThread().interrupt();
            }
            return 0;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        } catch (IOException | UncheckedIOException e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    private void announce(EntraEmulator entra) {
        out.println("Entra ID emulator - not for production");
        out.println(entra.origin());
        for (Tenant tenant : entra.directory().tenants()) {
            out.println("tenant " + tenant.id() + " (" + tenant.displayName() + "): "
                    + tenant.users().stream().map(User::upn).collect(Collectors.joining(" ")));
        }
        out.flush();
    }

    private static EntraEmulator start(String... args) throws IOException {
        Directory directory = SampleDirectories.contosoAndFabrikam();
        int port = 0;
        InetAddress listen = InetAddress.getLoopbackAddress();
        String host = "localhost";
        boolean tls = false;
        Path caFile = null;
        Path keys = null;
        List<String> documentHosts = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--port" -> port = port(value(args, ++i));
                case "--listen" -> listen = address(value(args, ++i));
                case "--host" -> host = value(args, ++i);
                case "--tls" -> tls = true;
                case "--ca-file" -> caFile = Path.of(value(args, ++i));
                case "--directory" -> directory = DirectoryFile.read(Path.of(value(args, ++i)));
                case "--empty" -> directory = EmptyTenant.directory();
                case "--client-documents" -> documentHosts.add(value(args, ++i));
                case "--keys" -> keys = Path.of(value(args, ++i));
                default -> throw new IllegalArgumentException("unknown argument " + args[i] + "\n\n" + USAGE);
            }
        }
        Settings settings =
                Settings.of(directory).withListen(listen).withPort(port).withHost(host);
        if (caFile != null && !tls) {
            throw new IllegalArgumentException("--ca-file needs --tls");
        }
        if (tls) {
            settings = settings.withTls();
        }
        if (!documentHosts.isEmpty()) {
            settings = settings.withClientDocuments(ClientDocuments.of(documentHosts.toArray(String[]::new)));
        }
        if (keys != null) {
            settings = settings.withKeys(keptKeys(keys));
        }
        EntraEmulator entra = EntraEmulator.start(settings);
        if (caFile != null) {
            Files.writeString(caFile, entra.caCertificatePem().orElseThrow());
        }
        return entra;
    }

    private static SigningKeys keptKeys(Path file) throws IOException {
        if (Files.exists(file)) {
            return SigningKeys.importPem(Files.readString(file));
        }
        SigningKeys keys = SigningKeys.generate();
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, keys.exportPem());
        return keys;
    }

    private static String value(String[] args, int index) {
        if (index >= args.length) {
            throw new IllegalArgumentException(args[index - 1] + " needs a value\n\n" + USAGE);
        }
        return args[index];
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--listen needs an IP address, not " + text, e);
        }
    }

    private static int port(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--port needs a number, not " + text, e);
        }
    }
}
