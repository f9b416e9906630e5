package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.server.http.TlsFiles;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A gateway that serves. Safe for any thread. */
interface DataPlane extends AutoCloseable {

    /**
     * Switches to another configuration as a whole; requests in progress are not dropped.
     *
     * @return routes that had to be closed although the compiler left them open, in words
     */
    List<String> apply(RuntimeConfig config);

    /** Where probes and metrics are on 127.0.0.1; -1: nowhere. */
    int adminPort();

    /** Stops accepting, lets requests in progress end for a bounded time, and releases everything. */
    @Override
    void close();

    /** Starts one. */
    @FunctionalInterface
    interface Start {

        /**
         * Listens and serves.
         *
         * @param adminPort for probes and metrics on 127.0.0.1; 0 for a free one; null: none
         * @param tls certificate and key, read again when they change; null: plain HTTP
         * @param audit where audit lines go; not closed
         * @throws CommandFailure when a port is taken, or the certificate or key cannot be used
         */
        DataPlane start(
                ListenAddress address,
                @Nullable Integer adminPort,
                RuntimeConfig config,
                @Nullable TlsFiles tls,
                OutputStream audit)
                throws CommandFailure;
    }
}
