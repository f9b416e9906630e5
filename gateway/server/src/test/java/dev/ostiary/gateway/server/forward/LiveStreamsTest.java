package dev.ostiary.gateway.server.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ostiary.gateway.server.identity.Principal;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveStreamsTest {

    private final LiveStreams streams = new LiveStreams(InstantSource.fixed(Instant.EPOCH));

    private final EmbeddedChannel loop = new EmbeddedChannel();

    private final class Stream implements LiveStreams.Stream {
        private int expired;

        @Override
        public EventExecutor executor() {
            return loop.eventLoop();
        }

        @Override
        public void expire() {
            expired++;
        }

        @Override
        public void reconsider() {
            throw new IllegalStateException("nothing has changed");
        }
    }

    private static Principal principal(String grantId) {
        return new Principal(
                "tid",
                "oid",
                "sub",
                "client",
                false,
                List.of(),
                List.of(),
                List.of(),
                JsonNodeFactory.instance.objectNode(),
                Instant.EPOCH.plusSeconds(60),
                "key",
                null,
                grantId);
    }

    @Test
    void anEndedGrantEndsItsStreamsAndNoOthersAlsoThoseThatWereJustBeingOpened() {
        Stream one = new Stream();
        Stream other = new Stream();
        Stream entra = new Stream();
        streams.open(one, principal("one"));
        streams.open(other, principal("other"));
        streams.open(entra, principal(null));
        streams.grantRevoked("one");
        loop.runPendingTasks();
        assertThat(List.of(one.expired, other.expired, entra.expired)).containsExactly(1, 0, 0);
        Stream late = new Stream();
        streams.open(late, principal("one"));
        loop.runPendingTasks();
        assertThat(late.expired).isEqualTo(1);
    }
}
