package dev.ostiary.gateway.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.StoreSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrantStoresTest {

    private static final String KEY = "tools/redis/url";

    @TempDir
    private Path folder;

    @Test
    void theSettingsChooseTheStore() throws Exception {
        try (GrantStore memory = open(new StoreSettings.Memory(), Credentials.NONE, null);
                GrantStore file = open(new StoreSettings.File(), Credentials.NONE, folder.resolve("state"));
                GrantStore redis = open(new StoreSettings.Redis(KEY), credentials("redis://127.0.0.1:1"), null)) {
            assertThat(memory).isInstanceOf(MemoryGrantStore.class);
            assertThat(file).isInstanceOf(FileGrantStore.class);
            assertThat(redis).isInstanceOf(RedisGrantStore.class);
        }
    }

    @Test
    void settingsThatCannotBeUsedSayWhy() {
        assertRefused(new StoreSettings.File(), Credentials.NONE, "state directory");
        assertRefused(new StoreSettings.Redis(KEY), Credentials.NONE, KEY);
        assertRefused(new StoreSettings.Redis(KEY), credentials("redis://u:s3cret@a b"), "URL of the Redis store");
        assertRefused(new StoreSettings.Kubernetes(), Credentials.NONE, "needs a cluster");
    }

    private static void assertRefused(StoreSettings settings, Credentials credentials, String why) {
        assertThatThrownBy(() -> open(settings, credentials, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("s3cret");
    }

    private static Credentials credentials(String url) {
        return new Credentials(Map.of(KEY, url));
    }

    private static GrantStore open(StoreSettings settings, Credentials credentials, @Nullable Path directory)
            throws StoreUnavailableException {
        return GrantStores.open(
                settings,
                credentials,
                new StoreHost(directory, null),
                "tools/gateway",
                EgressSettings.DIRECT,
                Clock.systemUTC());
    }
}
