package dev.ostiary.gateway.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every grant store promises. */
public abstract class GrantStoreContract {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int CONTENDERS = 32;

    private final List<GrantStore> opened = new ArrayList<>();

    /** A store that may have records, none of which a test names. */
    protected abstract GrantStore open() throws Exception;

    /** Another replica's view of the same store; the same one where there is one replica alone. */
    protected abstract GrantStore replicaOf(GrantStore store) throws Exception;

    private GrantStore store() throws Exception {
        GrantStore store = open();
        opened.add(store);
        return store;
    }

    private GrantStore replica(GrantStore store) throws Exception {
        GrantStore replica = replicaOf(store);
        opened.add(replica);
        return replica;
    }

    @AfterEach
    void close() {
        opened.forEach(GrantStore::close);
    }

    @Test
    void whatIsCreatedIsReadByEveryReplica() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();

        String version = store.create(key, "owner", "value", later());

        assertThat(version).isNotNull();
        assertThat(replica(store).get(key)).isEqualTo(new StoredRecord("value", version));
        assertThat(store.get(new RecordKey(RecordType.SESSION, key.id()))).isNull();
        assertThat(store.get(grant())).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b  c ", "line\nline\r\n", "\t", "\0", "é ü 漢 🔑", "{\"a\":[1,2]}", "1 2 3 4 5"})
    void aValueComesBackAsItWas(String value) throws Exception {
        GrantStore store = store();
        RecordKey key = grant();

        store.create(key, null, value, later());

        assertThat(store.get(key)).extracting(StoredRecord::value).isEqualTo(value);
        assertThat(store.take(key)).extracting(StoredRecord::value).isEqualTo(value);
    }

    @Test
    void whatIsThereIsNotCreatedAgain() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();
        String version = store.create(key, null, "first", later());

        assertThat(store.create(key, "owner", "second", later())).isNull();
        assertThat(store.get(key)).isEqualTo(new StoredRecord("first", version));
        assertThat(store.list(RecordType.GRANT, "owner")).doesNotContain(key.id());
    }

    @Test
    void onlyTheLatestVersionIsReplaced() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();
        String first = Objects.requireNonNull(store.create(key, null, "1", later()));

        String second = Objects.requireNonNull(store.replace(key, first, "2", later()));

        assertThat(second).isNotEqualTo(first);
        assertThat(store.replace(key, first, "3", later())).isNull();
        assertThat(store.replace(key, "", "3", later())).isNull();
        assertThat(store.replace(key, "no version", "3", later())).isNull();
        assertThat(store.replace(grant(), first, "3", later())).isNull();
        assertThat(store.get(key)).isEqualTo(new StoredRecord("2", second));
    }

    @Test
    void aRecordMadeAnewIsNotTheOneThatWasRead() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();
        String first = Objects.requireNonNull(store.create(key, null, "1", later()));
        store.take(key);
        String second = store.create(key, null, "1", later());

        assertThat(store.replace(key, first, "2", later())).isNull();
        assertThat(store.get(key)).isEqualTo(new StoredRecord("1", second));
    }

    @Test
    void aRecordIsTakenOnce() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();
        String version = store.create(key, "owner", "value", later());

        assertThat(store.take(key)).isEqualTo(new StoredRecord("value", version));
        assertThat(store.take(key)).isNull();
        assertThat(store.get(key)).isNull();
        assertThat(store.list(RecordType.GRANT, "owner")).doesNotContain(key.id());
    }

    @Test
    void whatIsDeletedIsGoneAndMayBeDeletedAgain() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();
        store.create(key, "owner", "value", later());

        store.delete(key);
        store.delete(key);

        assertThat(store.get(key)).isNull();
        assertThat(store.list(RecordType.GRANT, "owner")).doesNotContain(key.id());
        assertThat(store.create(key, null, "value", later())).isNotNull();
    }

    @Test
    void anExpiredRecordIsGoneForEverything() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();
        String owner = fresh();
        String version = Objects.requireNonNull(store.create(key, owner, "value", soon()));

        await().atMost(PATIENCE).until(() -> store.get(key) == null);

        assertThat(store.replace(key, version, "value", later())).isNull();
        assertThat(store.take(key)).isNull();
        assertThat(store.list(RecordType.GRANT, owner)).isEmpty();
        assertThat(store.create(key, null, "another", later())).isNotNull();
        assertThat(store.list(RecordType.GRANT, owner)).isEmpty();
    }

    @Test
    void aListLeavesOutWhatHasExpiredWithoutBeingTouched() throws Exception {
        GrantStore store = store();
        String owner = fresh();
        RecordKey kept = grant();
        store.create(grant(), owner, "value", soon());
        store.create(kept, owner, "value", later());

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(store.list(RecordType.GRANT, owner)).containsExactly(kept.id()));
    }

    @Test
    void aReplacementSetsANewEnd() throws Exception {
        GrantStore store = store();
        String owner = fresh();
        RecordKey longer = grant();
        RecordKey shorter = grant();
        String first = Objects.requireNonNull(store.create(longer, owner, "value", soon()));
        String second = Objects.requireNonNull(store.create(shorter, owner, "value", later()));
        assertThat(store.replace(longer, first, "value", later())).isNotNull();
        assertThat(store.replace(shorter, second, "value", soon())).isNotNull();

        await().atMost(PATIENCE).until(() -> store.get(shorter) == null);

        assertThat(store.get(longer)).isNotNull();
        assertThat(store.list(RecordType.GRANT, owner)).containsExactly(longer.id());
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1})
    void aRecordThatHasExpiredWhenItIsWrittenIsNotThere(long epochMillis) throws Exception {
        GrantStore store = store();
        Instant past = epochMillis == Long.MIN_VALUE ? Instant.MIN : Instant.ofEpochMilli(epochMillis);
        RecordKey created = grant();
        RecordKey replaced = grant();
        String owner = fresh();
        String version = Objects.requireNonNull(store.create(replaced, owner, "value", later()));

        assertThat(store.create(created, owner, "value", past)).isNotNull();
        assertThat(store.replace(replaced, version, "value", past)).isNotNull();

        assertThat(store.get(created)).isNull();
        assertThat(store.get(replaced)).isNull();
        assertThat(store.list(RecordType.GRANT, owner)).isEmpty();
    }

    @Test
    void aRecordMayBeMeantToStayForEver() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();

        store.create(key, null, "value", Instant.MAX);

        assertThat(store.get(key)).isNotNull();
    }

    @Test
    void anOwnersListHasTheOwnersRecordsOfTheTypeAlone() throws Exception {
        GrantStore store = store();
        String owner = fresh();
        RecordKey mine = grant();
        RecordKey mineToo = grant();
        store.create(mine, owner, "value", later());
        store.create(mineToo, owner, "value", later());
        store.create(new RecordKey(RecordType.SESSION, fresh()), owner, "value", later());
        store.create(grant(), owner + "0", "value", later());
        store.create(grant(), owner + "-", "value", later());
        store.create(grant(), owner.substring(1), "value", later());
        store.create(grant(), null, "value", later());

        assertThat(replica(store).list(RecordType.GRANT, owner)).containsExactlyInAnyOrder(mine.id(), mineToo.id());
        assertThat(store.list(RecordType.DECISION, owner)).isEmpty();
    }

    @Test
    void aReplacedRecordKeepsItsOwner() throws Exception {
        GrantStore store = store();
        String owner = fresh();
        RecordKey key = grant();
        String version = Objects.requireNonNull(store.create(key, owner, "1", later()));

        store.replace(key, version, "2", later());

        assertThat(store.list(RecordType.GRANT, owner)).containsExactly(key.id());
    }

    @Test
    void aListEnds() throws Exception {
        GrantStore store = store();
        String owner = fresh();
        all(IntStream.range(0, GrantStore.MAX_LISTED + 5)
                .<Callable<Object>>mapToObj(
                        i -> () -> Objects.requireNonNull(store.create(grant(), owner, "value", later())))
                .toList());

        assertThat(store.list(RecordType.GRANT, owner))
                .hasSize(GrantStore.MAX_LISTED)
                .doesNotHaveDuplicates();
    }

    @Test
    void ofManyCreatorsOneWins() throws Exception {
        GrantStore store = store();
        GrantStore replica = replica(store);
        for (int round = 0; round < 5; round++) {
            RecordKey key = grant();
            List<String> versions = contend(i -> (i % 2 == 0 ? store : replica).create(key, null, "by " + i, later()));
            assertThat(versions).filteredOn(Objects::nonNull).hasSize(1);
            assertThat(store.get(key)).extracting(StoredRecord::version).isIn(versions);
        }
    }

    @Test
    void ofManyReplacementsOneWins() throws Exception {
        GrantStore store = store();
        GrantStore replica = replica(store);
        for (int round = 0; round < 5; round++) {
            RecordKey key = grant();
            String version = Objects.requireNonNull(store.create(key, null, "before", later()));
            List<String> versions =
                    contend(i -> (i % 2 == 0 ? store : replica).replace(key, version, "by " + i, later()));
            assertThat(versions).filteredOn(Objects::nonNull).hasSize(1);
            assertThat(store.get(key)).extracting(StoredRecord::version).isIn(versions);
        }
    }

    @Test
    void ofManyTakersOneGetsIt() throws Exception {
        GrantStore store = store();
        GrantStore replica = replica(store);
        for (int round = 0; round < 5; round++) {
            RecordKey key = grant();
            store.create(key, "owner", "value", later());
            List<StoredRecord> taken = contend(i -> (i % 2 == 0 ? store : replica).take(key));
            assertThat(taken).filteredOn(Objects::nonNull).hasSize(1);
        }
    }

    @Test
    void noReplacementIsLostAmongMany() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();
        store.create(key, null, "0", later());

        contend(i -> {
            while (true) {
                StoredRecord read = Objects.requireNonNull(store.get(key));
                String next = Integer.toString(Integer.parseInt(read.value()) + 1);
                if (store.replace(key, read.version(), next, later()) != null) {
                    return next;
                }
            }
        });

        assertThat(store.get(key)).extracting(StoredRecord::value).isEqualTo(Integer.toString(CONTENDERS));
    }

    @Test
    void denyEntriesComeInTheirOrderAndOnce() throws Exception {
        GrantStore store = store();
        String start = store.denials(null).cursor();
        Instant expires = later();
        store.deny(new DenyEntry("one", expires));
        store.deny(new DenyEntry("two", expires));

        Denials first = store.denials(start);
        store.deny(new DenyEntry("one", expires));
        Denials second = store.denials(first.cursor());

        assertThat(first.entries()).containsExactly(new DenyEntry("one", expires), new DenyEntry("two", expires));
        assertThat(second.entries()).containsExactly(new DenyEntry("one", expires));
        assertThat(store.denials(second.cursor()).entries()).isEmpty();
        assertThat(store.denials(null).entries()).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void everyReaderOfDenyEntriesHasItsOwnPlace() throws Exception {
        GrantStore store = store();
        GrantStore replica = replica(store);
        String mine = store.denials(null).cursor();
        String its = replica.denials(null).cursor();
        List<DenyEntry> readByMe = new ArrayList<>();
        List<DenyEntry> readByIt = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            (i % 2 == 0 ? store : replica).deny(new DenyEntry("grant-" + i, later()));
            if (i % 3 == 0) {
                Denials denials = store.denials(mine);
                readByMe.addAll(denials.entries());
                mine = denials.cursor();
            }
        }
        readByMe.addAll(store.denials(mine).entries());
        readByIt.addAll(replica.denials(its).entries());

        assertThat(readByMe)
                .extracting(DenyEntry::grantId)
                .containsExactlyElementsOf(
                        IntStream.range(0, 10).mapToObj(i -> "grant-" + i).toList());
        assertThat(readByIt).isEqualTo(readByMe);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "/",
                "1-1/grant",
                "99999999999999-0/grant",
                "9999999999999999999-9999999999999999999/g",
                "6f7c9f1e-8a7d-4a0a-9d39-4c0f9a0b8f11.7",
                "x",
                "+",
                "$",
                "(1-1/g"
            })
    void anUnknownCursorGetsEverything(String cursor) throws Exception {
        GrantStore store = store();
        String grant = fresh();
        store.deny(new DenyEntry(grant, later()));

        assertThat(store.denials(cursor).entries())
                .extracting(DenyEntry::grantId)
                .contains(grant);
    }

    @Test
    void anExpiredDenyEntryIsForgottenAndTheNextOneIsNotMissed() throws Exception {
        GrantStore store = store();
        String grant = fresh();
        store.deny(new DenyEntry(grant, soon()));
        String cursor = store.denials(null).cursor();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(store.denials(null).entries())
                        .extracting(DenyEntry::grantId)
                        .doesNotContain(grant));
        String next = fresh();
        store.deny(new DenyEntry(next, later()));

        assertThat(store.denials(cursor).entries())
                .extracting(DenyEntry::grantId)
                .contains(next);
    }

    @Test
    void manyDenyEntriesAreAllRead() throws Exception {
        GrantStore store = store();
        String start = store.denials(null).cursor();
        all(IntStream.range(0, 6_000)
                .<Callable<Object>>mapToObj(i -> () -> {
                    store.deny(new DenyEntry("many-" + i, later()));
                    return i;
                })
                .toList());

        assertThat(store.denials(start).entries())
                .extracting(DenyEntry::grantId)
                .filteredOn(grant -> grant.startsWith("many-"))
                .hasSize(6_000)
                .doesNotHaveDuplicates();
    }

    @Test
    void theLongestValueFitsAndALongerOneIsRefused() throws Exception {
        GrantStore store = store();
        RecordKey key = new RecordKey(RecordType.GRANT, "A".repeat(93) + fresh().substring(1));
        String longest = "漢".repeat(GrantStore.MAX_VALUE_CHARS);

        String version = Objects.requireNonNull(store.create(key, "o".repeat(128), longest, later()));

        assertThat(store.get(key)).isEqualTo(new StoredRecord(longest, version));
        assertThatThrownBy(() -> store.create(grant(), null, longest + "x", later()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.replace(key, version, longest + "x", later()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a b", "a:b", "{a}", "*", "é", "a\n", "..", "\0"})
    void anOwnerOrAGrantWithOtherCharactersIsRefused(String owner) throws Exception {
        GrantStore store = store();

        assertThatThrownBy(() -> store.create(grant(), owner, "value", later()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.list(RecordType.GRANT, owner)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.deny(new DenyEntry(owner, later())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RecordKey(RecordType.GRANT, owner)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTooLongIdIsRefused() {
        assertThatThrownBy(() -> new RecordKey(RecordType.GRANT, "a".repeat(129)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anInterruptEndsTheWaitingAndHarmsNobodyElse() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();
        store.create(key, null, "value", later());
        List<Boolean> stillInterrupted = contend(i -> {
            Thread.currentThread().interrupt();
            try {
                store.get(key);
            } catch (StoreUnavailableException expected) {
                // Or an answer, when there was nothing to wait for.
            }
            return Thread.interrupted();
        });

        assertThat(stillInterrupted).containsOnly(true);
        assertThat(store.get(key)).isNotNull();
        assertThat(store.create(grant(), null, "value", later())).isNotNull();
    }

    @Test
    void aClosedStoreSaysSo() throws Exception {
        GrantStore store = store();
        RecordKey key = grant();
        store.create(key, "owner", "value", later());

        store.close();
        store.close();

        List<Callable<Object>> operations = List.of(
                () -> store.get(key),
                () -> store.create(grant(), null, "value", later()),
                () -> store.replace(key, "version", "value", later()),
                () -> store.take(key),
                () -> store.list(RecordType.GRANT, "owner"),
                () -> store.denials(null));
        for (Callable<Object> operation : operations) {
            assertThatThrownBy(operation::call)
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("closed");
        }
        assertThatThrownBy(() -> store.delete(key)).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> store.deny(new DenyEntry("grant", later())))
                .isInstanceOf(StoreUnavailableException.class);
    }

    public static RecordKey grant() {
        return new RecordKey(RecordType.GRANT, fresh());
    }

    public static String fresh() {
        return UUID.randomUUID().toString();
    }

    public static Instant later() {
        return Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Long enough to be seen by nobody's clock as over already. */
    public static Instant soon() {
        return Instant.now().plusMillis(400);
    }

    /** Something that one of several does. */
    private interface Contender<T> {
        T run(int number) throws Exception;
    }

    private static <T> List<T> contend(Contender<T> contender) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<T>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CONTENDERS; i++) {
                int number = i;
                results.add(threads.submit(() -> {
                    start.await();
                    return contender.run(number);
                }));
            }
            start.countDown();
        }
        List<T> answers = new ArrayList<>();
        for (Future<T> result : results) {
            answers.add(result.get());
        }
        return answers;
    }

    /** All of them, some at a time. */
    private static void all(List<Callable<Object>> work) throws Exception {
        try (ExecutorService threads =
                Executors.newFixedThreadPool(64, Thread.ofVirtual().factory())) {
            for (Future<Object> done : threads.invokeAll(work)) {
                done.get();
            }
        }
    }
}
