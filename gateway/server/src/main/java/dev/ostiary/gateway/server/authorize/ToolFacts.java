package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.config.ToolPin;
import dev.ostiary.gateway.policy.Target;
import org.jspecify.annotations.Nullable;

/** Joins what a workload says about a tool with what is pinned: the pin wins. Pure. */
public final class ToolFacts {

    private ToolFacts() {}

    /** The tool as policies see it. */
    public static Target.Tool of(String name, @Nullable KnownTool listed, @Nullable ToolPin pin) {
        return new Target.Tool(
                name,
                first(pin == null ? null : pin.readOnlyHint(), listed == null ? null : listed.readOnlyHint()),
                first(pin == null ? null : pin.destructiveHint(), listed == null ? null : listed.destructiveHint()),
                first(pin == null ? null : pin.idempotentHint(), listed == null ? null : listed.idempotentHint()),
                first(pin == null ? null : pin.openWorldHint(), listed == null ? null : listed.openWorldHint()));
    }

    private static @Nullable Boolean first(@Nullable Boolean pinned, @Nullable Boolean said) {
        return pinned != null ? pinned : said;
    }
}
