package dev.ostiary.operator.reconcile;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.operator.status.ConditionTypes;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.function.Supplier;

/** What is sent when a status changes: the operator's own part of it, for this very object. */
final class StatusUpdate {

    private static final JsonMapper JSON = new JsonMapper();

    private StatusUpdate() {}

    /**
     * An object to be applied to the status subresource.
     *
     * @param empty makes an object of the kind
     */
    static <S, R extends CustomResource<?, S>> R of(R resource, Supplier<R> empty, S status) {
        R update = empty.get();
        update.setMetadata(identity(resource.getMetadata()));
        update.setStatus(ours(status));
        return update;
    }

    /** The UID keeps a status from being written to another object of the same name. */
    private static ObjectMeta identity(ObjectMeta metadata) {
        return new ObjectMetaBuilder()
                .withNamespace(metadata.getNamespace())
                .withName(metadata.getName())
                .withUid(metadata.getUid())
                .build();
    }

    /** Conditions that others have set stay theirs: what is not applied is not owned. */
    @SuppressWarnings("unchecked") // a status comes back as the type that it was
    private static <S> S ours(S status) {
        ObjectNode tree = JSON.valueToTree(status);
        if (tree.get("conditions") instanceof ArrayNode conditions) {
            conditions.removeIf(condition ->
                    !ConditionTypes.OURS.contains(condition.path("type").asText()));
        }
        return (S) JSON.convertValue(tree, status.getClass());
    }
}
