package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpPolicySpec;
import dev.ostiary.gateway.compiler.PolicyReader.Policy;
import dev.ostiary.gateway.config.ResourceName;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what policies were read as, from one compilation to the next: reading is by far the most expensive part of it, and
 * among many policies an edit changes one. What the last compilation did not need is forgotten, so no more is kept than one
 * compilation reads.
 *
 * <p>For one compilation at a time.
 */
public final class KnownPolicies {

    private Map<ResourceName, Known> before = Map.of();
    private Map<ResourceName, Known> now = new HashMap<>();

    private record Known(
            @Nullable McpPolicySpec spec, @Nullable String rejected, Policy policy) {

        boolean isOf(@Nullable McpPolicySpec otherSpec, @Nullable String otherRejected) {
            return Objects.equals(spec, otherSpec) && Objects.equals(rejected, otherRejected);
        }
    }

    /**
     * The policy, read now or before: a function of what it is read from alone. Its diagnosis is the caller's own.
     *
     * @param read reads it
     */
    Policy policy(ResourceName name, @Nullable McpPolicySpec spec, @Nullable String rejected, Supplier<Policy> read) {
        Known known = before.get(name);
        if (known == null || !known.isOf(spec, rejected)) {
            known = new Known(spec, rejected, read.get());
        }
        now.put(name, known);
        return known.policy().withOwnDiagnosis();
    }

    /** A compilation begins. */
    void begin() {
        before = now;
        now = new HashMap<>();
    }
}
