package dev.ostiary.entra.emulator.token;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One access token in the making. It starts as exactly what Entra would issue; every method changes one thing, right or
 * wrong. {@link #build} may be called several times and gives a new token (`uti`) each time. For one thread.
 */
public final class TokenBuilder {

    enum Absent {
        ABSENT
    }

    final TokenMint mint;
    final TokenSubject subject;
    int version;

    @Nullable
    Instant issuedAt;

    @Nullable
    Instant expiresAt;

    @Nullable
    Duration lifetime;

    SigningMode signing = SigningMode.RS256;
    Membership membership = Membership.FROM_DIRECTORY;
    List<String> groups = List.of();

    @Nullable
    List<String> roles;

    List<String> capabilities = List.of();
    List<String> authenticationContexts = List.of();
    List<String> methods = List.of("pwd");
    String clientAuthentication;
    final Map<String, Object> claims = new LinkedHashMap<>();
    final Map<String, Object> header = new LinkedHashMap<>();

    enum Membership {
        FROM_DIRECTORY,
        GIVEN,
        OVERAGE,
        HAS_GROUPS
    }

    TokenBuilder(TokenMint mint, TokenSubject subject) {
        this.mint = mint;
        this.subject = subject;
        this.version = subject.resource().requestedAccessTokenVersion();
        this.clientAuthentication = subject.client().confidential() ? "1" : "0";
    }

    /** Version 1 or 2, whatever the API asks for: issuer, audience and claims follow. */
    public TokenBuilder version(int tokenVersion) {
        version = tokenVersion;
        return this;
    }

    /** When it was issued; the emulator's clock otherwise. */
    public TokenBuilder issuedAt(Instant instant) {
        issuedAt = instant;
        return this;
    }

    /** How long it is valid from its issuance; random 60 to 90 minutes otherwise. */
    public TokenBuilder lifetime(Duration duration) {
        lifetime = duration;
        return this;
    }

    /** When it expires; wins over {@link #lifetime}. */
    public TokenBuilder expiresAt(Instant instant) {
        expiresAt = instant;
        return this;
    }

    /** Issued two hours ago, expired one hour ago. */
    public TokenBuilder expired() {
        Instant now = mint.now();
        return issuedAt(now.minus(Duration.ofHours(2))).expiresAt(now.minus(Duration.ofHours(1)));
    }

    /** Not valid before an hour from now. */
    public TokenBuilder notYetValid() {
        Instant later = mint.now().plus(Duration.ofHours(1));
        return issuedAt(later).lifetime(Duration.ofHours(1));
    }

    /** How it is signed. */
    public TokenBuilder signedWith(SigningMode mode) {
        signing = mode;
        return this;
    }

    /** The `aud` claim. */
    public TokenBuilder audience(String audience) {
        return claim("aud", audience);
    }

    /** The `iss` claim. */
    public TokenBuilder issuer(String issuer) {
        return claim("iss", issuer);
    }

    /** The `tid` claim alone; the issuer stays. */
    public TokenBuilder tenantId(String tenantId) {
        return claim("tid", tenantId);
    }

    /** The client's id: `azp`, or `appid` in version 1. */
    public TokenBuilder client(String clientId) {
        return claim("client", clientId);
    }

    /** The `scp` claim. */
    public TokenBuilder scp(String scopes) {
        return claim("scp", scopes);
    }

    /** The `roles` claim; none removes it. */
    public TokenBuilder roles(String... values) {
        roles = List.of(values);
        return this;
    }

    /** The `groups` claim; none removes it. */
    public TokenBuilder groups(String... ids) {
        return groups(List.of(ids));
    }

    /** The `groups` claim; an empty list removes it. */
    public TokenBuilder groups(List<String> ids) {
        membership = Membership.GIVEN;
        groups = List.copyOf(ids);
        return this;
    }

    /** No `groups`, but `_claim_names` and `_claim_sources` (fact sheet §4.2). */
    public TokenBuilder overage() {
        membership = Membership.OVERAGE;
        return this;
    }

    /** No `groups`, but `hasgroups`, as in tokens of the implicit flow (fact sheet §4.2). */
    public TokenBuilder hasGroups() {
        membership = Membership.HAS_GROUPS;
        return this;
    }

    /** How the client authenticated: 0 not at all, 1 by secret, 2 by certificate or assertion. */
    public TokenBuilder clientAuthentication(int kind) {
        clientAuthentication = Integer.toString(kind);
        return this;
    }

    /** Client capabilities (`xms_cc`), put in when the API lists that optional claim. */
    public TokenBuilder capabilities(List<String> values) {
        capabilities = List.copyOf(values);
        return this;
    }

    /** Authentication contexts (`acrs`) that the sign-in satisfied. */
    public TokenBuilder authenticationContexts(List<String> values) {
        authenticationContexts = List.copyOf(values);
        return this;
    }

    /** Authentication methods (`amr`), in version 1 only. */
    public TokenBuilder methods(List<String> values) {
        methods = List.copyOf(values);
        return this;
    }

    /** Sets any claim to any JSON value. */
    public TokenBuilder claim(String name, Object value) {
        claims.put(name, value);
        return this;
    }

    /** Leaves a claim out. */
    public TokenBuilder withoutClaim(String name) {
        claims.put(name, Absent.ABSENT);
        return this;
    }

    /** Sets any member of the JOSE header. */
    public TokenBuilder header(String name, Object value) {
        header.put(name, value);
        return this;
    }

    /** Leaves a member of the JOSE header out. */
    public TokenBuilder withoutHeader(String name) {
        header.put(name, Absent.ABSENT);
        return this;
    }

    /** The claims as they would be signed now. */
    public Map<String, Object> buildClaims() {
        return mint.claims(this);
    }

    /** The signed token, in compact form. */
    public String build() {
        return mint.sign(this, buildClaims());
    }

    List<String> scopes() {
        return new ArrayList<>(subject.scopes());
    }
}
