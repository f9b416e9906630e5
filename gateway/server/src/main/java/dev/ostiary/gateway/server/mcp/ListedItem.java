package dev.ostiary.gateway.server.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One tool, prompt, resource, resource template or task of a list: a view of its bytes. Not thread-safe. */
public final class ListedItem {

    private final byte[] source;
    private final int start;
    private final int end;
    private final String key;
    private final byte[] hints;
    private @Nullable String definitionHash;

    ListedItem(byte[] source, int start, int end, String key, byte[] hints) {
        this.source = source;
        this.start = start;
        this.end = end;
        this.key = key;
        this.hints = hints;
    }

    /** Its name, URI, URI template or task id, as {@link ListKind#key()} says. */
    public String key() {
        return key;
    }

    /** {@code annotations.readOnlyHint} of a tool; null when it says nothing. */
    public @Nullable Boolean readOnlyHint() {
        return hint(0);
    }

    /** {@code annotations.destructiveHint}. */
    public @Nullable Boolean destructiveHint() {
        return hint(1);
    }

    /** {@code annotations.idempotentHint}. */
    public @Nullable Boolean idempotentHint() {
        return hint(2);
    }

    /** {@code annotations.openWorldHint}. */
    public @Nullable Boolean openWorldHint() {
        return hint(3);
    }

    /** A copy of its bytes. */
    public byte[] bytes() {
        return Arrays.copyOfRange(source, start, end);
    }

    /** Its whole definition as a new tree. */
    public ObjectNode definition() {
        return JsonTrees.object(source, start, end);
    }

    /**
     * {@code sha256:<hex>} over the canonical form of the whole definition ({@link CanonicalJson}): the same however a
     * server orders members, spaces or escapes them. Computed on the first call.
     */
    public String definitionHash() {
        if (definitionHash == null) {
            definitionHash = CanonicalJson.hash(definition());
        }
        return definitionHash;
    }

    private @Nullable Boolean hint(int i) {
        return switch (hints[i]) {
            case 't' -> Boolean.TRUE;
            case 'f' -> Boolean.FALSE;
            default -> null;
        };
    }
}
