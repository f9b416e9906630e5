package dev.ostiary.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.Upstream.Pods;
import dev.ostiary.gateway.config.Upstream.Transport;
import java.net.URI;
import org.junit.jupiter.api.Test;

class UpstreamTest {

    private static final URI SERVICE = URI.create("http://notes-mcp.mcp.svc:8080/mcp");
    private static final String PATTERN = "notes-mcp-{ordinal}.notes-mcp-pods.mcp.svc";

    @Test
    void podsHaveNamesAndTheOnlyOneIsWhereAllAre() {
        assertThat(of(2).ofPod(1)).hasToString("http://notes-mcp-1.notes-mcp-pods.mcp.svc:8080/mcp");
        assertThat(of(1).ofPod(0)).isEqualTo(SERVICE);
    }

    @Test
    void otherPodsThereAreNot() {
        assertThatThrownBy(() -> of(2).ofPod(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> of(2).ofPod(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> of(0).ofPod(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Upstream(SERVICE, Transport.STREAMABLE_HTTP, true).ofPod(0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPatternThatMakesNoUrlIsRefusedAtOnce() {
        assertThatThrownBy(() -> new Pods(2, "notes-mcp")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Upstream(SERVICE, Transport.STREAMABLE_HTTP, true, new Pods(2, "notes {ordinal}")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Upstream of(int replicas) {
        return new Upstream(SERVICE, Transport.STREAMABLE_HTTP, true, new Pods(replicas, PATTERN));
    }
}
