package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Lookup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reload keeps, and what it ends. */
class EntraServicesTest {

    private final ManualTime time = new ManualTime();
    private final EntraServices services = new EntraServices(time, EntraMetrics.NONE);
    private SignInFixture fixture;

    @BeforeEach
    void start() {
        fixture = SignInFixture.start();
    }

    @AfterEach
    void stop() {
        services.close();
        fixture.close();
    }

    private EntraServices.Registration use(EntraSettings settings, String secret, EgressSettings egress) {
        Credentials credentials = new Credentials(Map.of("ns/entra/secret", secret, "ns/other/key", "unrelated"));
        return services.use(settings, credentials, egress, fixture.keys(settings));
    }

    private EntraSettings settings(String... claims) {
        return fixture.settings(SignInFixture.BY_SECRET, Lookup.APP, claims);
    }

    @Test
    void aReloadThatChangesNothingForEntraKeepsEverything() {
        EntraServices.Registration before = use(settings(), Registrations.SECRET, EgressSettings.DIRECT);
        assertThat(use(settings(), Registrations.SECRET, EgressSettings.DIRECT)).isSameAs(before);
        assertThat(services.use(
                        settings(),
                        new Credentials(Map.of("ns/entra/secret", Registrations.SECRET)),
                        EgressSettings.DIRECT,
                        fixture.keys(settings())))
                .isSameAs(before);
    }

    @Test
    void anotherSecretSettingOrWayOutIsAnotherRegistration() {
        EntraServices.Registration first = use(settings(), Registrations.SECRET, EgressSettings.DIRECT);
        EntraServices.Registration second = use(settings(), "another", EgressSettings.DIRECT);
        EntraServices.Registration third = use(settings("department"), "another", EgressSettings.DIRECT);
        EntraServices.Registration fourth =
                use(settings("department"), "another", new EgressSettings(null, null, List.of("x"), null));
        assertThat(Set.of(first, second, third, fourth)).hasSize(4);
    }

    @Test
    void whatBeganBeforeAReloadMayEndAfterIt() throws Exception {
        EntraServices.Registration before = use(settings(), Registrations.SECRET, EgressSettings.DIRECT);
        use(settings(), "another", EgressSettings.DIRECT);
        String alice = SampleDirectories.ALICE.oid();
        assertThat(before.groups().allOf(alice, null)).hasSize(3);
        time.advance(Duration.ofMinutes(1));
        assertThat(SignInFixture.unavailable(() -> before.signIn().renew("r")).reason())
                .isEqualTo("Closed");
    }

    @Test
    void noSecretIsShownByAnything() {
        EntraServices.Registration registration = use(settings(), Registrations.SECRET, EgressSettings.DIRECT);
        assertThat(registration.toString() + services).doesNotContain(Registrations.SECRET);
        assertThat(SignInFixture.refused(() -> registration.signIn().renew("the-session"))
                        .toString())
                .doesNotContain("the-session")
                .doesNotContain(Registrations.SECRET);
    }
}
