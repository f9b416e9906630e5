package dev.ostiary.gateway.server.upstream;

import io.netty.handler.codec.http.HttpDecoderConfig;
import java.util.concurrent.Executor;

/** Settings, and what is made of them once: replaced as a whole, so that identity says whether anything changed. */
final class Wiring {

    private static final int LARGEST_PIECE = 64 * 1024;

    final UpstreamSettings settings;
    final EgressRules egress;
    final WorkloadTrust trust;
    final HttpDecoderConfig decoding;
    final long connectNanos;
    final long firstByteNanos;
    final long streamIdleNanos;
    final long connectionIdleNanos;
    final long connectionAgeNanos;
    final long nameTtlNanos;

    /** @throws IllegalArgumentException naming the setting that cannot be used */
    Wiring(UpstreamSettings settings, Executor offLoop) {
        this.settings = settings;
        egress = new EgressRules(settings.egress());
        trust = new WorkloadTrust(settings.egress().caBundle(), offLoop);
        decoding = new HttpDecoderConfig()
                .setMaxInitialLineLength(settings.initialLineBytes())
                .setMaxHeaderSize(settings.headerBytes())
                .setMaxChunkSize(LARGEST_PIECE)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true);
        connectNanos = settings.connect().toNanos();
        firstByteNanos = settings.firstByte().toNanos();
        streamIdleNanos = settings.streamIdle().toNanos();
        connectionIdleNanos = settings.connectionIdle().toNanos();
        connectionAgeNanos = settings.connectionAge().toNanos();
        nameTtlNanos = settings.nameTtl().toNanos();
    }
}
