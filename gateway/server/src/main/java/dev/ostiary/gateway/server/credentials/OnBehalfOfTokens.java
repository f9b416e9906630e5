package dev.ostiary.gateway.server.credentials;

import dev.ostiary.gateway.server.credentials.DelegatedTokens.TokenAnswer;
import dev.ostiary.gateway.server.credentials.DelegatedTokens.TokenKey;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Missing;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.NotForApplications;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Refused;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.SignInAgain;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Unavailable;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Withheld;
import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.EntraToken;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.identity.CallerCredential;
import dev.ostiary.gateway.server.identity.Principal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens for workloads' APIs in the name of users: by the on-behalf-of flow where the caller brought an Entra token
 * (Microsoft, "OAuth 2.0 On-Behalf-Of flow"), from the Entra session where it brought one of the facade's. An Entra token
 * that Entra wants to be replaced is never exchanged again. One per configuration. Any thread; never blocks.
 */
final class OnBehalfOfTokens {

    private static final Logger LOG = LoggerFactory.getLogger(OnBehalfOfTokens.class);

    /** An administrator who mends the registration should not have to wait. */
    private static final Duration SETTINGS_KEPT = Duration.ofSeconds(10);

    /** A session is whole again as soon as its user has signed in. */
    private static final Duration SESSIONS_KEPT = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final DelegatedTokens tokens;
    private final @Nullable EntraSignIn signIn;
    private final @Nullable EntraSessions sessions;
    private final Time time;

    /**
     * @param signIn null: nothing can be exchanged
     * @param sessions of the facade; null without one
     */
    OnBehalfOfTokens(
            DelegatedTokens tokens, @Nullable EntraSignIn signIn, @Nullable EntraSessions sessions, Time time) {
        this.tokens = tokens;
        this.signIn = signIn;
        this.sessions = sessions;
        this.time = time;
    }

    /**
     * The token for a caller.
     *
     * @param refused the one that the workload has refused; null at first
     * @return null when there has been another one a moment ago and the workload has refused that too
     */
    @Nullable
    CompletableFuture<TokenAnswer> get(
            Principal principal, CallerCredential credential, List<String> scopes, @Nullable String refused) {
        if (principal.application()) {
            return now(new NotForApplications());
        }
        return switch (credential) {
            case CallerCredential.NotKept notKept -> now(new Missing());
            case CallerCredential.EntraToken(String assertion) -> {
                EntraSignIn exchange = signIn;
                yield exchange == null
                        ? now(new Missing())
                        : get(
                                new TokenKey(exchange, "token " + sha256(assertion), scopes),
                                refused,
                                () -> exchange(exchange, assertion, scopes, principal, refused != null));
            }
            case CallerCredential.EntraSession session -> {
                EntraSessions held = sessions;
                yield held == null
                        ? now(new Missing())
                        : get(
                                new TokenKey(held, "session " + principal.key(), scopes),
                                refused,
                                () -> fromSession(held, scopes, principal));
            }
        };
    }

    private @Nullable CompletableFuture<TokenAnswer> get(
            TokenKey key, @Nullable String refused, DelegatedTokens.Question question) {
        return refused == null ? tokens.get(key, question) : tokens.renew(key, refused, question);
    }

    private TokenAnswer exchange(
            EntraSignIn exchange, String assertion, List<String> scopes, Principal principal, boolean anew) {
        try {
            if (anew) {
                exchange.forget(assertion, scopes);
            }
            return token(exchange.onBehalfOf(assertion, scopes));
        } catch (EntraRefusedException refusal) {
            log(refusal, principal);
            return switch (refusal.meaning()) {
                case SIGN_IN_AGAIN, GRANT_ENDED ->
                    refusal.isConsentMissing()
                            ? new TokenAnswer.None(new Refused(refusal.diagnosis(), false), SETTINGS_KEPT)
                            : new TokenAnswer.None(new SignInAgain(refusal.claims()), untilItEnds(principal));
                case MISCONFIGURED -> new TokenAnswer.None(new Refused(refusal.diagnosis(), false), SETTINGS_KEPT);
                case USER_REFUSED -> new TokenAnswer.None(new Refused(refusal.diagnosis(), true), SETTINGS_KEPT);
            };
        } catch (EntraUnavailableException unavailable) {
            return unavailable(unavailable);
        }
    }

    private TokenAnswer fromSession(EntraSessions held, List<String> scopes, Principal principal) {
        try {
            return token(held.tokenFor(principal.tenantId(), principal.objectId(), scopes));
        } catch (EntraRefusedException refusal) {
            log(refusal, principal);
            return switch (refusal.meaning()) {
                case SIGN_IN_AGAIN, GRANT_ENDED -> {
                    if (refusal.isConsentMissing()) {
                        yield new TokenAnswer.None(new Refused(refusal.diagnosis(), false), SETTINGS_KEPT);
                    }
                    // The facade has noted it and replays the claims; a client of the facade could do nothing with
                    // them.
                    yield new TokenAnswer.None(new SignInAgain(null), SESSIONS_KEPT);
                }
                case MISCONFIGURED -> new TokenAnswer.None(new Refused(refusal.diagnosis(), false), SETTINGS_KEPT);
                case USER_REFUSED -> new TokenAnswer.None(new Refused(refusal.diagnosis(), true), SETTINGS_KEPT);
            };
        } catch (EntraUnavailableException unavailable) {
            return unavailable(unavailable);
        } catch (SessionsUnavailableException unavailable) {
            LOG.atWarn().addKeyValue("detail", unavailable.getMessage()).log("Entra sessions cannot be read");
            return new TokenAnswer.None(new Unavailable("SessionsUnavailable", SESSIONS_KEPT), SESSIONS_KEPT);
        }
    }

    private TokenAnswer token(EntraToken token) {
        return new TokenAnswer.Token(token.value(), tokens.keptFor(token), null);
    }

    /** As long as Entra asks to be left alone, within reason: requests that it throttles count against the limit too. */
    private static TokenAnswer unavailable(EntraUnavailableException unavailable) {
        Duration asked = unavailable.retryAfter();
        Duration pause = asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
        return new TokenAnswer.None(new Unavailable(unavailable.reason(), asked), pause);
    }

    private Duration untilItEnds(Principal principal) {
        Duration left = Duration.ofMillis(principal.expires().toEpochMilli() - time.wallMillis());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static CompletableFuture<TokenAnswer> now(Withheld why) {
        return CompletableFuture.completedFuture(new TokenAnswer.None(why, Duration.ZERO));
    }

    private static void log(EntraRefusedException refusal, Principal principal) {
        LOG.atWarn()
                .addKeyValue("code", refusal.diagnosis().code())
                .addKeyValue("meaning", refusal.meaning())
                .addKeyValue("field", refusal.diagnosis().field())
                .addKeyValue("entraTrace", refusal.diagnosis().entraTraceId())
                .addKeyValue("oid", principal.objectId())
                .log("Entra issues no token for a workload");
    }

    private static String sha256(String assertion) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(assertion.getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
