package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.ExchangeHandler;
import dev.ostiary.gateway.server.http.TraceContext;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/**
 * The facade on the wire: which endpoint answers at which path, and to which methods. The answers themselves are made off the
 * event loop.
 */
public final class FacadeHandler implements ExchangeHandler {

    private static final Set<String> PATHS = Set.of(
            FacadeUrls.METADATA_PATH,
            FacadeUrls.OPENID_PATH,
            FacadeUrls.AUTHORIZE_PATH,
            FacadeUrls.CONSENT_PATH,
            FacadeUrls.CALLBACK_PATH,
            FacadeUrls.TOKEN_PATH,
            FacadeUrls.REVOKE_PATH,
            FacadeUrls.REGISTER_PATH,
            FacadeUrls.JWKS_PATH,
            FacadeUrls.GRANTS_PATH);

    private static final List<HttpMethod> READ = List.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final List<HttpMethod> GET = List.of(HttpMethod.GET);
    private static final List<HttpMethod> POST = List.of(HttpMethod.POST);
    private static final List<HttpMethod> GET_AND_POST = List.of(HttpMethod.GET, HttpMethod.POST);

    private final FacadeEndpoints endpoints;
    private final FacadeAnswers answers;
    private final BrowserSide browsers;
    private final MachineSide machines;

    FacadeHandler(FacadeEndpoints endpoints, FacadeAnswers answers, BrowserSide browsers, MachineSide machines) {
        this.endpoints = endpoints;
        this.answers = answers;
        this.browsers = browsers;
        this.machines = machines;
    }

    /** Whether this path is the facade's; no route can have it. */
    public static boolean owns(String path) {
        return PATHS.contains(path);
    }

    @Override
    public void handle(Exchange exchange) {
        FacadeEvent.Source source = new FacadeEvent.Source(
                exchange.clientAddress(), TraceContext.of(exchange.headers()).traceId());
        List<HttpMethod> methods = methods(exchange.path());
        if (methods.isEmpty()) {
            answers.error(exchange, source, new OAuthException(404, "not_found", "there is nothing at this path"));
        } else if (!methods.contains(exchange.method())) {
            answers.methodNotAllowed(exchange, source, methods);
        } else {
            dispatch(exchange, source);
        }
    }

    private List<HttpMethod> methods(String path) {
        return switch (path) {
            case FacadeUrls.METADATA_PATH, FacadeUrls.JWKS_PATH -> READ;
            case FacadeUrls.AUTHORIZE_PATH, FacadeUrls.CALLBACK_PATH -> GET;
            case FacadeUrls.TOKEN_PATH, FacadeUrls.REVOKE_PATH -> POST;
            case FacadeUrls.REGISTER_PATH -> endpoints.registration() == null ? List.of() : POST;
            case FacadeUrls.CONSENT_PATH, FacadeUrls.GRANTS_PATH -> GET_AND_POST;
            // There is no OpenID provider here: a document there would have to promise id tokens.
            default -> List.of();
        };
    }

    private void dispatch(Exchange exchange, FacadeEvent.Source source) {
        switch (exchange.path()) {
            case FacadeUrls.METADATA_PATH -> answers.metadata(exchange, endpoints.metadata());
            case FacadeUrls.JWKS_PATH -> answers.jwks(exchange, endpoints.jwks().get());
            case FacadeUrls.AUTHORIZE_PATH -> browsers.authorize(exchange, source, endpoints.authorize());
            case FacadeUrls.CONSENT_PATH -> browsers.handle(exchange, source, endpoints.consent());
            case FacadeUrls.CALLBACK_PATH -> browsers.handle(exchange, source, endpoints.callback());
            case FacadeUrls.GRANTS_PATH -> browsers.handle(exchange, source, endpoints.grants());
            case FacadeUrls.TOKEN_PATH -> machines.handle(exchange, source, endpoints.token());
            case FacadeUrls.REVOKE_PATH -> machines.handle(exchange, source, endpoints.revoke());
            default -> {
                RegistrationEndpoint registration = endpoints.registration();
                if (registration != null) {
                    machines.register(exchange, source, registration);
                }
            }
        }
    }
}
