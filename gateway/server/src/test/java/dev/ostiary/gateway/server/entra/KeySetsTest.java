package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.KeyRotation;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import dev.ostiary.gateway.server.EmulatorKeys;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Key sets across configurations; over TLS, with the emulator's certificate authority as the bundle. */
class KeySetsTest {

    private final ManualTime time = new ManualTime();
    private final KeySets keySets = new KeySets(KeySetSettings.DEFAULT, time, KeySetMetrics.NONE);
    private EntraEmulator entra;

    @BeforeEach
    void start() {
        entra = EntraEmulator.start(Settings.of(DemoDirectory.forGateway("https://mcp.example.com", List.of("notes")))
                .withKeys(EmulatorKeys.copy())
                .withTls());
    }

    @AfterEach
    void stop() {
        keySets.close();
        entra.close();
    }

    private EntraSettings settings(String... claims) {
        return new EntraSettings(
                DemoDirectory.TENANT_ID,
                DemoDirectory.GATEWAY_CLIENT_ID,
                URI.create(entra.origin()),
                URI.create("https://sts.windows.net"),
                URI.create(entra.graphOrigin()),
                new GroupSettings(GroupSettings.Overage.DENY, GroupSettings.Lookup.APP),
                List.of(claims));
    }

    private EgressSettings trusting(String more) {
        return new EgressSettings(
                null, null, List.of(), entra.caCertificatePem().orElseThrow() + more);
    }

    private TenantKeys use(EntraSettings settings, EgressSettings egress) {
        TenantKeys keys = keySets.use(settings, egress);
        await().atMost(20, TimeUnit.SECONDS).until(() -> time.pending() == 1);
        return keys;
    }

    @Test
    void settingsThatDoNotConcernKeysLeaveThemAlone() {
        TenantKeys keys = use(settings(), trusting(""));
        assertThat(keys.ready()).isTrue();
        assertThat(use(settings("department"), trusting(""))).isSameAs(keys);
        assertThat(entra.faults().requests(Area.KEYS)).isEqualTo(1);
    }

    @Test
    void aBrokenBundleDoesNotTakeTheKeysAway() {
        KeySet before = Objects.requireNonNull(use(settings(), trusting("")).usable());
        TenantKeys keys = use(settings(), EgressSettings.DIRECT);
        assertThat(keys.usable()).isSameAs(before);
        assertThat(entra.faults().requests(Area.KEYS)).isEqualTo(1);
        assertThat(keys.renew(before, null)).isInstanceOf(Renewal.Unavailable.class);
    }

    @Test
    void whoLookedBeforeTheKeysWereReadLooksAgainInsteadOfBeingTurnedAway() throws Exception {
        TenantKeys keys = use(settings(), trusting(""));
        CountDownLatch again = new CountDownLatch(1);

        assertThat(keys.renew(null, again::countDown)).isInstanceOf(Renewal.Pending.class);

        assertThat(again.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(entra.faults().requests(Area.KEYS))
                .as("nothing is read for it")
                .isEqualTo(1);
    }

    @Test
    void whoLookedAtTheKeysOfBeforeLooksAgainWithoutAnotherRead() throws Exception {
        TenantKeys keys = use(settings(), trusting(""));
        KeySet before = Objects.requireNonNull(keys.usable());
        entra.rotateKeys(KeyRotation.EMERGENCY);
        assertThat(keys.renew(before, () -> {})).isInstanceOf(Renewal.Pending.class);
        await().atMost(20, TimeUnit.SECONDS)
                .until(() -> Objects.requireNonNull(keys.usable()).generation() != before.generation());
        CountDownLatch again = new CountDownLatch(1);

        assertThat(keys.renew(before, again::countDown)).isInstanceOf(Renewal.Pending.class);

        assertThat(again.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(entra.faults().requests(Area.KEYS)).isEqualTo(2);
    }

    @Test
    void anotherWayToTheSameTenantBringsTheSameGeneration() {
        KeySet before = Objects.requireNonNull(use(settings(), trusting("")).usable());
        KeySet after = Objects.requireNonNull(use(settings(), trusting("\n")).usable());
        assertThat(entra.faults().requests(Area.KEYS)).isEqualTo(2);
        assertThat(after.generation()).isEqualTo(before.generation());
    }

    @Test
    void anotherTenantStartsWithoutKeys() {
        use(settings(), trusting(""));
        EntraSettings other = new EntraSettings(
                "11112222-0000-4000-8000-000000000001",
                DemoDirectory.GATEWAY_CLIENT_ID,
                URI.create(entra.origin()),
                URI.create("https://sts.windows.net"),
                URI.create(entra.graphOrigin()),
                new GroupSettings(GroupSettings.Overage.DENY, GroupSettings.Lookup.APP),
                List.of());
        TenantKeys keys = use(other, trusting(""));
        assertThat(keys.ready()).isFalse();
        assertThat(keys.usable()).isNull();
    }

    @Test
    void keysThatAreNoLongerUsedAreNoLongerRead() {
        TenantKeys before = use(settings(), trusting(""));
        use(settings(), EgressSettings.DIRECT);
        assertThat(before.usable()).as("requests under way").isNotNull();
        assertThat(before.renew(null, () -> {})).isInstanceOf(Renewal.Unavailable.class);
    }
}
