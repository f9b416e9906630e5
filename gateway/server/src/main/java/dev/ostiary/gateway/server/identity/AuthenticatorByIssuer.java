package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.Route;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a token to the rules of whoever it says has issued it, the facade or Entra, and never to both: what one refuses is
 * refused. The choice proves nothing, so a token that lies about its issuer is merely refused by somebody else.
 */
public final class AuthenticatorByIssuer implements Authenticator {

    private final FacadeAuthenticator facade;
    private final EntraAuthenticator entra;

    public AuthenticatorByIssuer(FacadeAuthenticator facade, EntraAuthenticator entra) {
        this.facade = facade;
        this.entra = entra;
    }

    @Override
    public @Nullable Authentication tryNow(Route route, List<String> authorization) {
        Authentication known = facade.ifKnown(route, authorization);
        if (known != null) {
            return known;
        }
        // Reading a token to see whose it is costs more than looking up what was found out about it before.
        known = entra.ifKnown(route, authorization);
        if (known != null) {
            return known;
        }
        return isForFacade(authorization) ? facade.tryNow(route, authorization) : entra.tryNow(route, authorization);
    }

    @Override
    public void authenticate(
            Route route, List<String> authorization, Executor callbackExecutor, Consumer<Authentication> then) {
        Authentication known = facade.ifKnown(route, authorization);
        if (known != null) {
            then.accept(known);
        } else if (isForFacade(authorization)) {
            facade.authenticate(route, authorization, callbackExecutor, then);
        } else {
            entra.authenticate(route, authorization, callbackExecutor, then);
        }
    }

    private boolean isForFacade(List<String> authorization) {
        return BearerToken.read(authorization) instanceof BearerToken.Present(String token) && facade.takes(token);
    }
}
