package dev.ostiary.gateway.compiler.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.crds.Api;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.compiler.Finding.Severity;
import dev.ostiary.gateway.compiler.ResourceRef;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.compiler.SecretFacts;
import dev.ostiary.gateway.config.ResourceName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Takes documents one after the other and tells them apart. */
final class Collector {

    static final int MAX_DOCUMENTS = 10_000;

    private static final String DEFAULT_NAMESPACE = "default";
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final List<FileProblem> problems = new ArrayList<>();
    private final List<McpGateway> gateways = new ArrayList<>();
    private final List<McpWorkload> workloads = new ArrayList<>();
    private final List<McpPolicy> policies = new ArrayList<>();
    private final Map<ResourceName, Map<String, String>> secrets = new HashMap<>();
    private final Map<ResourceName, Map<String, String>> configMaps = new HashMap<>();
    private final Map<ResourceRef, String> rejected = new HashMap<>();
    private final Map<ResourceRef, ResourcePlaces> places = new LinkedHashMap<>();
    private boolean complete = true;
    private int documents;

    LoadedResources result(String source) {
        Map<ResourceName, SecretFacts> facts = new HashMap<>();
        secrets.forEach((name, values) -> facts.put(name, SecretFacts.of(values)));
        Resources resources = new Resources(gateways, workloads, policies, facts, configMaps, rejected);
        return new Loaded(resources, problems, complete, secrets, places, source);
    }

    /** Something that keeps a file, or the rest of it, from being read. */
    void unreadable(Place place, String message) {
        complete = false;
        problems.add(new FileProblem(place, Severity.ERROR, "Unreadable", message, null, ""));
    }

    void add(String file, String text) {
        YamlDocuments read = YamlDocuments.of(text);
        String[] lines = text.split("\r\n|\r|\n", -1);
        for (Node node : read.nodes()) {
            document(file, lines, node);
        }
        YamlDocuments.Mistake mistake = read.mistake();
        if (mistake != null) {
            unreadable(new Place(file, mistake.line(), mistake.column()), mistake.message());
        }
    }

    private void document(String file, String[] lines, Node node) {
        if (node.getTag().equals(Tag.NULL)) {
            return;
        }
        Place place = place(file, node);
        if (++documents > MAX_DOCUMENTS) {
            if (documents == MAX_DOCUMENTS + 1) {
                unreadable(
                        place,
                        "there are more than " + MAX_DOCUMENTS + " documents; this one and the rest are not read.");
            }
            return;
        }
        if (!(node instanceof MappingNode mapping)) {
            unreadable(place, "is no Kubernetes object: an object has apiVersion, kind and metadata.");
            return;
        }
        String apiVersion = text(mapping, "apiVersion");
        String kind = text(mapping, "kind");
        if (apiVersion == null || kind == null) {
            unreadable(place, "is no Kubernetes object: apiVersion or kind is missing.");
            return;
        }
        boolean ours = apiVersion.equals(Api.GROUP) || apiVersion.startsWith(Api.GROUP + "/");
        if (kind.endsWith("List") && (ours || apiVersion.equals("v1"))) {
            if (child(mapping, "items") instanceof SequenceNode items) {
                items.getValue().forEach(item -> document(file, lines, item));
            } else {
                unreadable(place, "is a list without items.");
            }
            return;
        }
        if (ours || Schemas.PLURALS.containsKey(kind)) {
            own(file, lines, mapping, apiVersion, kind);
        } else if (apiVersion.equals("v1") && (kind.equals("Secret") || kind.equals("ConfigMap"))) {
            resource(file, lines, mapping, kind);
        } else {
            problems.add(new FileProblem(
                    place,
                    Severity.WARNING,
                    "Ignored",
                    "is not read: " + apiVersion + " " + kind + " means nothing to a gateway.",
                    null,
                    ""));
        }
    }

