package dev.ostiary.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rights that the chart gives the operator, read from the chart, and what the API server's audit log says about them. */
final class ChartRules {

    private static final Path TEMPLATE = Path.of("../charts/ostiary/templates/_rules.tpl");
    private static final ObjectMapper JSON = new ObjectMapper();

    private ChartRules() {}

    /** The rules of one part of the chart: {@code watched} or {@code owned}. */
    static List<PolicyRule> of(KubernetesClient client, String part) {
        String template;
        try {
            template = Files.readString(TEMPLATE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Matcher block = Pattern.compile(
                        "\\{\\{- define \"ostiary\\.rules\\." + part + "\" -}}\\n(.*?)\\{\\{- end }}", Pattern.DOTALL)
                .matcher(template);
        if (!block.find()) {
            throw new AssertionError(TEMPLATE + " defines no ostiary.rules." + part);
        }
        return Arrays.asList(client.getKubernetesSerialization().unmarshal(block.group(1), PolicyRule[].class));
    }

    /** All rules. */
    static List<PolicyRule> all(KubernetesClient client) {
        List<PolicyRule> rules = new ArrayList<>(of(client, "watched"));
        rules.addAll(of(client, "owned"));
        return rules;
    }

    /** Gives {@code user} the rights of the chart in a namespace, as the chart does with {@code watchNamespaces}. */
    static void grant(KubernetesClient admin, String user, String namespace) {
        admin.resource(new RoleBuilder()
                        .withNewMetadata()
                        .withName("operator")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withRules(all(admin))
                        .build())
                .create();
        admin.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withName("operator")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", "operator")
                        .addNewSubject("rbac.authorization.k8s.io", "User", user, null)
                        .build())
                .create();
    }

    /** Gives {@code user} the rights of the chart in every namespace, as the chart does without {@code watchNamespaces}. */
    static void grantEverywhere(KubernetesClient admin, String user) {
        for (String part : List.of("watched", "owned")) {
            admin.resource(new ClusterRoleBuilder()
                            .withNewMetadata()
                            .withName("operator-" + part)
                            .endMetadata()
                            .withRules(of(admin, part))
                            .build())
                    .create();
            admin.resource(new ClusterRoleBindingBuilder()
                            .withNewMetadata()
                            .withName("operator-" + part)
                            .endMetadata()
                            .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "operator-" + part)
                            .addNewSubject("rbac.authorization.k8s.io", "User", user, null)
                            .build())
                    .create();
        }
    }

    /** Gives another user what this namespace's operator may do. */
    static void alsoGrant(KubernetesClient admin, String user, String namespace) {
        for (String role : List.of("operator", "leader")) {
            admin.rbac()
                    .roleBindings()
                    .inNamespace(namespace)
                    .withName(role)
                    .edit(binding -> new RoleBindingBuilder(binding)
                            .addNewSubject("rbac.authorization.k8s.io", "User", user, null)
                            .build());
        }
    }

    /** The Role of the chart in the operator's own namespace. */
    static void grantLease(KubernetesClient admin, String user, String namespace) {
        admin.resource(new RoleBuilder()
                        .withNewMetadata()
                        .withName("leader")
                        .withNamespace(namespace)
                        .endMetadata()
                        .addNewRule()
                        .withApiGroups("coordination.k8s.io")
                        .withResources("leases")
                        .withVerbs("get", "create", "update", "patch")
                        .endRule()
                        .build())
                .create();
        admin.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withName("leader")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", "leader")
                        .addNewSubject("rbac.authorization.k8s.io", "User", user, null)
                        .build())
                .create();
    }

    /** A client that has these rights alone; to be closed. */
    static KubernetesClient client(ApiServer server, String user) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(server.config())
                        .withImpersonateUsername(user)
                        .withImpersonateGroups("system:authenticated")
                        .build())
                .build();
    }

    /** What a user asked for, of a kind: {@code verb group/resource code}. */
    static List<Request> requests(ApiServer server, String user) {
        List<Request> requests = new ArrayList<>();
        for (String line : server.audit().get()) {
            if (!line.contains("\"" + user + "\"")) {
                continue;
            }
            try {
                JsonNode event = JSON.readTree(line);
                if (event.path("impersonatedUser").path("username").asText().equals(user) && event.has("objectRef")) {
                    JsonNode object = event.get("objectRef");
                    String resource = object.path("resource").asText()
                            + (object.has("subresource")
                                    ? "/" + object.path("subresource").asText()
                                    : "");
                    requests.add(new Request(
                            event.path("verb").asText(),
                            object.path("apiGroup").asText(),
                            resource,
                            object.path("name").asText(),
                            event.path("responseStatus").path("code").asInt()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return requests;
    }

    /** One request of the operator's. */
    record Request(String verb, String group, String resource, String name, int code) {

        /** Whether it changes anything. */
        boolean writes() {
            return Set.of("create", "update", "patch", "delete", "deletecollection")
                    .contains(verb);
        }
    }

    /** {@code verb group/resource} of every right that was needed. */
    static Set<String> used(List<Request> requests) {
        Set<String> used = new TreeSet<>();
        for (Request request : requests) {
            used.add(request.verb() + " " + request.group() + "/" + request.resource());
            // An apply that makes an object needs the right to create it as well.
            if (request.verb().equals("patch") && request.code() == 201) {
                used.add("create " + request.group() + "/" + request.resource());
            }
        }
        return used;
    }

    /** The same of every right that rules give. */
    static Set<String> given(List<PolicyRule> rules) {
        Set<String> given = new TreeSet<>();
        for (PolicyRule rule : rules) {
            for (String group : rule.getApiGroups()) {
                for (String resource : rule.getResources()) {
                    rule.getVerbs().forEach(verb -> given.add(verb + " " + group + "/" + resource));
                }
            }
        }
        return given;
    }
}
