package dev.ostiary.operator.reconcile;

import dev.ostiary.crds.Condition;
import dev.ostiary.operator.apply.Applier;
import dev.ostiary.operator.status.EventDecision;
import dev.ostiary.operator.status.Notice;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the events that changes of status cause. The same event about the same resource is written once in ten minutes, and a
 * resource that swings between reasons gets no more than a few in that time. Events are lost rather than waited for. Safe for
 * any thread.
 */
final class EventWriter {

    private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);
    private static final Duration QUIET = Duration.ofMinutes(10);
    private static final int MAX_PER_RESOURCE = 10;
    private static final int MAX_REMEMBERED = 10_000;
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

    private final KubernetesClient client;
    private final String instance;
    private final Applier.WriteListener writes;
    private final Map<String, Written> remembered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Written> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    private record Written(Instant since, int count) {}

    /**
     * @param instance the operator's own name, at most 128 characters
     */
    EventWriter(KubernetesClient client, String instance, Applier.WriteListener writes) {
        this.client = client;
        this.instance = instance;
        this.writes = writes;
    }

    /** Writes what is to be said when conditions change. */
    void write(HasMetadata about, List<Condition> before, List<Condition> after, Instant now) {
        for (Notice notice : EventDecision.of(about.getKind(), before, after)) {
            String uid = about.getMetadata().getUid();
            if (allowed(uid + "/" + notice.reason() + "/" + notice.note(), 1, now)
                    && allowed(uid, MAX_PER_RESOURCE, now)) {
                write(about, notice, now);
            }
        }
    }

    private synchronized boolean allowed(String what, int most, Instant now) {
        Written known = remembered.get(what);
        if (known == null || known.since().plus(QUIET).isBefore(now)) {
            remembered.put(what, new Written(now, 1));
            return true;
        }
        remembered.put(what, new Written(known.since(), known.count() + 1));
        return known.count() < most;
    }

    private void write(HasMetadata about, Notice notice, Instant now) {
        String name = about.getMetadata().getName();
        try {
            client.resource(new EventBuilder()
                            .withNewMetadata()
                            .withNamespace(about.getMetadata().getNamespace())
                            .withGenerateName(name.substring(0, Math.min(name.length(), 200)) + "-")
                            .endMetadata()
                            .withEventTime(new MicroTime(MICROS.format(now.atOffset(ZoneOffset.UTC))))
                            .withType(notice.type().word())
                            .withReason(notice.reason())
                            .withNote(notice.note())
                            .withAction("Reconcile")
                            .withReportingController("ostiary.dev/operator")
                            .withReportingInstance(instance)
                            .withRegarding(new ObjectReferenceBuilder()
                                    .withApiVersion(about.getApiVersion())
                                    .withKind(about.getKind())
                                    .withNamespace(about.getMetadata().getNamespace())
                                    .withName(name)
                                    .withUid(about.getMetadata().getUid())
                                    .withResourceVersion(about.getMetadata().getResourceVersion())
                                    .build())
                            .build())
                    .create();
            writes.wrote("Event", "create");
        } catch (KubernetesClientException e) {
            LOG.atWarn()
                    .addKeyValue("resource", about.getKind() + " " + Names.of(about))
                    .addKeyValue("reason", notice.reason())
                    .addKeyValue("code", e.getCode())
                    .log("an event could not be written");
        }
    }
}
