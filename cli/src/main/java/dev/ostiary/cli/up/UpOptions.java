package dev.ostiary.cli.up;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for on the command line.
 *
 * @param files a resource file or a folder of them; null for the demo
 * @param port where to listen; 0 for a free one; null: as the public URL says, else 8080
 * @param publicUrl replaces the gateway's {@code spec.publicUrl}; null leaves it
 * @param gateway {@code NAME} or {@code NAMESPACE/NAME}, where there are several; null: the only one
 * @param commands workload → the command line that serves it on this machine
 * @param urls workload → the MCP endpoint that stands in for it
 * @param credential a file with the registration's credential; null: none
 * @param state the folder that outlives the process; null: nothing does
 * @param adminPort where to serve probes and metrics, on 127.0.0.1; 0 for a free port; null: nowhere
 * @param listen the address to listen on; null: loopback, unless the gateway has TLS and is not for this machine alone
 */
public record UpOptions(
        @Nullable Path files,
        @Nullable Integer port,
        @Nullable URI publicUrl,
        @Nullable String gateway,
        Map<String, String> commands,
        Map<String, String> urls,
        @Nullable Path credential,
        @Nullable Path state,
        @Nullable Integer adminPort,
        @Nullable InetAddress listen) {

    public UpOptions {
        commands = new TreeMap<>(commands);
        urls = new TreeMap<>(urls);
    }

    /** On the usual address. */
    public UpOptions(
            @Nullable Path files,
            @Nullable Integer port,
            @Nullable URI publicUrl,
            @Nullable String gateway,
            Map<String, String> commands,
            Map<String, String> urls,
            @Nullable Path credential,
            @Nullable Path state,
            @Nullable Integer adminPort) {
        this(files, port, publicUrl, gateway, commands, urls, credential, state, adminPort, null);
    }

    /** The same without an admin port. */
    public UpOptions(
            @Nullable Path files,
            @Nullable Integer port,
            @Nullable URI publicUrl,
            @Nullable String gateway,
            Map<String, String> commands,
            Map<String, String> urls,
            @Nullable Path credential,
            @Nullable Path state) {
        this(files, port, publicUrl, gateway, commands, urls, credential, state, null);
    }

    /** The demo on a free port. */
    public static UpOptions rehearsal() {
        return new UpOptions(null, 0, null, null, Map.of(), Map.of(), null, null);
    }

    /** Whether this is the demo. */
    boolean demo() {
        return files == null;
    }
}
