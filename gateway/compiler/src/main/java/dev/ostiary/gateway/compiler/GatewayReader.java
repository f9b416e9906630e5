package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.GatewayService;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewaySpec;
import dev.ostiary.crds.Toggle;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ReplicaSettings;
import dev.ostiary.gateway.config.ResourceName;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads everything of a gateway but its routes. */
final class GatewayReader {

    /** As an absent {@code spec.keys} is read. */
    private static final Duration ROTATE_EVERY = Duration.ofDays(30);

    private static final Pattern SERVICE_NAME = Pattern.compile("[a-z]([-a-z0-9]{0,48}[a-z0-9])?");

    private final References references;
    private final Host host;
    private final @Nullable String rejected;

    GatewayReader(References references, Host host, @Nullable String rejected) {
        this.references = references;
        this.host = host;
        this.rejected = rejected;
    }

    /**
     * A gateway without its routes.
     *
     * @param secrets the secret keys that the gateway itself needs
     * @param replica what concerns replicas in a cluster; null: nothing does
     * @param keys when its keys change
     */
    record Gateway(
            ResourceName name,
            Diagnosis diagnosis,
            URI publicUrl,
            @Nullable EntraSettings entra,
            AuthorizationSettings authorization,
            ListenerSettings listener,
            EgressSettings egress,
            AuditSettings audit,
            NavigableSet<SecretKey> secrets,
            @Nullable ResourceName tls,
            @Nullable ReplicaSettings replica,
            KeyPolicies keys) {

        /** Whether it can prove itself to Entra; also true when its settings are wrong, which is another matter. */
        boolean hasCredential() {
            return entra == null || !(entra.credential() instanceof EntraCredential.None) || !diagnosis.sound();
        }
    }

    Gateway read(McpGateway resource) {
        ResourceName name = Names.of(resource);
        Diagnosis diagnosis = new Diagnosis(new ResourceRef(ResourceRef.GATEWAY, name));
        if (rejected != null) {
            diagnosis.error("", Reasons.INVALID, "the resource does not fit its schema.", rejected);
        }
        if (host instanceof Host.Cluster && !SERVICE_NAME.matcher(name.name()).matches()) {
            diagnosis.error(
                    "metadata.name",
                    Reasons.INVALID,
                    "the name becomes that of a Service: it must be at most 50 lower-case letters, digits and hyphens, begin with a"
                            + " letter and not end with a hyphen.");
        }
        McpGatewaySpec spec = resource.getSpec();
        if (spec == null) {
            diagnosis.error("spec", Reasons.INVALID, "is missing.");
            return broken(name, diagnosis);
        }
        String namespace = name.namespace();
        URI publicUrl = publicUrl(diagnosis, name, spec.publicUrl());
        TreeSet<SecretKey> secrets = new TreeSet<>();
        EntraSettings entra = entra(diagnosis, namespace, spec, secrets);
        AuthorizationSettings authorization =
                new AuthorizationReader(references, host, diagnosis, secrets).read(spec, entra);
        ListenerSettings listener = new ListenerReader(diagnosis).read(spec.http(), spec.legacySse() == Toggle.ENABLED);
        EgressSettings egress = new EgressReader(references, diagnosis, namespace).read(spec.egress());
        ResourceName tls = tls(diagnosis, namespace, spec, secrets);
        Duration rotateEvery = Durations.within(
                diagnosis, "spec.keys.rotateEvery", spec.keys().rotateEvery(), "1d", "365d", ROTATE_EVERY);
        Duration maxStaleness = maxStaleness(diagnosis, spec);
        others(diagnosis, spec);
        return new Gateway(
                name,
                diagnosis,
                publicUrl,
                entra,
                authorization,
                listener,
                egress,
                new AuditSettings(
                        switch (spec.audit().arguments()) {
                            case NONE -> AuditSettings.Arguments.NONE;
                            case NAMES -> AuditSettings.Arguments.NAMES;
                            case VALUES -> AuditSettings.Arguments.VALUES;
                        }),
                secrets,
                tls,
                host instanceof Host.OneMachine
                        ? null
                        : ReplicaSettings.of(maxStaleness, tls, grantsGoWith(resource, spec)),
                KeyPolicies.of(rotateEvery, authorization.facade()));
    }

