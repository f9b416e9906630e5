package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.oauth.RateLimits.Limit;
import dev.ostiary.gateway.server.pages.ErrorView.Problem;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests of browsers: read on the event loop, answered off it, errors as pages. */
final class BrowserSide {

    private static final Logger LOG = LoggerFactory.getLogger(BrowserSide.class);
    private static final int MAX_LANGUAGE_LENGTH = 1024;
    private static final int MAX_AUDITED_ID_LENGTH = 2048;

    private final FacadeAnswers answers;
    private final BlockingWork work;
    private final RateGate gate;
    private final FacadeEvents events;

    BrowserSide(FacadeAnswers answers, BlockingWork work, RateGate gate, FacadeEvents events) {
        this.answers = answers;
        this.work = work;
        this.gate = gate;
        this.events = events;
    }

    void authorize(Exchange exchange, FacadeEvent.Source source, BrowserEndpoint endpoint) {
        RateLimits limits = gate.limits();
        answer(new Visit(exchange, source, limits.authorize(), limits.authorizeClient(), endpoint), exchange.query());
    }

    /** A visit with a query, or what one of our own pages posts. */
    void handle(Exchange exchange, FacadeEvent.Source source, BrowserEndpoint endpoint) {
        Visit visit = new Visit(exchange, source, gate.limits().page(), null, endpoint);
        if (!visit.post) {
            answer(visit, exchange.query());
            return;
        }
        OAuthException unfit = RequestBodies.problem(exchange, RequestBodies.FORM);
        if (unfit != null) {
            problem(visit, PageException.of(unfit.status(), Problem.BAD_REQUEST, unfit.description()), null)
                    .run();
            return;
        }
        exchange.readBody(
                RequestBodies.MAX_FORM_BYTES,
                // Latin-1 keeps every byte, and whatever is not ASCII is refused.
                body -> answer(visit, new String(RequestBodies.take(body), StandardCharsets.ISO_8859_1)));
    }

    /** What of an exchange is needed off its executor. */
    private static final class Visit {
        final Exchange exchange;
        final FacadeEvent.Source source;
        final Limit limit;
        final @Nullable Limit clientLimit;
        final BrowserEndpoint endpoint;
        final String path;
        final boolean post;
        final List<String> cookies;
        final @Nullable String origin;
        final @Nullable String fetchSite;
        final @Nullable String language;

        Visit(
                Exchange exchange,
                FacadeEvent.Source source,
                Limit limit,
                @Nullable Limit clientLimit,
                BrowserEndpoint endpoint) {
            HttpHeaders headers = exchange.headers();
            this.exchange = exchange;
            this.source = source;
            this.limit = limit;
            this.clientLimit = clientLimit;
            this.endpoint = endpoint;
            this.path = exchange.path();
            this.post = exchange.method().equals(HttpMethod.POST);
            this.cookies = headers.getAll(HttpHeaderNames.COOKIE);
            this.origin = headers.get(HttpHeaderNames.ORIGIN);
            this.fetchSite = headers.get("sec-fetch-site");
            String accepted = headers.get(HttpHeaderNames.ACCEPT_LANGUAGE);
            this.language = accepted == null || accepted.length() > MAX_LANGUAGE_LENGTH ? null : accepted;
        }

        BrowserRequest request(Parameters parameters) {
            return new BrowserRequest(post, parameters, cookies, origin, fetchSite, language, source);
        }
    }

    private void answer(Visit visit, String encoded) {
        if (!work.start(visit.exchange, () -> work(visit, encoded))) {
            problem(visit, PageException.retry(503, Problem.UNAVAILABLE, "The gateway is busy.", 2), null)
                    .run();
        }
    }

    private Runnable work(Visit visit, String encoded) {
        String clientId = null;
        try {
            gate.passAddress(visit.limit, visit.path, visit.source);
            Parameters parameters = Parameters.read(encoded);
            clientId = parameters.get("client_id");
            if (visit.clientLimit != null) {
                gate.passClient(visit.clientLimit, clientId, visit.path, visit.source);
            }
            BrowserAnswer answer = visit.endpoint.answer(visit.request(parameters));
            return () -> answers.browser(visit.exchange, visit.source, answer);
        } catch (PageException problem) {
            return problem(visit, problem, clientId);
        } catch (OAuthException malformed) {
            return problem(visit, PageException.of(400, Problem.BAD_REQUEST, malformed.description()), clientId);
        } catch (TooManyRequestsException tooMany) {
            PageException page =
                    PageException.retry(429, Problem.TOO_MANY, "Too many requests.", tooMany.retryAfterSeconds());
            return () -> answers.page(visit.exchange, visit.source, page, visit.language);
        } catch (RuntimeException failure) {
            LOG.error("{} failed, correlation id {}", visit.path, visit.source.correlationId(), failure);
            return problem(visit, PageException.of(500, Problem.UNAVAILABLE, "The gateway has failed."), clientId);
        }
    }

    private Runnable problem(Visit visit, PageException problem, @Nullable String clientId) {
        String detail = problem.detail();
        events.record(new FacadeEvent.Refused(
                visit.source,
                visit.path,
                clientId == null || clientId.length() <= MAX_AUDITED_ID_LENGTH
                        ? clientId
                        : clientId.substring(0, MAX_AUDITED_ID_LENGTH),
                problem.problem().name(),
                detail == null ? "" : detail));
        return () -> answers.page(visit.exchange, visit.source, problem, visit.language);
    }
}
