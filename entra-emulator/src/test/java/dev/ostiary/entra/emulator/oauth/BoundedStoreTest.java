package dev.ostiary.entra.emulator.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoundedStoreTest {

    @Test
    void theOldestMakesRoom() {
        BoundedStore<Integer> store = new BoundedStore<>(3);
        for (int i = 0; i < 10; i++) {
            store.put("k" + i, i);
        }
        assertThat(store.size()).isEqualTo(3);
        assertThat(store.get("k6")).isEmpty();
        assertThat(store.get("k7")).contains(7);
    }

    @Test
    void puttingAgainMakesAValueYoung() {
        BoundedStore<String> store = new BoundedStore<>(2);
        store.put("a", "1");
        store.put("b", "2");
        store.put("a", "3");
        store.put("c", "4");
        assertThat(store.get("a")).contains("3");
        assertThat(store.get("b")).isEmpty();
    }

    @Test
    void replaceNeedsTheExpectedValue() {
        BoundedStore<String> store = new BoundedStore<>(2);
        store.put("a", "1");
        assertThat(store.replace("a", "0", "2")).isFalse();
        assertThat(store.replace("a", "1", "2")).isTrue();
        assertThat(store.get("a")).contains("2");
    }
}
