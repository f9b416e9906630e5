package dev.ostiary.gateway.server.identity;

import static dev.ostiary.gateway.server.identity.Tenants.ANNA;
import static dev.ostiary.gateway.server.identity.Tenants.CLI;
import static dev.ostiary.gateway.server.identity.Tenants.GATEWAY;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.KeyRotation;
import dev.ostiary.entra.emulator.token.SigningMode;
import dev.ostiary.gateway.server.entra.KeySetSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** What is logged about tokens, at the finest level. */
class SilenceTest {

    private static final Set<String> KEYS_OF_VALUES =
            Set.of("uti", "tid", "oid", "azp", "tenant", "keys", "reason", "detail", "heldForSeconds");

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.ostiary.gateway");
    private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            events.add(event);
        }
    };

    @BeforeEach
    void listen() {
        logger.setLevel(Level.TRACE);
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(appender);
        logger.setLevel(null);
    }

    @Test
    void noPartOfATokenIsLoggedAndNothingOfAnUnprovenOne() {
        List<String> tokens = new ArrayList<>();
        try (Gateway gateway = Gateway.start()) {
            var good = gateway.entra.tokens().userToken(ANNA, CLI, GATEWAY, "mcp.notes");
            tokens.add(good.build());
            tokens.add(good.audience(Tenants.OTHER_API).build());
            tokens.add(good.audience(GATEWAY)
                    .signedWith(SigningMode.RS256_CORRUPTED)
                    .claim("oid", Tenants.BEN)
                    .build());
            tokens.add("bm90LWE.dG9rZW4tYXQ.YWxsLW5vdC1ldmVu");
            tokens.add(good.signedWith(SigningMode.RS256_UNPUBLISHED_KEY).build());
            tokens.forEach(token -> gateway.authenticate("notes", token));
            gateway.entra.faults().status(Area.KEYS, 500);
            gateway.entra.rotateKeys(KeyRotation.GRACEFUL);
            gateway.time.advance(KeySetSettings.DEFAULT.missInterval());
            String unknown = gateway.entra
                    .tokens()
                    .userToken(Tenants.BEN, CLI, GATEWAY, "mcp.notes")
                    .build();
            tokens.add(unknown);
            assertThat(gateway.authenticate("notes", unknown)).isInstanceOf(Authentication.Unavailable.class);
        }
        assertThat(events)
                .extracting(ILoggingEvent::getMessage)
                .contains("token validated", "signing keys could not be read");
        for (ILoggingEvent event : events) {
            String text = event.getFormattedMessage() + event.getKeyValuePairs() + event.getThrowableProxy();
            assertThat(text).doesNotContain(Tenants.BEN);
            for (String token : tokens) {
                assertThat(text).doesNotContain(token.split("\\.", -1)[1]).doesNotContain(token.split("\\.", -1)[2]);
            }
            if (event.getKeyValuePairs() != null) {
                assertThat(event.getKeyValuePairs())
                        .extracting((KeyValuePair pair) -> pair.key)
                        .isSubsetOf(KEYS_OF_VALUES);
            }
        }
    }
}
