package dev.ostiary.gateway.config;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How workloads and Entra are reached.
 *
 * @param httpsProxy proxy for https destinations ({@code CONNECT}); null: none
 * @param httpProxy proxy for http destinations; null: none
 * @param noProxy hosts and domain suffixes (with a leading dot) that are reached directly; sorted
 * @param caBundle PEM certificates trusted beside the JDK's own; null: none
 */
public record EgressSettings(
        @Nullable URI httpsProxy,
        @Nullable URI httpProxy,
        List<String> noProxy,
        @Nullable String caBundle) {

    public static final EgressSettings DIRECT = new EgressSettings(null, null, List.of(), null);

    public EgressSettings {
        noProxy = List.copyOf(noProxy);
    }
}