    private void own(String file, String[] lines, MappingNode mapping, String apiVersion, String kind) {
        if (!Schemas.PLURALS.containsKey(kind)) {
            String nearest = NearestName.of(kind, Schemas.PLURALS.keySet());
            unreadable(
                    place(file, mapping),
                    "has an unknown kind"
                            + (nearest != null
                                    ? "; did you mean " + nearest + "?"
                                    : "; there are McpGateway, McpWorkload and McpPolicy."));
        } else if (!apiVersion.equals(Api.API_VERSION)) {
            unreadable(place(file, mapping), "must have the apiVersion " + Api.API_VERSION + ".");
        } else {
            resource(file, lines, mapping, kind);
        }
    }

    private void resource(String file, String[] lines, MappingNode mapping, String kind) {
        SchemaReader reader = new SchemaReader(file, kind.equals("Secret"));
        JsonNode read;
        try {
            read = reader.read(mapping, Schemas.of(kind), "");
        } catch (SchemaReader.TooLarge e) {
            unreadable(
                    place(file, mapping), "has more than " + SchemaReader.MAX_NODES + " values, or contains itself.");
            return;
        }
        String name = read == null ? "" : read.at("/metadata/name").asText();
        if (!(read instanceof ObjectNode object) || name.isEmpty()) {
            report(file, reader, null);
            unreadable(place(file, mapping), "has no usable metadata.name, so nobody knows which " + kind + " it is.");
            return;
        }
        String namespace = object.at("/metadata/namespace").asText(DEFAULT_NAMESPACE);
        boolean unknownNamespace =
                reader.misfits().stream().anyMatch(misfit -> misfit.path().equals("metadata.namespace"));
        ResourceRef ref = new ResourceRef(kind, new ResourceName(namespace, name));
        report(file, reader, ref);
        if (unknownNamespace) {
            unreadable(
                    place(file, mapping),
                    "has no usable metadata.namespace, so nobody knows which " + kind + " it is.");
            return;
        }
        ((ObjectNode) object.get("metadata")).put("namespace", namespace);
        ResourcePlaces here = new ResourcePlaces(reader.places(), reader.texts(), lines);
        ResourcePlaces before = places.putIfAbsent(ref, here);
        if (before != null) {
            duplicate(ref, before.start(), here.start());
            return;
        }
        take(ref, object, reader, here);
    }

    /** Nobody knows which of them is meant, so neither is served. */
    private void duplicate(ResourceRef ref, Place first, Place second) {
        problems.add(new FileProblem(
                second,
                Severity.ERROR,
                "DuplicateResource",
                "is there twice, first at " + first + "; remove one.",
                ref,
                ""));
        switch (ref.kind()) {
            case "Secret" -> secrets.remove(ref.name());
            case "ConfigMap" -> configMaps.remove(ref.name());
            default -> {
                rejected.put(ref, "It is there twice.");
                if (ref.kind().equals(ResourceRef.POLICY)) {
                    // The other one may have had other targets.
                    policies.stream()
                            .filter(policy -> name(policy).equals(ref.name()))
                            .forEach(policy -> policy.setSpec(McpPolicyTargets.unknown(policy.getSpec())));
                }
            }
        }
    }

    private static ResourceName name(McpPolicy policy) {
        return new ResourceName(
                policy.getMetadata().getNamespace(), policy.getMetadata().getName());
    }

    private void take(ResourceRef ref, ObjectNode object, SchemaReader reader, ResourcePlaces here) {
        List<SchemaReader.Misfit> misfits = reader.misfits();
        switch (ref.kind()) {
            case "Secret" -> secrets.put(ref.name(), secret(ref, object, here));
            case "ConfigMap" -> configMaps.put(ref.name(), texts(object.path("data")));
            default -> {
                object.remove("status");
                if (!misfits.isEmpty()) {
                    SchemaReader.Misfit first = misfits.getFirst();
                    rejected.put(
                            ref,
                            "The first problem is at " + (first.path().isEmpty() ? "the top" : first.path()) + ".");
                }
                withoutDoubtfulPlaces(ref, object, misfits);
                bind(ref, object, here);
            }
        }
    }

