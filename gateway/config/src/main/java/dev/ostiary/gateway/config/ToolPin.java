package dev.ostiary.gateway.config;

import org.jspecify.annotations.Nullable;

/**
 * Facts about one tool that the platform engineer states and the server cannot change.
 *
 * @param name the tool's name
 * @param readOnlyHint overrides what the server says; null leaves it
 * @param destructiveHint likewise
 * @param idempotentHint likewise
 * @param openWorldHint likewise
 * @param definitionHash {@code sha256:<hex>} of the definition; another one closes the tool; null when not pinned
 */
public record ToolPin(
        String name,
        @Nullable Boolean readOnlyHint,
        @Nullable Boolean destructiveHint,
        @Nullable Boolean idempotentHint,
        @Nullable Boolean openWorldHint,
        @Nullable String definitionHash) {}
