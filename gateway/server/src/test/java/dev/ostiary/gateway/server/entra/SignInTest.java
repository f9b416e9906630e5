package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.KeyRotation;
import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.gateway.server.EmulatorKeys;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole way of a user, from the browser's address to a renewed session, over real HTTP. */
class SignInTest {

    private SignInFixture fixture;

    @BeforeEach
    void start() {
        fixture = SignInFixture.start();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void theBrowserIsSentForACodeWithoutAResource() {
        EntraSignIn signIn = fixture.use().signIn();
        String claims = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";
        URI url = signIn.authorizationUrl(
                Registrations.CALLBACK, "s&t=1 +", "nonce", "challenge", claims, "select_account");
        assertThat(url.toString())
                .startsWith(fixture.entra.origin() + "/" + Registrations.TENANT + "/oauth2/v2.0/authorize?");
        assertThat(SignInFixture.query(url))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("client_id", Registrations.GATEWAY),
                        Map.entry("response_type", "code"),
                        Map.entry("response_mode", "query"),
                        Map.entry("redirect_uri", Registrations.CALLBACK.toString()),
                        Map.entry("scope", "openid profile offline_access " + Registrations.GATEWAY + "/.default"),
                        Map.entry("state", "s&t=1 +"),
                        Map.entry("nonce", "nonce"),
                        Map.entry("code_challenge", "challenge"),
                        Map.entry("code_challenge_method", "S256"),
                        Map.entry("claims", claims),
                        Map.entry("prompt", "select_account")));
    }

    @Test
    void withoutChallengeAndPromptNeitherIsSent() {
        URI url = fixture.use().signIn().authorizationUrl(Registrations.CALLBACK, "s", "n", "c", null, null);
        assertThat(SignInFixture.query(url)).doesNotContainKeys("claims", "prompt", "resource");
    }

    @Test
    void aCodeBecomesAUserWithRolesGroupsAndASession() {
        EntraSignIn signIn = fixture.use("preferred_username", "idp", "oid").signIn();
        SignedIn alice = fixture.signIn(signIn, SampleDirectories.ALICE);
        assertThat(alice.tenantId()).isEqualTo(Registrations.TENANT);
        assertThat(alice.objectId()).isEqualTo(SampleDirectories.ALICE.oid());
        assertThat(alice.displayName()).isEqualTo("Alice Able");
        assertThat(alice.roles()).containsExactly("Admin", "Auditor");
        assertThat(alice.groups())
                .containsExactly(SampleDirectories.ENGINEERING, SampleDirectories.STAFF, SampleDirectories.EVERYBODY);
        assertThat(alice.groupsComplete()).isTrue();
        assertThat(alice.claims().toString()).isEqualTo("{\"preferred_username\":\"alice@contoso.example\"}");
        assertThat(alice.refreshToken()).isNotEmpty();
        assertThat(alice.toString()).doesNotContain(alice.refreshToken());
    }

    @Test
    void groupsThatTheTokenLeavesOutAreSaidToBeIncomplete() {
        SignedIn oscar = fixture.signIn(fixture.use().signIn(), SampleDirectories.OSCAR);
        assertThat(oscar.groupsComplete()).isFalse();
        assertThat(oscar.groups()).isEmpty();
    }

    @Test
    void aSessionIsRenewedWithoutItsUser() throws Exception {
        EntraSignIn signIn = fixture.use().signIn();
        SignedIn before = fixture.signIn(signIn, SampleDirectories.ALICE);
        SignedIn after = signIn.renew(before.refreshToken());
        assertThat(after.objectId()).isEqualTo(before.objectId());
        assertThat(after.subject()).isEqualTo(before.subject());
        assertThat(after.refreshToken()).isNotEqualTo(before.refreshToken());
    }

    @Test
    void aSessionBuysATokenForOneOtherApi() throws Exception {
        EntraSignIn signIn = fixture.use().signIn();
        SignedIn alice = fixture.signIn(signIn, SampleDirectories.ALICE);
        EntraToken token = signIn.redeemFor(alice.refreshToken(), java.util.List.of(Registrations.FILES));
        assertThat(UnverifiedClaims.of(token.value()).path("aud").textValue()).isEqualTo(SampleDirectories.DOWNSTREAM);
        assertThat(UnverifiedClaims.of(token.value()).path("scp").textValue()).isEqualTo("files.read");
        assertThat(token.refreshToken()).isNotNull().isNotEqualTo(alice.refreshToken());
        assertThat(token.toString()).doesNotContain(token.value());
        assertThat(signIn.renew(token.refreshToken()).objectId()).isEqualTo(alice.objectId());
    }

    @Test
    void aRevokedSessionHasEnded() {
        EntraSignIn signIn = fixture.use().signIn();
        SignedIn alice = fixture.signIn(signIn, SampleDirectories.ALICE);
        fixture.entra.revokeSessions(SampleDirectories.ALICE.oid());
        EntraRefusedException refusal = SignInFixture.refused(() -> signIn.renew(alice.refreshToken()));
        assertThat(refusal.meaning()).isEqualTo(EntraRefusedException.Meaning.GRANT_ENDED);
        assertThat(refusal.diagnosis().code()).isEqualTo("AADSTS50173");
        assertThat(refusal.diagnosis().entraTraceId()).isNotNull();
        assertThat(refusal.toString()).doesNotContain(alice.refreshToken());
    }

    @Test
    void aCodeWorksOnce() {
        EntraSignIn signIn = fixture.use().signIn();
        String code = fixture.code(signIn, SampleDirectories.ALICE);
        assertThat(SignInFixture.query(URI.create("http://h/?a=" + code))).isNotEmpty();
        int before = fixture.entra.faults().requests(Area.TOKEN);
        org.assertj.core.api.Assertions.assertThatCode(
                        () -> signIn.redeem(Registrations.CALLBACK, code, SignInFixture.VERIFIER, SignInFixture.NONCE))
                .doesNotThrowAnyException();
        EntraRefusedException refusal = SignInFixture.refused(
                () -> signIn.redeem(Registrations.CALLBACK, code, SignInFixture.VERIFIER, SignInFixture.NONCE));
        assertThat(refusal.meaning()).isEqualTo(EntraRefusedException.Meaning.GRANT_ENDED);
        assertThat(fixture.entra.faults().requests(Area.TOKEN) - before).isEqualTo(2);
    }

    @Test
    void aCodeOfAnotherBrowserIsNotAccepted() {
        EntraSignIn signIn = fixture.use().signIn();
        String code = fixture.code(signIn, SampleDirectories.ALICE);
        EntraRefusedException refusal = SignInFixture.refused(
                () -> signIn.redeem(Registrations.CALLBACK, code, SignInFixture.VERIFIER, "another nonce"));
        assertThat(refusal.meaning()).isEqualTo(EntraRefusedException.Meaning.GRANT_ENDED);
        assertThat(refusal.diagnosis().code()).isEqualTo("IdTokenWrongNonce");
    }

    @Test
    void aWrongVerifierIsNotAccepted() {
        EntraSignIn signIn = fixture.use().signIn();
        String code = fixture.code(signIn, SampleDirectories.ALICE);
        EntraRefusedException refusal = SignInFixture.refused(() -> signIn.redeem(
                Registrations.CALLBACK, code, "another-verifier-another-verifier-another-x", SignInFixture.NONCE));
        assertThat(refusal.meaning()).isEqualTo(EntraRefusedException.Meaning.GRANT_ENDED);
        assertThat(refusal.diagnosis().code()).isEqualTo("AADSTS501481");
    }

    @Test
    void keysThatEntraHasJustRolledOverAreFetched() {
        try (SignInFixture rolling = new SignInFixture(
                EntraEmulator.start(Settings.of(Registrations.directory()).withKeys(EmulatorKeys.copy())))) {
            EntraSignIn signIn = rolling.use().signIn();
            rolling.signIn(signIn, SampleDirectories.ALICE);
            rolling.entra.rotateKeys(KeyRotation.EMERGENCY);
            assertThat(rolling.signIn(signIn, SampleDirectories.BOB).displayName())
                    .isEqualTo("Bob Baker");
            assertThat(rolling.entra.faults().requests(Area.KEYS)).isEqualTo(2);
        }
    }

    @Test
    void allOfItWorksOverTlsWithTheCompanysAuthority() throws Exception {
        try (SignInFixture tls = new SignInFixture(EntraEmulator.start(Settings.of(Registrations.directory())
                .withKeys(EmulatorKeys.copy())
                .withTls()))) {
            EntraServices.Registration gateway = tls.use();
            SignedIn oscar = tls.signIn(gateway.signIn(), SampleDirectories.OSCAR);
            assertThat(gateway.signIn().renew(oscar.refreshToken()).objectId()).isEqualTo(oscar.objectId());
            assertThat(gateway.groups().allOf(oscar.objectId(), null)).hasSize(205);
        }
    }
}
