package dev.ostiary.gateway.compiler.files;

import dev.ostiary.crds.McpPolicySpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Policies of which nobody knows what they are attached to. */
final class McpPolicyTargets {

    private McpPolicyTargets() {}

    /** The same policy without targets, so that the compiler takes it to touch everything it may. */
    static @Nullable McpPolicySpec unknown(@Nullable McpPolicySpec spec) {
        return spec == null
                ? null
                : new McpPolicySpec(
                        List.of(),
                        spec.groups(),
                        spec.evaluation(),
                        spec.numbers(),
                        McpPolicySpec.Enforcement.ENFORCE,
                        spec.entities(),
                        spec.cedar());
    }
}
