package dev.ostiary.gateway.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MemoryGrantStoreTest extends GrantStoreContract {

    @Override
    protected GrantStore open() {
        return new MemoryGrantStore(Clock.systemUTC());
    }

    @Override
    protected GrantStore replicaOf(GrantStore store) {
        return store;
    }

    @Test
    void itIsFullRatherThanForgetful() throws Exception {
        try (GrantStore store = new MemoryGrantStore(Clock.systemUTC(), new Capacity(2, 10, 1))) {
            RecordKey first = grant();
            RecordKey second = grant();
            String version = Objects.requireNonNull(store.create(first, null, "12345", later()));
            store.create(second, null, "12345", later());
            store.deny(new DenyEntry("one", later()));

            assertThatThrownBy(() -> store.create(grant(), null, "", later()))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("full");
            assertThatThrownBy(() -> store.replace(first, version, "123456", later()))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("full");
            assertThatThrownBy(() -> store.deny(new DenyEntry("two", later())))
                    .isInstanceOf(StoreUnavailableException.class);
            assertThat(store.get(first)).isEqualTo(new StoredRecord("12345", version));
            assertThat(store.get(second)).isNotNull();
            assertThat(store.denials(null).entries()).hasSize(1);
        }
    }

    @Test
    void whatHasExpiredMakesRoom() throws Exception {
        try (GrantStore store = new MemoryGrantStore(Clock.systemUTC(), new Capacity(1, 10, 1))) {
            store.create(grant(), null, "1234567890", Instant.EPOCH);
            store.deny(new DenyEntry("one", Instant.EPOCH));

            assertThat(store.create(grant(), null, "1234567890", later())).isNotNull();
            store.deny(new DenyEntry("two", later()));
            assertThat(store.denials(null).entries())
                    .extracting(DenyEntry::grantId)
                    .containsExactly("two");
        }
    }
}
