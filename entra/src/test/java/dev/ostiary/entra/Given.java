package dev.ostiary.entra;

import dev.ostiary.entra.derive.Derivation;
import dev.ostiary.entra.derive.UnderivableException;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.RegistrationOptions;
import dev.ostiary.entra.registration.RegistrationOptions.Federation;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.compiler.files.LoadedResources;
import dev.ostiary.gateway.compiler.files.ResourceFiles;
import java.nio.file.Path;

/** Resources of the golden folders. */
public final class Given {

    public static final Path GOLDEN = Path.of("src/test/resources/golden");

    /** An issuer such as those of AKS, with the slash at its end. */
    public static final String ISSUER = "https://westeurope.oic.prod-aks.azure.com/3d4b0f7e/cluster/";

    private static final RegistrationOptions OPTIONS = new RegistrationOptions(
            null, RegistrationOptions.Uris.ROUTES, null, null, true, new Federation(ISSUER, null, null));

    private Given() {}

    /** What the resources of a folder need. */
    public static DesiredRegistration registration(String folder) {
        return registration(GOLDEN.resolve(folder).resolve("in.yaml"), OPTIONS);
    }

    /** What the resources of a file need. */
    public static DesiredRegistration registration(Path file, RegistrationOptions options) {
        LoadedResources loaded = ResourceFiles.read(file);
        if (!loaded.problems().isEmpty() || !loaded.complete()) {
            throw new IllegalArgumentException(file + ": " + loaded.problems());
        }
        Resources resources = loaded.resources();
        try {
            return Derivation.of(resources.gateways().getFirst(), resources.workloads(), resources.policies(), options);
        } catch (UnderivableException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
