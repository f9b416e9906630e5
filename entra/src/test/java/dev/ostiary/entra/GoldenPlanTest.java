package dev.ostiary.entra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.output.AzScript;
import dev.ostiary.entra.output.Bicep;
import dev.ostiary.entra.output.OfflineApis;
import dev.ostiary.entra.output.PlanText;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.plan.Plan;
import dev.ostiary.entra.registration.DesiredRegistration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What resources need, as people, pipelines and Bicep read it. {@code -Dostiary.golden.write=true} writes the files. */
class GoldenPlanTest {

    private static final String WRITE = "ostiary.golden.write";

    @ParameterizedTest
    @ValueSource(strings = {"facade", "direct", "both", "federated"})
    void theRegistrationIsWhatTheResourcesNeed(String folder) throws IOException {
        DesiredRegistration desired = Given.registration(folder);
        Plan plan =
                Diff.of(desired, ActualRegistration.none(OfflineApis.of(desired)), new Diff.Options(false, true, true));

        compare(folder, "plan.txt", String.join("\n", PlanText.of(plan)) + "\n");
        compare(folder, "registration.bicep", Bicep.of(desired));
        compare(folder, "registration.sh", AzScript.of(desired));
    }

    private static void compare(String folder, String name, String actual) throws IOException {
        Path file = Given.GOLDEN.resolve(folder).resolve(name);
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(file, actual);
        }
        assertThat(actual).isEqualTo(Files.exists(file) ? Files.readString(file) : "");
    }
}
