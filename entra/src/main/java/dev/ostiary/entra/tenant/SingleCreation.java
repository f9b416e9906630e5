package dev.ostiary.entra.tenant;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.registration.DesiredRegistration;
import java.io.IOException;

/**
 * Makes the application of a gateway once, also where two do so at the same moment, or where the answer to a creation was lost and
 * Graph does not show yet what it made: {@code uniqueName} is an alternate key, and a {@code PATCH} of it with {@code Prefer:
 * create-if-missing} makes an application or changes the one that is there (Microsoft Graph v1.0, "Upsert application"; every
 * cloud, and the permissions of a creation).
 */
final class SingleCreation {

    private static final String KEY = "uniqueName";

    private final GraphClient graph;
    private final RegistrationReader reader;

    SingleCreation(GraphClient graph, RegistrationReader reader) {
        this.graph = graph;
        this.reader = reader;
    }

    /**
     * The application.
     *
     * @param fresh whether nothing belongs to it yet, since this very call has made it
     */
    record Made(ObjectNode application, boolean fresh) {}

    /**
     * Makes it, or finds it.
     *
     * @throws IOException when its name is taken by one that cannot be used; the message says what to do
     */
    Made make(DesiredRegistration desired) throws GraphException, IOException, InterruptedException {
        String path = RegistrationReader.path(desired);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        try {
            answer = graph.upsert(path, Diff.creation(desired));
        } catch (GraphException e) {
            if (!e.isTaken(KEY)) {
                throw e;
            }
            notDeleted(desired);
        }
        return answer.has("appId") ? new Made(answer, true) : new Made(shown(path, desired), false);
    }

    /** Made by another run a moment ago, so that some replicas of Graph do not know it. */
    private ObjectNode shown(String path, DesiredRegistration desired)
            throws GraphException, IOException, InterruptedException {
        try {
            return graph.onceReplicated("the application", () -> graph.get(path));
        } catch (GraphException e) {
            if (e.status() != 404) {
                throw e;
            }
            throw new IOException(
                    "Graph has a registration " + desired.uniqueName() + " of this gateway and does not show it yet",
                    e);
        }
    }

    /** A deleted application keeps its name for 30 days. It is not restored by itself: who deleted it may have had to. */
    private void notDeleted(DesiredRegistration desired) throws GraphException, IOException, InterruptedException {
        ObjectNode deleted;
        try {
            deleted = reader.deleted(desired);
        } catch (GraphException e) {
            if (!e.isForbidden()) {
                throw e;
            }
            return;
        }
        if (deleted != null) {
            throw new IOException("the registration of this gateway, "
                    + deleted.path("displayName").asText() + " ("
                    + deleted.path("appId").asText()
                    + "), was deleted, and its name is kept for 30 days: restore it, or delete it for good, under App"
                    + " registrations > Deleted applications or with ostiary entra delete --permanently");
        }
    }
}
