package dev.ostiary.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.check.RegistrationCheck;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.Change;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.plan.Plan;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.tenant.CredentialHolder.Credential;
import dev.ostiary.entra.tenant.FileHolder;
import dev.ostiary.entra.tenant.LiveCheck;
import dev.ostiary.entra.tenant.RegistrationReader;
import dev.ostiary.entra.tenant.RegistrationWriter;
import dev.ostiary.entra.tenant.RegistrationWriter.Outcome;
import dev.ostiary.gateway.config.EntraField;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registrations made in an emulated tenant, over its Graph. */
class ApplyTest {

    private static final Set<String> OF_THIS_OBJECT = Set.of(
            "id",
            "appId",
            "createdDateTime",
            "keyId",
            "startDateTime",
            "endDateTime",
            "hint",
            "customKeyIdentifier",
            "key",
            "resourceId",
            "principalId",
            "clientId",
            "publisherDomain");

    @TempDir
    private Path temp;

    private TestTenant tenant = new TestTenant();

    @AfterEach
    void end() {
        tenant.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"facade", "direct", "both", "federated"})
    void anEmptyTenantGetsARegistrationAndASecondRunWritesNothing(String folder) throws Exception {
        DesiredRegistration desired = tenant.desired(folder, temp);
        FileHolder holder = new FileHolder(temp.resolve("credential"));

        Outcome first = tenant.writer(tenant.admin(), desired, holder).apply(desired, false, true);
        int writes = tenant.writes();
        Outcome second = tenant.writer(tenant.admin(), desired, holder).apply(desired, false, true);

        assertThat(first.refused()).isEmpty();
        assertThat(writes).isPositive();
        assertThat(second.writes()).isZero();
        assertThat(tenant.writes()).isEqualTo(writes);
        assertThat(second.desired().clientId()).isEqualTo(first.desired().clientId());
        ActualRegistration actual = new RegistrationReader(tenant.admin()).read(first.desired());
        assertThat(RegistrationCheck.of(first.desired(), actual, Instant.now())).isEmpty();
        if (Files.exists(temp.resolve("credential"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("credential"))))
                    .isEqualTo("rw-------");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"facade", "both"})
    void theCredentialThatWasMadeWorks(String folder) throws Exception {
        DesiredRegistration desired = tenant.desired(folder, temp);
        FileHolder holder = new FileHolder(temp.resolve("credential"));
        Outcome outcome = tenant.writer(tenant.admin(), desired, holder).apply(desired, false, true);

        assertThat(new LiveCheck(tenant.exchange, InstantSource.system(), time -> {})
                        .of(outcome.desired(), holder.read()))
                .isEmpty();
        assertThat(new LiveCheck(tenant.exchange, InstantSource.system(), time -> {})
                        .of(outcome.desired(), new Credential.Secret("not-the-secret")))
                .anySatisfy(finding -> {
                    assertThat(finding.field()).isEqualTo(EntraField.CLIENT_SECRETS);
                    assertThat(finding.code()).isEqualTo("AADSTS7000215");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"both", "federated"})
    void cutOffAfterEveryWriteItEndsInTheSameRegistration(String folder) throws Exception {
        DesiredRegistration desired = tenant.desired(folder, temp);
        FileHolder holder = new FileHolder(temp.resolve("whole"));
        Outcome whole = tenant.writer(tenant.admin(), desired, holder).apply(desired, false, true);
        String wanted = comparable(whole.desired());
        int writes = tenant.writes();
        for (int cut = 0; cut < writes; cut++) {
            tenant.close();
            tenant = new TestTenant();
            DesiredRegistration again = tenant.desired(folder, temp);
            FileHolder kept = new FileHolder(temp.resolve("cut-" + cut));
            tenant.emulator.faults().arm(Area.GRAPH_WRITES, new Fault.Cut(), cut, Integer.MAX_VALUE);
            boolean ended = false;
            try {
                tenant.writer(tenant.admin(), again, kept).apply(again, false, true);
            } catch (GraphException | IOException e) {
                ended = true;
            }
            assertThat(ended).as("cut off after write " + cut).isTrue();
            tenant.emulator.faults().clearAll();

            Outcome resumed = tenant.writer(tenant.admin(), again, kept).apply(again, false, true);

            assertThat(comparable(resumed.desired()))
                    .as("cut off after write " + cut)
                    .isEqualTo(wanted);
            assertThat(tenant.writer(tenant.admin(), again, kept)
                            .apply(again, false, true)
                            .writes())
                    .isZero();
            assertThat(tenant.admin().list("/applications")).hasSize(1);
        }
    }

    @Test
    void throttlingIsWaitedOutAsGraphAsks() throws Exception {
        DesiredRegistration desired = tenant.desired("direct", temp);
        tenant.emulator.faults().throttle(Area.GRAPH_WRITES, 7, 2);

        Outcome outcome = tenant.writer(tenant.admin(), desired, null).apply(desired, false, true);

        assertThat(outcome.refused()).isEmpty();
        assertThat(tenant.waited).hasSeconds(14);
        assertThat(tenant.said).contains("Graph asks to wait 7 s (429)");
    }

    @Test
    void whatReplicasDoNotKnowYetIsWaitedFor() throws Exception {
        DesiredRegistration desired = tenant.desired("federated", temp);
        tenant.emulator.consistency().hideCreated(2);

        Outcome outcome = tenant.writer(tenant.admin(), desired, null).apply(desired, false, true);

        assertThat(outcome.refused()).isEmpty();
        assertThat(tenant.said)
                .anySatisfy(line -> assertThat(line).startsWith("waiting until Entra knows the application"));
        ActualRegistration actual = new RegistrationReader(tenant.admin()).read(outcome.desired());
        assertThat(RegistrationCheck.of(outcome.desired(), actual, Instant.now()))
                .isEmpty();
    }

    @Test
    void twoAtTheSameMomentMakeOne() throws Exception {
        DesiredRegistration desired = tenant.desired("direct", temp);
        int runs = 4;
        // Nobody sees at once what another has made.
        tenant.emulator.consistency().hideCreated(2 * runs);
        CyclicBarrier together = new CyclicBarrier(runs);
        List<Outcome> outcomes;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Outcome>> tasks = Collections.nCopies(runs, () -> {
                RegistrationWriter writer = tenant.writer(tenant.admin(), desired, null);
                together.await(60, TimeUnit.SECONDS);
                return writer.apply(desired, false, true);
            });
            outcomes = new ArrayList<>();
            for (Future<Outcome> one : threads.invokeAll(tasks)) {
                outcomes.add(one.get());
            }
        }

        tenant.emulator.consistency().clear();
        assertThat(tenant.emulator.graphWrites().all())
                .filteredOn(write -> write.status() == 201 && write.path().contains("uniqueName"))
                .hasSize(1);
        assertThat(outcomes)
                .extracting(outcome -> outcome.desired().clientId())
                .containsOnly(outcomes.getFirst().desired().clientId());
        Outcome after = tenant.writer(tenant.admin(), desired, null).apply(desired, false, true);
        ActualRegistration actual = new RegistrationReader(tenant.admin()).read(after.desired());
        assertThat(RegistrationCheck.of(after.desired(), actual, Instant.now())).isEmpty();
    }

    @Test
    void oneThatGraphDoesNotShowYetIsNotMadeAgain() throws Exception {
        DesiredRegistration desired = tenant.desired("direct", temp);
        // Made, and the connection lost; nobody is shown it for an hour.
        tenant.emulator.consistency().lag(Duration.ofHours(1));
        tenant.emulator.faults().arm(Area.GRAPH_WRITES, new Fault.Cut(), 1, Integer.MAX_VALUE);
        assertThatThrownBy(() -> tenant.writer(tenant.admin(), desired, null).apply(desired, false, true))
                .isInstanceOf(Exception.class);
        tenant.emulator.faults().clearAll();

        assertThatThrownBy(() -> tenant.writer(tenant.admin(), desired, null).apply(desired, false, true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(desired.uniqueName())
                .hasMessageContaining("does not show it yet");
        assertThat(tenant.waited).isBetween(Duration.ofMinutes(3), Duration.ofMinutes(4));

        tenant.emulator.consistency().clear();
        tenant.emulator.clock().advance(Duration.ofHours(2));
        Outcome outcome = tenant.writer(tenant.admin(), desired, null).apply(desired, false, true);
        assertThat(tenant.admin().list("/applications")).hasSize(1);
        ActualRegistration actual = new RegistrationReader(tenant.admin()).read(outcome.desired());
        assertThat(RegistrationCheck.of(outcome.desired(), actual, Instant.now()))
                .isEmpty();
    }

    @Test
    void oneThatWasDeletedIsNamedAndNotRestored() throws Exception {
        DesiredRegistration desired = tenant.desired("direct", temp);
        Outcome first = tenant.writer(tenant.admin(), desired, null).apply(desired, false, true);
        String id = tenant.admin().list("/applications").getFirst().path("id").asText();
        tenant.admin().delete("/applications/" + id);

        assertThatThrownBy(() -> tenant.writer(tenant.admin(), desired, null).apply(desired, false, true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(first.desired().clientId()))
                .hasMessageContaining("Deleted applications");
        assertThat(tenant.admin().list("/applications")).isEmpty();

        tenant.admin().delete("/directory/deletedItems/" + id);
        Outcome second = tenant.writer(tenant.admin(), desired, null).apply(desired, false, true);
        assertThat(second.desired().clientId()).isNotEqualTo(first.desired().clientId());
    }

    @Test
    void withoutAnEnterpriseApplicationWhatItBearsIsToldAsWell() throws Exception {
        DesiredRegistration desired = tenant.desired("facade", temp);
        int before = 0;
        FileHolder holder = new FileHolder(temp.resolve("credential"));
        Plan plan = tenant.writer(tenant.admin(), desired, holder)
                .plan(desired, new RegistrationReader(tenant.admin()).read(desired), false, true);
        for (Change change : plan.changes()) {
            if (change.path().equals("servicePrincipal")) {
                break;
            }
            before += change.steps().size();
        }
        tenant.emulator.faults().arm(Area.GRAPH_WRITES, new Fault.Status(403, 0), before, 1);

        Outcome outcome = tenant.writer(tenant.admin(), desired, holder).apply(desired, false, true);

        assertThat(outcome.refused())
                .extracting(refused -> refused.change().path())
                .startsWith("servicePrincipal")
                .contains("admin consent");
        assertThat(holder.read()).isInstanceOf(Credential.Secret.class);
    }

    @Test
    void throttlingWithoutEndEndsTheRunAndIsNoRefusal() throws Exception {
        DesiredRegistration desired = tenant.desired("direct", temp);
        tenant.emulator.faults().arm(Area.GRAPH_WRITES, new Fault.Status(429, 3_600), 2, Integer.MAX_VALUE);

        assertThatThrownBy(() -> tenant.writer(tenant.admin(), desired, null).apply(desired, false, true))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("429")
                .hasMessageContaining("3600 s more");
        // Asking again sooner than Graph says would only throttle the tenant further.
        assertThat(tenant.waited).isZero();
    }

    @Test
    void twoOfBeforeThatBearTheTagAreReportedAndNeverBecomeThree() throws Exception {
        DesiredRegistration desired = tenant.desired("direct", temp);
        for (int run = 0; run < 2; run++) {
            tenant.admin().post("/applications", Diff.creation(desired));
        }
        assertThat(tenant.admin().list("/applications")).hasSize(2);

        Outcome outcome = tenant.writer(tenant.admin(), desired, null).apply(desired, false, true);

        assertThat(tenant.admin().list("/applications")).hasSize(2);
        RegistrationReader reader = new RegistrationReader(tenant.admin());
        ActualRegistration actual = reader.read(outcome.desired());
        assertThat(RegistrationCheck.of(outcome.desired(), actual, Instant.now()))
                .isEmpty();
        List<String> others = reader.others(outcome.desired(), actual);
        assertThat(others).hasSize(1).doesNotContain(outcome.desired().clientId());
        assertThat(RegistrationCheck.duplicates(outcome.desired(), others))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.there()).isEqualTo("further registrations " + others.getFirst());
                    assertThat(finding.needed()).contains(desired.tag());
                });
    }

    @Test
    void whatTheCallerMayNotDoIsToldAndTheRestIsDone() throws Exception {
        DesiredRegistration desired = tenant.desired("facade", temp);
        FileHolder holder = new FileHolder(temp.resolve("credential"));

        Outcome outcome = tenant.writer(tenant.developer(), desired, holder).apply(desired, false, true);

        assertThat(outcome.refused())
                .isNotEmpty()
                .allSatisfy(refused -> assertThat(refused.change().path()).isEqualTo("admin consent"));
        assertThat(holder.read()).isInstanceOf(Credential.Secret.class);
    }

    @Test
    void whatOthersMadeStaysUnlessToldOtherwise() throws Exception {
        DesiredRegistration desired = tenant.desired("direct", temp);
        Outcome outcome = tenant.writer(tenant.admin(), desired, null).apply(desired, false, true);
        String id = tenant.admin().list("/applications").getFirst().path("id").asText();
        ObjectNode more = tenant.admin().get("/applications/" + id).deepCopy().retain("api");
        ((ObjectNode) more.path("api")).retain("oauth2PermissionScopes");
        ObjectNode foreign = (ObjectNode)
                more.path("api").path("oauth2PermissionScopes").path(0).deepCopy();
        foreign.put("id", "11111111-0000-4000-8000-000000000001").put("value", "others.use");
        more.withObject("/api").withArray("oauth2PermissionScopes").add(foreign);
        tenant.admin().patch("/applications/" + id, more);
        int before = tenant.writes();

        tenant.writer(tenant.admin(), desired, null).apply(desired, false, true);
        assertThat(tenant.writes()).isEqualTo(before);

        tenant.writer(tenant.admin(), desired, null).apply(desired, true, true);
        // Disabled first, then removed.
        assertThat(tenant.writes()).isEqualTo(before + 2);
        assertThat(new RegistrationReader(tenant.admin())
                        .read(outcome.desired())
                        .at("api.oauth2PermissionScopes")
                        .toString())
                .contains("mcp.notes")
                .doesNotContain("others.use");
    }

    @Test
    void noSecretIsSaid() throws Exception {
        DesiredRegistration desired = tenant.desired("facade", temp);
        FileHolder holder = new FileHolder(temp.resolve("credential"));

        tenant.writer(tenant.admin(), desired, holder).apply(desired, false, true);

        String secret = Files.readString(temp.resolve("credential")).strip();
        assertThat(secret).hasSizeGreaterThan(20);
        assertThat(String.join("\n", tenant.said)).doesNotContain(secret);
        assertThat(String.valueOf(holder.read())).doesNotContain(secret);
    }

    /** All that is there, without what differs from object to object. */
    private String comparable(DesiredRegistration desired) throws Exception {
        ActualRegistration actual = new RegistrationReader(tenant.admin()).read(desired);
        String origin = tenant.emulator.origin();
        List<String> parts = new ArrayList<>();
        parts.add(sorted(actual.application()));
        actual.federated().forEach(one -> parts.add(sorted(one)));
        actual.delegatedGrants().forEach(one -> parts.add(sorted(one)));
        parts.add(Integer.toString(actual.roleAssignments().size()));
        return String.join("\n", parts).replace(origin, "");
    }

    private static String sorted(JsonNode node) {
        if (node == null) {
            return "null";
        }
        if (node.isObject()) {
            TreeMap<String, String> members = new TreeMap<>();
            boolean permission = node.has("value") && node.has("isEnabled");
            node.properties().forEach(member -> {
                boolean own = OF_THIS_OBJECT.contains(member.getKey()) && !permission;
                boolean name = member.getKey().equals("displayName") && node.has("keyId");
                if (!own && !name) {
                    members.put(member.getKey(), sorted(member.getValue()));
                }
            });
            return members.toString();
        }
        if (node.isArray()) {
            List<String> values = new ArrayList<>();
            node.forEach(one -> values.add(sorted(one)));
            return values.toString();
        }
        return node.asText();
    }
}
