package dev.ostiary.operator.registry;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of an image as container runtimes read it ({@code github.com/distribution/reference}): {@code
 * [HOST[:PORT]/]PATH[:TAG][@DIGEST]}, with Docker Hub and {@code latest} where it says neither.
 *
 * @param registry as written, with the port; {@code docker.io} when it names none
 * @param repository the path, with {@code library/} before official images of Docker Hub
 * @param tag null with a digest
 * @param digest {@code sha256:} and 64 hexadecimal digits; null when a tag says which
 */
public record ImageName(
        String registry,
        String repository,
        @Nullable String tag,
        @Nullable String digest) {

    static final String DOCKER_HUB = "docker.io";

    private static final int MAX_LENGTH = 1024;
    private static final int MAX_REPOSITORY = 255;
    private static final Pattern HOST = Pattern.compile(
            "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:]+])(?::[0-9]{1,5})?");
    private static final Pattern REPOSITORY =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("[\\w][\\w.-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /** Splits off digest and tag: a tag has no slash, a port is followed by one. */
    private static final Pattern PARTS = Pattern.compile("([^@]+?)(?::([^:/@]+))?(?:@([^@]+))?");

    /** Reads a name; null when no runtime could pull it, or its digest is not SHA-256. */
    public static @Nullable ImageName parse(String name) {
        Matcher parts = PARTS.matcher(name);
        if (name.length() > MAX_LENGTH || !parts.matches()) {
            return null;
        }
        String path = parts.group(1);
        String tag = parts.group(2);
        String digest = parts.group(3);
        int slash = path.indexOf('/');
        String first = slash < 0 ? "" : path.substring(0, slash);
        boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
        String registry = named ? first : DOCKER_HUB;
        String repository = named ? path.substring(slash + 1) : path;
        if (registry.equals("index.docker.io")) {
            registry = DOCKER_HUB;
        }
        if (registry.equals(DOCKER_HUB) && repository.indexOf('/') < 0) {
            repository = "library/" + repository;
        }
        boolean sound = HOST.matcher(registry).matches()
                && repository.length() <= MAX_REPOSITORY
                && REPOSITORY.matcher(repository).matches()
                && (tag == null || TAG.matcher(tag).matches())
                && (digest == null || DIGEST.matcher(digest).matches());
        if (!sound) {
            return null;
        }
        if (digest != null) {
            return new ImageName(registry, repository, null, digest);
        }
        return new ImageName(registry, repository, tag == null ? "latest" : tag, null);
    }

    /** What is asked: Docker Hub's API is not where its name says. */
    String host() {
        return registry.equals(DOCKER_HUB) ? "registry-1.docker.io" : registry;
    }

    /** Tag or digest. */
    String reference() {
        return digest != null ? digest : String.valueOf(tag);
    }
}
