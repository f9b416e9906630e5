package dev.ostiary.operator.keys;

import dev.ostiary.gateway.config.KeyRing.Purpose;
import dev.ostiary.gateway.config.KeyRotation;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An administrator's wish to have keys replaced before their time, as the annotation {@value #ANNOTATION} of the Secret that
 * holds them says it: {@code planned} or {@code emergency}, and after a colon the purposes, where not all are meant. Whoever
 * may write it holds the keys already.
 *
 * @param emergency whether old keys are forgotten at once
 * @param purposes whose keys are replaced
 */
record RotationRequest(boolean emergency, Set<Purpose> purposes) {

    static final String ANNOTATION = "ostiary.dev/rotate";

    private static final Logger LOG = LoggerFactory.getLogger(RotationRequest.class);

    /** The wish; null when there is none, or none that can be meant. */
    static @Nullable RotationRequest of(Secret secret) {
        Map<String, String> annotations = secret.getMetadata().getAnnotations();
        String value = annotations == null ? null : annotations.get(ANNOTATION);
        if (value == null) {
            return null;
        }
        String[] parts = value.strip().split(":", 2);
        Set<Purpose> purposes = parts.length == 1 ? KeyRotation.everything() : purposes(parts[1]);
        boolean emergency = parts[0].equals("emergency");
        if (purposes.isEmpty() || !(emergency || parts[0].equals("planned"))) {
            LOG.atWarn()
                    .addKeyValue(
                            "secret",
                            secret.getMetadata().getNamespace() + "/"
                                    + secret.getMetadata().getName())
                    .log(
                            "the annotation {} is neither planned nor emergency, with purposes of keys after a colon; no key is"
                                    + " replaced",
                            ANNOTATION);
            return null;
        }
        return new RotationRequest(emergency, purposes);
    }

    /** Empty when one of them is none. */
    private static Set<Purpose> purposes(String list) {
        Set<Purpose> purposes = EnumSet.noneOf(Purpose.class);
        for (String name : list.split(",", -1)) {
            Purpose purpose = Arrays.stream(Purpose.values())
                    .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(name.strip()))
                    .findFirst()
                    .orElse(null);
            if (purpose == null) {
                return EnumSet.noneOf(Purpose.class);
            }
            purposes.add(purpose);
        }
        return purposes;
    }
}
