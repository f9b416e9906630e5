package dev.ostiary.gateway.config;

/**
 * Why something answers 503 instead of serving. Shown to callers, so it names resources and fields, never values.
 *
 * @param reason CamelCase, as in the condition that says the same in the resource's status
 * @param message one sentence for people: what is wrong and what to do
 */
public record Closure(String reason, String message) {}
