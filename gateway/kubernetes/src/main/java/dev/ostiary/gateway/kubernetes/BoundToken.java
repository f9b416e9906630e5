package dev.ostiary.gateway.kubernetes;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pod's projected ServiceAccount token, read again once a minute: the kubelet replaces it long before it ends. While the
 * file cannot be read, the token before is used. Any thread.
 */
final class BoundToken implements OAuthTokenProvider {

    private static final Logger LOG = LoggerFactory.getLogger(BoundToken.class);
    private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();

    private final Path file;
    private String token = "";
    private long readAt;

    BoundToken(Path file) {
        this.file = file;
    }

    @Override
    public synchronized String getToken() {
        long now = System.nanoTime();
        if (token.isEmpty() || now - readAt > KEPT_NANOS) {
            try {
                token = Files.readString(file, StandardCharsets.US_ASCII).strip();
                readAt = now;
            } catch (IOException unreadable) {
                LOG.atWarn().addKeyValue("file", file).log("the pod's own token cannot be read");
            }
        }
        return token;
    }
}
