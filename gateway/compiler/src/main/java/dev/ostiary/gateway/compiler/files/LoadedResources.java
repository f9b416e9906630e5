package dev.ostiary.gateway.compiler.files;

import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.compiler.SecretKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What files say. Immutable; holds secret values, which no method but {@link #secret} gives away. */
public interface LoadedResources {

    /** The resources, rejected ones included. */
    Resources resources();

    /** Everything wrong with the files themselves, in their order. */
    List<FileProblem> problems();

    /**
     * Whether it is known of every document in every file which resource it is, if any. If not, something may be missing
     * without anybody knowing what: whoever already has a configuration keeps it, and whoever has none does not start.
     */
    boolean complete();

    /** A secret's value; null when there is no such Secret or key. */
    @Nullable
    String secret(SecretKey key);

    /** Where a finding is; the resource's own place when the field is not in the file. */
    Place place(Finding finding);
}
