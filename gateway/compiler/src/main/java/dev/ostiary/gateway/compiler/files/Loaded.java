package dev.ostiary.gateway.compiler.files;

import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.compiler.SecretKey;
import dev.ostiary.gateway.config.ResourceName;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was read. A class and not a record, so that no {@code toString} shows a secret. */
final class Loaded implements LoadedResources {

    private final Resources resources;
    private final List<FileProblem> problems;
    private final boolean complete;
    private final Map<ResourceName, Map<String, String>> secrets;
    private final Map<ResourceRef, ResourcePlaces> places;
    private final String source;

    Loaded(
            Resources resources,
            List<FileProblem> problems,
            boolean complete,
            Map<ResourceName, Map<String, String>> secrets,
            Map<ResourceRef, ResourcePlaces> places,
            String source) {
        this.resources = resources;
        this.problems = List.copyOf(problems);
        this.complete = complete;
        this.secrets = Map.copyOf(secrets);
        this.places = Map.copyOf(places);
        this.source = source;
    }

    @Override
    public Resources resources() {
        return resources;
    }

    @Override
    public List<FileProblem> problems() {
        return problems;
    }

    @Override
    public boolean complete() {
        return complete;
    }

    @Override
    public @Nullable String secret(SecretKey key) {
        Map<String, String> values = secrets.get(key.secret());
        return values == null ? null : values.get(key.key());
    }

    @Override
    public Place place(Finding finding) {
        ResourcePlaces known = places.get(finding.resource());
        return known == null ? new Place(source, 0, 0) : known.of(finding.fieldPath(), finding.cedar());
    }
}
