package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.oauth.RateLimits.Limit;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests of machines: read on the event loop, answered off it, errors in JSON (RFC 6749 §5.2). */
final class MachineSide {

    private static final Logger LOG = LoggerFactory.getLogger(MachineSide.class);

    private final FacadeAnswers answers;
    private final BlockingWork work;
    private final RateGate gate;
    private final FacadeEvents events;

    MachineSide(FacadeAnswers answers, BlockingWork work, RateGate gate, FacadeEvents events) {
        this.answers = answers;
        this.work = work;
        this.gate = gate;
        this.events = events;
    }

    /** Token and revocation requests. */
    void handle(Exchange exchange, FacadeEvent.Source source, OAuthEndpoint endpoint) {
        String path = exchange.path();
        List<String> authorization = exchange.headers().getAll(HttpHeaderNames.AUTHORIZATION);
        read(
                exchange,
                source,
                RequestBodies.FORM,
                RequestBodies.MAX_FORM_BYTES,
                gate.limits().token(),
                body -> {
                    // Latin-1 keeps every byte, and whatever is not ASCII is refused.
                    Parameters parameters = Parameters.read(new String(body, StandardCharsets.ISO_8859_1));
                    gate.passClient(gate.limits().tokenClient(), parameters.get("client_id"), path, source);
                    return endpoint.answer(new OAuthRequest(parameters, authorization, source.clientAddress()));
                });
    }

    void register(Exchange exchange, FacadeEvent.Source source, RegistrationEndpoint endpoint) {
        read(
                exchange,
                source,
                RequestBodies.JSON,
                RegistrationEndpoint.MAX_BODY_BYTES,
                gate.limits().register(),
                body -> endpoint.register(body, source));
    }

    @FunctionalInterface
    private interface Endpoint {
        OAuthAnswer answer(byte[] body) throws OAuthException, TooManyRequestsException;
    }

    private void read(
            Exchange exchange, FacadeEvent.Source source, String type, int maxBytes, Limit limit, Endpoint endpoint) {
        String path = exchange.path();
        OAuthException unfit = RequestBodies.problem(exchange, type);
        if (unfit != null) {
            refused(source, path, unfit);
            answers.error(exchange, source, unfit);
            return;
        }
        try {
            gate.passAddress(limit, path, source);
        } catch (TooManyRequestsException tooMany) {
            answers.tooMany(exchange, source, tooMany.retryAfterSeconds());
            return;
        }
        exchange.readBody(maxBytes, buffer -> {
            byte[] body = RequestBodies.take(buffer);
            if (!work.start(exchange, () -> answer(exchange, source, path, body, endpoint))) {
                answers.busy(exchange, source);
            }
        });
    }

    private Runnable answer(Exchange exchange, FacadeEvent.Source source, String path, byte[] body, Endpoint endpoint) {
        try {
            OAuthAnswer answer = endpoint.answer(body);
            return () -> answers.machine(exchange, source, answer);
        } catch (OAuthException refusal) {
            refused(source, path, refusal);
            return () -> answers.error(exchange, source, refusal);
        } catch (TooManyRequestsException tooMany) {
            return () -> answers.tooMany(exchange, source, tooMany.retryAfterSeconds());
        } catch (RuntimeException failure) {
            LOG.error("{} failed, correlation id {}", path, source.correlationId(), failure);
            return () -> answers.failed(exchange, source);
        }
    }

    private void refused(FacadeEvent.Source source, String path, OAuthException refusal) {
        events.record(new FacadeEvent.Refused(source, path, null, refusal.error(), refusal.description()));
    }
}