    /**
     * What is attached to the wrong place does harm there, so a place that did not fit is none: a policy then touches
     * everything that it may, and a workload has no route that it could take from another.
     */
    private static void withoutDoubtfulPlaces(ResourceRef ref, ObjectNode object, List<SchemaReader.Misfit> misfits) {
        if (!(object.get("spec") instanceof ObjectNode spec)) {
            return;
        }
        if (ref.kind().equals(ResourceRef.POLICY) && anyAt(misfits, "spec.targetRefs")) {
            spec.remove("targetRefs");
        }
        if (ref.kind().equals(ResourceRef.WORKLOAD)
                && (anyAt(misfits, "spec.gatewayRef") || anyAt(misfits, "spec.route"))) {
            spec.remove("gatewayRef");
        }
    }

    private static boolean anyAt(List<SchemaReader.Misfit> misfits, String path) {
        return misfits.stream()
                .map(SchemaReader.Misfit::path)
                .anyMatch(misfit -> misfit.equals("spec")
                        || misfit.equals(path)
                        || misfit.startsWith(path + ".")
                        || misfit.startsWith(path + "["));
    }

    private void bind(ResourceRef ref, ObjectNode object, ResourcePlaces here) {
        try {
            switch (ref.kind()) {
                case ResourceRef.GATEWAY -> gateways.add(JSON.treeToValue(object, McpGateway.class));
                case ResourceRef.WORKLOAD -> workloads.add(JSON.treeToValue(object, McpWorkload.class));
                default -> policies.add(JSON.treeToValue(object, McpPolicy.class));
            }
        } catch (JsonProcessingException e) {
            // The schema let through what the model cannot hold, such as a quantity that is none.
            unreadable(here.start(), ref + " has a value that its type cannot hold: " + e.getOriginalMessage());
        }
    }

    private Map<String, String> secret(ResourceRef ref, ObjectNode object, ResourcePlaces here) {
        Map<String, String> values = new TreeMap<>();
        texts(object.path("data")).forEach((key, encoded) -> {
            try {
                byte[] bytes =
                        Base64.getDecoder().decode(encoded.replace("\r", "").replace("\n", ""));
                values.put(key, new String(bytes, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                String field = "data." + key;
                problems.add(new FileProblem(
                        here.of(field, null),
                        Severity.ERROR,
                        "Invalid",
                        "is not base64; put plain text under stringData.",
                        ref,
                        field));
            }
        });
        values.putAll(texts(object.path("stringData")));
        return values;
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> values = new TreeMap<>();
        object.properties()
                .forEach(entry -> values.put(entry.getKey(), entry.getValue().asText()));
        return values;
    }

    private void report(String file, SchemaReader reader, @Nullable ResourceRef ref) {
        for (SchemaReader.Misfit misfit : reader.misfits()) {
            problems.add(new FileProblem(
                    new Place(file, misfit.line(), misfit.column()),
                    Severity.ERROR,
                    misfit.reason(),
                    misfit.message(),
                    ref,
                    misfit.path()));
        }
    }

    private static @Nullable Node child(MappingNode mapping, String key) {
        for (NodeTuple tuple : mapping.getValue()) {
            if (tuple.getKeyNode() instanceof ScalarNode scalar
                    && scalar.getValue().equals(key)) {
                return tuple.getValueNode();
            }
        }
        return null;
    }

    private static @Nullable String text(MappingNode mapping, String key) {
        return child(mapping, key) instanceof ScalarNode scalar
                        && scalar.getTag().equals(Tag.STR)
                ? scalar.getValue()
                : null;
    }

    private static Place place(String file, Node node) {
        return node.getStartMark()
                .map(mark -> new Place(file, mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(new Place(file, 0, 0));
    }
}
