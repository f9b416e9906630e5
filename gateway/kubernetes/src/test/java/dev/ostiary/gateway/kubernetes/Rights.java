package dev.ostiary.gateway.kubernetes;

import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/** The rights of a gateway's ServiceAccount and no others. */
final class Rights {

    private final KubernetesClient admin;
    private final String namespace;
    private final String gateway;

    Rights(KubernetesClient admin, String namespace, String gateway) {
        this.admin = admin;
        this.namespace = namespace;
        this.gateway = gateway;
    }

    private String user() {
        return "system:serviceaccount:" + namespace + ":" + gateway + "-gateway";
    }

    /** Who connects so has these rights alone. */
    Config config(Config administrator) {
        return new ConfigBuilder(administrator).withImpersonateUsername(user()).build();
    }

    void grant() {
        admin.resource(role()).serverSideApply();
        admin.resource(binding()).serverSideApply();
    }

    void revoke() {
        admin.resource(binding()).delete();
    }

    /** The requests of this user that were refused. */
    List<String> refusals(List<String> audit) {
        return audit.stream()
                .filter(event -> event.contains("\"" + user() + "\"") && event.contains("\"code\":403"))
                .toList();
    }

    private Role role() {
        return new RoleBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(gateway + "-gateway")
                .endMetadata()
                .withRules(
                        new PolicyRuleBuilder()
                                .withApiGroups("")
                                .withResources("secrets")
                                .withResourceNames(gateway + "-runtime")
                                .withVerbs("get", "list", "watch")
                                .build(),
                        new PolicyRuleBuilder()
                                .withApiGroups("ostiary.dev")
                                .withResources("mcpgatewayreplicas")
                                .withVerbs("get", "create", "update", "patch")
                                .build(),
                        new PolicyRuleBuilder()
                                .withApiGroups("ostiary.dev")
                                .withResources("mcpgrants")
                                .withVerbs("get", "list", "watch", "create", "update", "patch", "delete")
                                .build())
                .build();
    }

    private RoleBinding binding() {
        return new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(gateway + "-gateway")
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", gateway + "-gateway")
                .addNewSubject("rbac.authorization.k8s.io", "User", user(), null)
                .build();
    }
}
