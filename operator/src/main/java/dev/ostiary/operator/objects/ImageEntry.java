package dev.ostiary.operator.objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an image begins with where its workload does not say. It is written on the StatefulSet too: an operator that starts while
 * the registry is away goes on with what its pods have.
 *
 * @param image as the workload names it; another image is another entry
 * @param entrypoint the program and its first arguments; may be empty when {@code cmd} is not
 * @param cmd what follows, unless the workload has {@code args}
 */
public record ImageEntry(String image, List<String> entrypoint, List<String> cmd) {

    private static final String ANNOTATION = "ostiary.dev/image-entry";
    private static final JsonMapper JSON = new JsonMapper();

    public ImageEntry {
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
    }

    /** Whether what starts a workload's server is for the image to say: elsewhere the container runtime asks it itself. */
    public static boolean isNeeded(McpWorkload workload) {
        McpWorkloadSpec spec = workload.getSpec();
        return spec.image() != null
                && spec.url() == null
                && spec.command().isEmpty()
                && ServerShape.of(spec).bridged();
    }

    /** What was written on an object of this workload; null when nothing was, or for another image. */
    public static @Nullable ImageEntry rememberedBy(@Nullable HasMetadata object, McpWorkload workload) {
        String text = object == null || object.getMetadata().getAnnotations() == null
                ? null
                : object.getMetadata().getAnnotations().get(ANNOTATION);
        boolean ours = object != null
                && object.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner ->
                                owner.getUid().equals(workload.getMetadata().getUid()));
        if (text == null || !ours) {
            return null;
        }
        try {
            // Others can write annotations: of JSON that is no entry, "null" among it, nothing is remembered.
            ImageEntry read = JSON.readValue(text, ImageEntry.class);
            return read != null && Objects.equals(read.image, workload.getSpec().image()) ? read : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** Whether there is something to start, with these arguments of the workload's. */
    public boolean starts(List<String> args) {
        return !entrypoint.isEmpty() || !cmd.isEmpty() || !args.isEmpty();
    }

    /** For the object that is to remember it. */
    Map<String, String> annotation() {
        try {
            return Map.of(ANNOTATION, JSON.writeValueAsString(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are always JSON", e);
        }
    }

    /** The program, as a pod's {@code command} says it. */
    List<String> command() {
        return entrypoint.stream().map(ImageEntry::literally).toList();
    }

    /** As a pod's {@code args} say it. */
    List<String> arguments(List<String> args) {
        return args.isEmpty() ? cmd.stream().map(ImageEntry::literally).toList() : args;
    }

    /** Kubernetes expands {@code $(NAME)} in what a pod says, and not in what an image says. */
    private static String literally(String word) {
        return word.replace("$(", "$$(");
    }
}
