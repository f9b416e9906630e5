package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.SecretKeyRef;
import dev.ostiary.gateway.config.ResourceName;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What resources refer to by name, always in their own namespace. */
final class References {

    private final Resources resources;

    References(Resources resources) {
        this.resources = resources;
    }

    /**
     * A key of a Secret, or null with an error.
     *
     * @param field the path of the reference
     * @param usualKey what is meant when the reference names no key
     */
    @Nullable
    SecretKey secret(Diagnosis diagnosis, String namespace, String field, @Nullable SecretKeyRef ref, String usualKey) {
        if (ref == null) {
            diagnosis.error(field, Reasons.INVALID, "is missing; name a Secret of this namespace.");
            return null;
        }
        return secret(diagnosis, namespace, field, ref.name(), ref.key() != null ? ref.key() : usualKey);
    }

    /** Likewise, by name and key. */
    @Nullable
    SecretKey secret(Diagnosis diagnosis, String namespace, String field, @Nullable String name, @Nullable String key) {
        if (name == null || key == null) {
            diagnosis.error(field, Reasons.INVALID, "is incomplete; name a Secret of this namespace.");
            return null;
        }
        ResourceName secret = new ResourceName(namespace, name);
        SecretFacts facts = resources.secrets().get(secret);
        if (facts == null) {
            diagnosis.error(
                    field,
                    Reasons.SECRET_NOT_FOUND,
                    "Secret " + secret + " does not exist; create it with the key " + key + ".");
            return null;
        }
        if (!facts.keys().contains(key)) {
            diagnosis.error(
                    field,
                    Reasons.KEY_NOT_FOUND,
                    "Secret " + secret + " has no key " + key + ".",
                    "It has: " + String.join(", ", facts.keys()) + ".");
            return null;
        }
        return new SecretKey(secret, key);
    }

    /** Whether the value can be a password or an address, as far as that can be told; if not, with an error. */
    boolean usableAsText(Diagnosis diagnosis, String field, SecretKey key) {
        SecretFacts facts = resources.secrets().get(key.secret());
        if (facts != null && facts.notHeaderValues().contains(key.key())) {
            diagnosis.error(
                    field,
                    Reasons.INVALID_SECRET_VALUE,
                    "the value of key " + key.key() + " in Secret " + key.secret()
                            + " cannot be right: it is empty, starts or ends with white space such as a line break, or has"
                            + " other than printable ASCII characters.");
            return false;
        }
        return true;
    }

    /** Whether the value can be a header's; if not, with an error. */
    boolean usableAsHeader(Diagnosis diagnosis, String field, SecretKey key) {
        SecretFacts facts = resources.secrets().get(key.secret());
        if (facts != null && facts.notHeaderValues().contains(key.key())) {
            diagnosis.error(
                    field,
                    Reasons.INVALID_SECRET_VALUE,
                    "the value of key " + key.key() + " in Secret " + key.secret()
                            + " cannot be a header's: it is empty, starts or ends with white space such as a line break, or has"
                            + " other than printable ASCII characters.");
            return false;
        }
        return true;
    }

    /** A value in a ConfigMap, or null with an error. */
    @Nullable
    String configMap(Diagnosis diagnosis, String namespace, String field, @Nullable String name, @Nullable String key) {
        if (name == null || key == null) {
            diagnosis.error(field, Reasons.INVALID, "is incomplete; name a ConfigMap of this namespace.");
            return null;
        }
        ResourceName configMap = new ResourceName(namespace, name);
        Map<String, String> data = resources.configMaps().get(configMap);
        if (data == null) {
            diagnosis.error(
                    field,
                    Reasons.CONFIG_MAP_NOT_FOUND,
                    "ConfigMap " + configMap + " does not exist; create it with the key " + key + ".");
            return null;
        }
        String value = data.get(key);
        if (value == null) {
            diagnosis.error(field, Reasons.KEY_NOT_FOUND, "ConfigMap " + configMap + " has no key " + key + ".");
        }
        return value;
    }
}
