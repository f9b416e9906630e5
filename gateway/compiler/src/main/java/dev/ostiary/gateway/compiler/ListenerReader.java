package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.Http;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ListenerSettings.Limits;
import dev.ostiary.gateway.config.ListenerSettings.Timeouts;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/** Reads {@code spec.http}. */
final class ListenerReader {

    private static final String FIELD = "spec.http";

    private final Diagnosis diagnosis;

    ListenerReader(Diagnosis diagnosis) {
        this.diagnosis = diagnosis;
    }

    /** @param legacySse whether HTTP+SSE is served beside */
    ListenerSettings read(Http http, boolean legacySse) {
        TreeSet<String> origins = new TreeSet<>();
        for (int i = 0; i < http.allowedOrigins().size(); i++) {
            URI origin = WebAddress.origin(http.allowedOrigins().get(i));
            if (origin == null) {
                diagnosis.error(
                        FIELD + ".allowedOrigins[" + i + "]",
                        Reasons.INVALID,
                        "must be an origin as browsers send it, such as https://app.example.com: no path, no wildcard.");
            } else {
                origins.add(origin.toString());
            }
        }
        TreeSet<String> proxies = new TreeSet<>();
        for (int i = 0; i < http.trustedProxies().size(); i++) {
            String range = Cidr.normalize(http.trustedProxies().get(i));
            if (range == null) {
                diagnosis.error(
                        FIELD + ".trustedProxies[" + i + "]",
                        Reasons.INVALID,
                        "must be an address or an address range, such as 10.0.0.0/8 or fd00::/8.");
            } else {
                proxies.add(range);
            }
        }
        return new ListenerSettings(
                List.copyOf(origins),
                List.copyOf(proxies),
                limits(http.limits()),
                timeouts(http.timeouts()),
                legacySse ? true : null);
    }

    private Limits limits(Http.Limits limits) {
        return new Limits(
                number("initialLineBytes", limits.initialLineBytes(), 1024, 65_536),
                number("headerBytes", limits.headerBytes(), 4096, 262_144),
                number("bodyBytes", limits.bodyBytes(), 1024, 67_108_864),
                number("jsonDepth", limits.jsonDepth(), 8, 512),
                number("batchMessages", limits.batchMessages(), 1, 1000),
                number("connections", limits.connections(), 1, 1_000_000),
                number("concurrentRequests", limits.concurrentRequests(), 1, 1_000_000),
                number("streamsPerConnection", limits.streamsPerConnection(), 1, 10_000),
                number("responseBytes", limits.responseBytes(), 1024, 268_435_456),
                number("streamsPerPrincipal", limits.streamsPerPrincipal(), 1, 10_000));
    }

    private int number(String field, int value, int least, int most) {
        if (value < least || value > most) {
            diagnosis.error(FIELD + ".limits." + field, Reasons.INVALID, "must be from " + least + " to " + most + ".");
            return least;
        }
        return value;
    }

    private Timeouts timeouts(Http.Timeouts timeouts) {
        Timeouts usual = Timeouts.DEFAULT;
        return new Timeouts(
                time("headerRead", timeouts.headerRead(), "1s", "5m", usual.headerRead()),
                time("requestRead", timeouts.requestRead(), "1s", "1h", usual.requestRead()),
                time("keepAliveIdle", timeouts.keepAliveIdle(), "1s", "1h", usual.keepAliveIdle()),
                time("connect", timeouts.connect(), "100ms", "5m", usual.connect()),
                time("upstreamFirstByte", timeouts.upstreamFirstByte(), "100ms", "1d", usual.upstreamFirstByte()),
                time("upstreamStreamIdle", timeouts.upstreamStreamIdle(), "1s", "1d", usual.upstreamStreamIdle()));
    }

    private Duration time(String field, String value, String least, String most, Duration fallback) {
        return Durations.within(diagnosis, FIELD + ".timeouts." + field, value, least, most, fallback);
    }
}
