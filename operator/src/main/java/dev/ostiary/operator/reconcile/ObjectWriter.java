package dev.ostiary.operator.reconcile;

import dev.ostiary.operator.apply.Applier;
import dev.ostiary.operator.apply.NameTakenException;
import dev.ostiary.operator.apply.ObjectKey;
import dev.ostiary.operator.apply.OwnedWatches;
import dev.ostiary.operator.objects.InvalidPodTemplateException;
import dev.ostiary.operator.objects.NoBridgeImageException;
import dev.ostiary.operator.objects.ObjectKinds;
import dev.ostiary.operator.status.Refusal;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * Makes the objects of one owner be as desired, one by one: an object that the API server does not take keeps no other from
 * being applied, and is told.
 */
final class ObjectWriter {

    private static final int MAX_MESSAGE = 500;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERRORS = 500;

    private final Applier applier;
    private final OwnedWatches watches;

    ObjectWriter(Applier applier, OwnedWatches watches) {
        this.applier = applier;
        this.watches = watches;
    }

    /**
     * Applies and prunes.
     *
     * @param kinds what {@code owner} may own; what is of these kinds and not desired is deleted, unless something was refused
     * @return what was refused
     * @throws KubernetesClientException when the API server is away or busy: all is to be tried again
     */
    List<Refusal> write(
            HasMetadata owner, Collection<Class<? extends HasMetadata>> kinds, Supplier<List<HasMetadata>> desired) {
        List<HasMetadata> objects;
        try {
            objects = desired.get();
        } catch (InvalidPodTemplateException e) {
            return List.of(new Refusal(Refusal.INVALID_POD_TEMPLATE, String.valueOf(e.getMessage())));
        } catch (NoBridgeImageException e) {
            return List.of(new Refusal(Refusal.NO_BRIDGE_IMAGE, String.valueOf(e.getMessage())));
        }
        List<Refusal> refused = new ArrayList<>();
        for (HasMetadata object : objects) {
            try {
                if (ObjectKinds.OPTIONAL.contains(object.getClass()) && !watches.has(object.getClass())) {
                    refused.add(new Refusal(
                            Refusal.OBJECT_REFUSED,
                            ObjectKey.of(object) + " cannot be made: this cluster does not serve "
                                    + object.getApiVersion() + " " + object.getKind()
                                    + ". Install its CRDs, or leave the field out that asks for it."));
                    continue;
                }
                applier.apply(object);
            } catch (NameTakenException e) {
                refused.add(new Refusal(Refusal.NAME_TAKEN, String.valueOf(e.getMessage())));
            } catch (KubernetesClientException e) {
                if (!isFinal(e)) {
                    throw e;
                }
                refused.add(new Refusal(
                        Refusal.OBJECT_REFUSED,
                        "The API server does not take " + ObjectKey.of(object) + ": " + message(e)));
            }
        }
        if (refused.isEmpty()) {
            applier.prune(owner, kinds, objects);
        }
        return refused;
    }

    /** Whether trying again at once would not help. */
    static boolean isFinal(KubernetesClientException e) {
        int code = e.getCode();
        return code >= HttpURLConnection.HTTP_BAD_REQUEST
                && code < SERVER_ERRORS
                && code != HttpURLConnection.HTTP_CONFLICT
                && code != HttpURLConnection.HTTP_UNAUTHORIZED
                && code != TOO_MANY_REQUESTS;
    }

    /** The API server's own words, without the client's, which repeat addresses. */
    static String message(KubernetesClientException e) {
        String said = e.getStatus() == null ? null : e.getStatus().getMessage();
        String message = said == null ? "it answers " + e.getCode() : said;
        return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "...";
    }
}
