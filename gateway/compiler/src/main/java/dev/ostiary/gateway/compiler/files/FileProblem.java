package dev.ostiary.gateway.compiler.files;

import dev.ostiary.gateway.compiler.Finding.Severity;
import dev.ostiary.gateway.compiler.ResourceRef;
import org.jspecify.annotations.Nullable;

/**
 * Something wrong with a file, before any meaning is looked at.
 *
 * @param place where
 * @param severity {@code ERROR}, or {@code WARNING} for what is ignored
 * @param reason CamelCase, stable
 * @param message what is wrong and what to do; never a secret's value
 * @param resource whose field it is; null when that could not be made out
 * @param fieldPath the field; empty when it is about the whole resource or file
 */
public record FileProblem(
        Place place,
        Severity severity,
        String reason,
        String message,
        @Nullable ResourceRef resource,
        String fieldPath) {}
