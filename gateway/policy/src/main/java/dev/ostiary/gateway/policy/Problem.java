package dev.ostiary.gateway.policy;

/**
 * Why a text is not a set of policies, and where.
 *
 * @param line 1-based line in the text
 * @param column 1-based column in that line, counted in Unicode code points
 * @param message what is wrong and, where Cedar's parser says so, what it expected; may quote the text
 */
public record Problem(int line, int column, String message) {}
