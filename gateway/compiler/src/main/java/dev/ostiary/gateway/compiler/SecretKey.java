package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.config.ResourceName;

/** One key of one Secret; never its value. */
public record SecretKey(ResourceName secret, String key) implements Comparable<SecretKey> {

    /** The name of the value in {@link dev.ostiary.gateway.config.Credentials}. */
    public String credential() {
        return secret + "/" + key;
    }

    @Override
    public int compareTo(SecretKey other) {
        int bySecret = secret.compareTo(other.secret);
        return bySecret != 0 ? bySecret : key.compareTo(other.key);
    }

    @Override
    public String toString() {
        return credential();
    }
}
