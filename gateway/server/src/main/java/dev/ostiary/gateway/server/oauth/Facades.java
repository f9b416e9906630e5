package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.GroupLookup;
import dev.ostiary.gateway.server.identity.FacadeTokens;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.keys.SigningKeys;
import dev.ostiary.gateway.server.store.GrantStore;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the facade of a configuration together, with what outlives configurations: limits, the documents of clients, and what
 * has been used once. One per process. Thread-safe.
 */
public final class Facades {

    private static final Logger LOG = LoggerFactory.getLogger(Facades.class);

    private final FacadeEvents events;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final SecureRandom random;
    private final RateLimiter limiter;
    private final BlockingWork work;
    private @Nullable Documents documents;
    private @Nullable Assertions assertions;

    private record Documents(EgressSettings egress, ClientDocuments clients) {}

    private record Assertions(FacadeUrls urls, ClientAssertions used) {}

    /** @param nanos a clock that never jumps */
    public Facades(
            FacadeEvents events, RateLimits limits, InstantSource clock, LongSupplier nanos, SecureRandom random) {
        this.events = events;
        this.clock = clock;
        this.nanos = nanos;
        this.random = random;
        this.limiter = new RateLimiter(limits, nanos);
        this.work = new BlockingWork(BlockingWork.DEFAULT_LIMIT, events::ready);
    }

    /**
     * The facade of a configuration.
     *
     * @param config one with Entra settings and the facade
     * @param signing for the key set
     */
    public FacadeHandler handler(
            RuntimeConfig config,
            EntraSignIn entra,
            GroupLookup groups,
            GrantStore store,
            GrantService grants,
            FacadeTokens tokens,
            SigningKeys signing) {
        String jwks = Jwks.json(signing);
        ClientAssertions used = assertions(FacadeUrls.of(config.snapshot().publicUrl()));
        return handler(
                config,
                documents(config.snapshot().egress()),
                entra,
                store,
                grants,
                clients -> TokenEndpoint.of(config.snapshot(), grants, tokens, groups, clients, used),
                clients -> new RevocationEndpoint(new ClientAuthenticator(clients, used), grants, tokens),
                () -> jwks);
    }

    FacadeHandler handler(
            RuntimeConfig config,
            ClientDocuments clientDocuments,
            EntraSignIn entra,
            GrantStore store,
            Grants grants,
            Function<Clients, OAuthEndpoint> token,
            Function<Clients, OAuthEndpoint> revoke,
            Supplier<String> jwks) {
        Snapshot snapshot = config.snapshot();
        FacadeSettings settings = snapshot.authorization().facade();
        if (settings == null) {
            throw new IllegalArgumentException("the snapshot has no facade");
        }
        KeyRing ring = config.keys();
        Secrets secrets = new Secrets(random);
        FacadeUrls urls = FacadeUrls.of(snapshot.publicUrl());
        Cookies cookies = new Cookies(urls);
        SealedValues sealed = new SealedValues(new Sealer(ring, KeyRing.Purpose.SEALING, random));
        SealedClients sealedClients = new SealedClients(new Sealer(ring, KeyRing.Purpose.REGISTRATION, random), ring);
        Decisions decisions = new Decisions(store, new Sealer(ring, KeyRing.Purpose.ENCRYPTION, random), clock);
        RedirectUris redirectUris = new RedirectUris(settings.redirects());
        ClientDirectory clients = new ClientDirectory(settings, config.credentials(), clientDocuments, sealedClients);
        AuthorizationRequest requests = new AuthorizationRequest(snapshot);
        ConsentPages consent = new ConsentPages(sealed, cookies, secrets, requests, settings.remember());
        BrowserUsers users = new BrowserUsers(sealed, cookies, secrets, clock);
        StepUps stepUps = new StepUps(users, grants);
        SignIns signIns = new SignIns(urls, entra, sealed, cookies, secrets, stepUps, clock);
        SignInEnd end = new SignInEnd(
                urls, clients, redirectUris, requests, consent, signIns, users, decisions, grants, secrets, events);
        FacadeEndpoints endpoints = new FacadeEndpoints(
                new ServerMetadata(urls, snapshot, settings),
                jwks,
                new AuthorizeEndpoint(
                        urls, clients, redirectUris, requests, consent, signIns, users, decisions, secrets, events),
                new ConsentEndpoint(urls, sealed, end, consent, signIns, users, decisions, clock, events),
                new CallbackEndpoint(urls, entra, sealed, signIns, stepUps, store, end, clock, events),
                new GrantsEndpoint(urls, sealed, requests, signIns, users, grants, events),
                token.apply(clients),
                revoke.apply(clients),
                settings.dynamicRegistration()
                        ? new RegistrationEndpoint(redirectUris, sealedClients, clock, events)
                        : null);
        FacadeAnswers answers = new FacadeAnswers();
        RateGate gate = new RateGate(limiter, events);
        return new FacadeHandler(
                endpoints,
                answers,
                new BrowserSide(answers, work, gate, events),
                new MachineSide(answers, work, gate, events));
    }

    private synchronized ClientDocuments documents(EgressSettings egress) {
        if (documents == null || !documents.egress.equals(egress)) {
            documents = new Documents(egress, new ClientDocuments(source(egress), PinnedClients.shipped(), nanos));
        }
        return documents.clients;
    }

    /** An unreadable CA bundle costs the documents, not the gateway. */
    private static DocumentSource source(EgressSettings egress) {
        try {
            return new PublicDocuments(egress, PublicDocuments.Reach.INTERNET);
        } catch (GeneralSecurityException | IOException unreadable) {
            LOG.warn("egress.caBundle cannot be read, so client documents cannot either", unreadable);
            return (url, _) -> {
                throw new DocumentSource.DocumentException(false, "egress.caBundle cannot be read", unreadable);
            };
        }
    }

    private synchronized ClientAssertions assertions(FacadeUrls urls) {
        if (assertions == null || !assertions.urls.equals(urls)) {
            assertions = new Assertions(urls, new ClientAssertions(urls, clock));
        }
        return assertions.used;
    }
}
