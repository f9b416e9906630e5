package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ostiary.gateway.server.entra.EntraDiagnosis;
import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.EntraToken;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.entra.GroupLookup;
import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Entra and Graph as far as renewals go, for outcomes whose moment a test chooses. Thread-safe. */
final class ScriptedEntra implements EntraSignIn, GroupLookup {

    static final String TENANT = "99998888-0000-4000-8000-000000000001";
    static final String ANNA = "aaaa0000-0000-4000-8000-000000000001";
    static final String BEN = "aaaa0000-0000-4000-8000-000000000002";
    static final String READERS = "02223b6b-0000-4000-8000-000000000001";
    static final String WRITERS = "02223b6b-0000-4000-8000-000000000002";

    /** What a renewal does. */
    interface Script {
        SignedIn renew(String refreshToken) throws EntraRefusedException, EntraUnavailableException;
    }

    /** What a redemption for another API does. */
    interface Redemption {
        EntraToken redeem(String refreshToken)
                throws EntraRefusedException, EntraUnavailableException, StoreUnavailableException;
    }

    final AtomicInteger renewals = new AtomicInteger();
    final AtomicInteger lookups = new AtomicInteger();
    volatile boolean graphDown;
    volatile boolean groupsComplete = true;
    volatile List<String> groups = List.of(READERS);
    volatile List<String> roles = List.of("Mcp.Call");
    volatile Script script;
    volatile Redemption redemption;
    final Queue<String> redeemed = new ConcurrentLinkedQueue<>();
    private final InstantSource clock;

    ScriptedEntra(InstantSource clock) {
        this.clock = clock;
        this.script = this::next;
        this.redemption = token -> token(next(token).refreshToken());
    }

    SignedIn signedIn(String objectId, String refreshToken) {
        return new SignedIn(
                TENANT,
                objectId,
                "sub-" + objectId,
                "Somebody",
                roles,
                groupsComplete ? groups : List.of(),
                groupsComplete,
                JsonNodeFactory.instance.objectNode().put("department", "Sales"),
                refreshToken,
                clock.instant());
    }

    EntraToken token(String refreshToken) {
        return new EntraToken("for-an-api", clock.instant().plusSeconds(3600), refreshToken);
    }

    /** Refresh tokens are {@code oid#n}. */
    SignedIn next(String refreshToken) {
        String[] parts = refreshToken.split("#", -1);
        return signedIn(parts[0], parts[0] + "#" + (Integer.parseInt(parts[1]) + 1));
    }

    static EntraRefusedException refusal(EntraRefusedException.Meaning meaning, String claims) {
        return new EntraRefusedException(
                meaning, new EntraDiagnosis("AADSTS50076", "No.", null, "Nothing.", null), claims);
    }

    static EntraUnavailableException unavailable() {
        return new EntraUnavailableException("Timeout", Duration.ofSeconds(7), "it does not answer", null);
    }

    @Override
    public SignedIn renew(String refreshToken) throws EntraRefusedException, EntraUnavailableException {
        renewals.incrementAndGet();
        return script.renew(refreshToken);
    }

    @Override
    public Set<String> memberOf(String objectId, Set<String> asked, UserCredential assertion)
            throws EntraUnavailableException {
        Set<String> found = allOf(objectId, assertion);
        found.retainAll(asked);
        return found;
    }

    @Override
    public Set<String> allOf(String objectId, UserCredential assertion) throws EntraUnavailableException {
        lookups.incrementAndGet();
        if (graphDown) {
            throw unavailable();
        }
        return new TreeSet<>(groups);
    }

    @Override
    public URI authorizationUrl(
            URI redirectUri, String state, String nonce, String codeChallenge, String claims, String prompt) {
        throw new UnsupportedOperationException();
    }

    @Override
    public EntraRefusedException refusal(String error, String description) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SignedIn redeem(URI redirectUri, String code, String codeVerifier, String nonce) {
        throw new UnsupportedOperationException();
    }

    @Override
    public EntraToken redeemFor(String refreshToken, List<String> scopes)
            throws EntraRefusedException, EntraUnavailableException {
        redeemed.add(refreshToken);
        try {
            return redemption.redeem(refreshToken);
        } catch (StoreUnavailableException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public EntraToken onBehalfOf(String assertion, List<String> scopes) {
        throw new UnsupportedOperationException();
    }
}
