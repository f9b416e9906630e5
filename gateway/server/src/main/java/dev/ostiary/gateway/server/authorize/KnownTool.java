package dev.ostiary.gateway.server.authorize;

import org.jspecify.annotations.Nullable;

/**
 * What a workload last said about one of its tools.
 *
 * @param name the tool's name
 * @param readOnlyHint its annotation of that name; null when not given
 * @param destructiveHint likewise
 * @param idempotentHint likewise
 * @param openWorldHint likewise
 * @param definitionHash {@code sha256:<hex>} of the canonical definition; computed only where a pin needs it, else empty
 */
public record KnownTool(
        String name,
        @Nullable Boolean readOnlyHint,
        @Nullable Boolean destructiveHint,
        @Nullable Boolean idempotentHint,
        @Nullable Boolean openWorldHint,
        String definitionHash) {}
