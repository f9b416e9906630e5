package dev.ostiary.operator.status;

import dev.ostiary.crds.McpPolicy;
import java.time.Instant;

/**
 * What the status of a policy is made from.
 *
 * @param resource the policy, with the status before
 * @param situation of a compilation that has seen this generation
 * @param now the time
 */
public record PolicyFacts(McpPolicy resource, Situation situation, Instant now) {}
