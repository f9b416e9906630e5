package dev.ostiary.operator.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A user and a password for a registry. Never shows the password.
 *
 * @param user not empty
 * @param password not empty
 */
public record PullCredential(String user, String password) {

    /** Key of a Secret of the type {@code kubernetes.io/dockerconfigjson}. */
    public static final String KEY = ".dockerconfigjson";

    /** Of a file with thousands of registries. Whoever writes a Secret decides how large a tree it makes. */
    private static final long MAX_TOKENS = 50_000;

    private static final JsonMapper JSON = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            .build());

    private static final List<String> DOCKER_HUB =
            List.of("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com");

    /**
     * The one for an image, as kubelets choose it: the entry of the longest path that the image is under, in the first Secret
     * that has one. A part of a host name may be {@code *}.
     *
     * @param secrets the data of Secrets, in the order of {@code imagePullSecrets}; what is no configuration of Docker's says
     *     nothing
     * @return null when there is none: the image is asked for by nobody in particular
     */
    public static @Nullable PullCredential of(ImageName image, List<Map<String, String>> secrets) {
        for (Map<String, String> secret : secrets) {
            String text = secret.get(KEY);
            PullCredential found = text == null ? null : in(text, image);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable PullCredential in(String text, ImageName image) {
        JsonNode auths;
        try {
            auths = JSON.readTree(text).path("auths");
        } catch (JsonProcessingException e) {
            return null;
        }
        PullCredential best = null;
        int longest = -1;
        for (Map.Entry<String, JsonNode> entry : auths.properties()) {
            String place = place(entry.getKey());
            if (place.length() > longest && covers(place, image)) {
                PullCredential read = read(entry.getValue());
                if (read != null) {
                    best = read;
                    longest = place.length();
                }
            }
        }
        return best;
    }

    /** Without the scheme and the {@code /v1/} that {@code docker login} writes for Docker Hub. */
    private static String place(String key) {
        return key.replaceFirst("^https?://", "").replaceFirst("/v[12]/?$", "").replaceFirst("/$", "");
    }

    private static boolean covers(String place, ImageName image) {
        int slash = place.indexOf('/');
        String host = slash < 0 ? place : place.substring(0, slash);
        String path = slash < 0 ? "" : place.substring(slash + 1);
        boolean here = image.registry().equals(ImageName.DOCKER_HUB)
                ? DOCKER_HUB.contains(host)
                : matches(host, image.registry());
        return here
                && (path.isEmpty()
                        || image.repository().equals(path)
                        || image.repository().startsWith(path + "/"));
    }

    /** Part by part, ports included: {@code *.example.com} is not {@code a.b.example.com}. */
    private static boolean matches(String pattern, String host) {
        if (!pattern.contains("*")) {
            return pattern.equals(host);
        }
        String[] stated = pattern.split("\\.", -1);
        String[] actual = host.split("\\.", -1);
        if (stated.length != actual.length) {
            return false;
        }
        for (int i = 0; i < stated.length; i++) {
            if (!stated[i].equals("*") && !stated[i].equals(actual[i])) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable PullCredential read(JsonNode entry) {
        String user = entry.path("username").asText("");
        String password = entry.path("password").asText("");
        String auth = entry.path("auth").asText("");
        if (user.isEmpty() && !auth.isEmpty()) {
            String both;
            try {
                both = new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return null;
            }
            int colon = both.indexOf(':');
            user = colon < 0 ? "" : both.substring(0, colon);
            password = both.substring(colon + 1);
        }
        return user.isEmpty() || password.isEmpty() ? null : new PullCredential(user, password);
    }

    /** The value of an {@code Authorization} header (RFC 7617). */
    String basic() {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "PullCredential[user=" + user + "]";
    }
}