    private static Gateway broken(ResourceName name, Diagnosis diagnosis) {
        return new Gateway(
                name,
                diagnosis,
                nowhere(name),
                null,
                new AuthorizationSettings(null, null, AuthorizationSettings.PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                new TreeSet<>(),
                null,
                null,
                KeyPolicies.of(ROTATE_EVERY, null));
    }

    /** An origin that is never resolved (RFC 6761), for a gateway that is closed for want of one. */
    private static URI nowhere(ResourceName name) {
        return URI.create("https://" + name.name() + "." + name.namespace() + ".invalid");
    }

    private URI publicUrl(Diagnosis diagnosis, ResourceName name, @Nullable String stated) {
        boolean overridden =
                host instanceof Host.OneMachine machine && machine.overrides().publicUrl() != null;
        String text =
                host instanceof Host.OneMachine machine && machine.overrides().publicUrl() != null
                        ? machine.overrides().publicUrl()
                        : stated;
        URI origin = text == null ? null : WebAddress.safeOrigin(text);
        if (origin == null) {
            diagnosis.error(
                    overridden ? "" : "spec.publicUrl",
                    Reasons.INVALID_PUBLIC_URL,
                    (overridden ? "the public URL given to this host " : "") + "must be an https origin without a path,"
                            + " such as https://mcp.example.com; http is accepted for localhost, 127.0.0.1 and [::1] only.");
            return nowhere(name);
        }
        return origin;
    }

    private @Nullable EntraSettings entra(
            Diagnosis diagnosis, String namespace, McpGatewaySpec spec, NavigableSet<SecretKey> secrets) {
        EntraCredential instead =
                host instanceof Host.OneMachine machine ? machine.overrides().credential() : null;
        if (spec.entra() != null) {
            return new EntraReader(references, diagnosis, namespace, secrets).read(spec.entra(), instead);
        }
        if (host instanceof Host.OneMachine machine && machine.overrides().entra() != null) {
            if (instead != null) {
                diagnosis.warning(
                        "spec.entra",
                        Reasons.IGNORED,
                        "is missing, so the host's own registration stands in, and the credential given to the host is not used.");
            }
            return machine.overrides().entra();
        }
        diagnosis.error(
                "spec.entra",
                Reasons.ENTRA_NOT_CONFIGURED,
                "is missing, so nobody can be told from anybody else; give tenantId and clientId of an Entra registration.");
        return null;
    }

    private @Nullable ResourceName tls(
            Diagnosis diagnosis, String namespace, McpGatewaySpec spec, NavigableSet<SecretKey> secrets) {
        if (spec.tls() == null) {
            return null;
        }
        String field = "spec.tls.secretRef";
        String name =
                spec.tls().secretRef() == null ? null : spec.tls().secretRef().name();
        SecretKey certificate = references.secret(diagnosis, namespace, field, name, "tls.crt");
        SecretKey key = certificate == null ? null : references.secret(diagnosis, namespace, field, name, "tls.key");
        if (certificate == null || key == null) {
            return null;
        }
        secrets.add(certificate);
        secrets.add(key);
        return certificate.secret();
    }

    private static @Nullable String grantsGoWith(McpGateway resource, McpGatewaySpec spec) {
        return spec.deletionPolicy() == McpGatewaySpec.DeletionPolicy.DELETE
                ? resource.getMetadata().getUid()
                : null;
    }

    private static @Nullable Duration maxStaleness(Diagnosis diagnosis, McpGatewaySpec spec) {
        return spec.maxStaleness() == null
                ? null
                : Durations.within(
                        diagnosis, "spec.maxStaleness", spec.maxStaleness(), "1m", "365d", Duration.ofDays(365));
    }

    private void others(Diagnosis diagnosis, McpGatewaySpec spec) {
        if (spec.expose() != null
                && spec.expose().httpRoute() != null
                && spec.expose().ingress() != null) {
            diagnosis.error("spec.expose", Reasons.INVALID, "has both httpRoute and ingress; keep one.");
        }
        if (spec.expose() != null
                && spec.expose().httpRoute() == null
                && spec.expose().ingress() == null) {
            diagnosis.error(
                    "spec.expose", Reasons.INVALID, "has neither httpRoute nor ingress; add one, or leave expose out.");
        }
        if (spec.service() != null) {
            service(diagnosis, spec.service());
        }
        McpGatewaySpec.Autoscaling autoscaling = spec.autoscaling();
        if (autoscaling != null
                && (autoscaling.maxReplicas() == null || autoscaling.maxReplicas() < autoscaling.minReplicas())) {
            diagnosis.error(
                    "spec.autoscaling.maxReplicas",
                    Reasons.INVALID,
                    "must be at least minReplicas, which is 2 where it is left out.");
        }
        McpGatewaySpec.AllowedWorkloads.Namespaces allowed =
                spec.allowedWorkloads().namespaces();
        if (!allowed.list().isEmpty() && allowed.from() != McpGatewaySpec.AllowedWorkloads.Namespaces.From.LIST) {
            diagnosis.warning(
                    "spec.allowedWorkloads.namespaces.list",
                    Reasons.IGNORED,
                    "counts with from: List only; remove it, or set from to List.");
        }
        if (allowed.list().isEmpty() && allowed.from() == McpGatewaySpec.AllowedWorkloads.Namespaces.From.LIST) {
            diagnosis.error(
                    "spec.allowedWorkloads.namespaces.list",
                    Reasons.INVALID,
                    "is empty, and from is List; name the namespaces.");
        }
        if (host instanceof Host.OneMachine) {
            ClusterOnly.of(spec).nameIn(diagnosis);
        } else {
            PodTemplateReader.read(diagnosis, spec.podTemplate());
        }
    }

    private static void service(Diagnosis diagnosis, GatewayService service) {
        if (service.loadBalancerClass() != null && service.type() != GatewayService.Type.LOAD_BALANCER) {
            diagnosis.error(
                    "spec.service.loadBalancerClass",
                    Reasons.INVALID,
                    "belongs to the type LoadBalancer; remove it or change the type.");
        }
        if (service.externalTrafficPolicy() != null && service.type() == GatewayService.Type.CLUSTER_IP) {
            diagnosis.error(
                    "spec.service.externalTrafficPolicy",
                    Reasons.INVALID,
                    "belongs to the types NodePort and LoadBalancer; remove it or change the type.");
        }
    }

    /** The namespaces whose workloads may attach. */
    static boolean admits(McpGateway gateway, String namespace) {
        McpGatewaySpec spec = gateway.getSpec();
        String own = Names.of(gateway).namespace();
        if (spec == null) {
            return own.equals(namespace);
        }
        McpGatewaySpec.AllowedWorkloads.Namespaces allowed =
                spec.allowedWorkloads().namespaces();
        return switch (allowed.from()) {
            case SAME -> own.equals(namespace);
            case LIST -> allowed.list().contains(namespace);
            case ALL -> true;
        };
    }

    /** Fields that mean something in a cluster only, as far as they are set. */
    record ClusterOnly(List<String> fields) {

        static ClusterOnly of(McpGatewaySpec spec) {
            List<String> fields = new ArrayList<>();
            add(fields, "spec.replicas", spec.replicas() != 2);
            add(fields, "spec.autoscaling", spec.autoscaling() != null);
            add(fields, "spec.maxStaleness", spec.maxStaleness() != null);
            add(fields, "spec.expose", spec.expose() != null);
            add(fields, "spec.podTemplate", spec.podTemplate() != null);
            add(fields, "spec.resources", spec.resources() != null);
            add(fields, "spec.service", spec.service() != null);
            return new ClusterOnly(fields);
        }

        static ClusterOnly of(dev.ostiary.crds.McpWorkloadSpec spec) {
            List<String> fields = new ArrayList<>();
            add(fields, "spec.replicas", spec.replicas() != 1);
            add(fields, "spec.rollOnContentChange", !spec.rollOnContentChange());
            add(fields, "spec.egress", spec.egress() != null);
            add(fields, "spec.podTemplate", spec.podTemplate() != null);
            add(fields, "spec.resources", spec.resources() != null);
            add(fields, "spec.imagePullSecrets", !spec.imagePullSecrets().isEmpty());
            return new ClusterOnly(fields);
        }

        void nameIn(Diagnosis diagnosis) {
            if (!fields.isEmpty()) {
                diagnosis.warning(
                        fields.getFirst(),
                        Reasons.IGNORED,
                        "without a cluster these fields have no effect: " + String.join(", ", fields) + ".");
            }
        }

        private static void add(List<String> fields, String field, boolean set) {
            if (set) {
                fields.add(field);
            }
        }
    }
}
