package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.gateway.compiler.Attachments.Attached;
import dev.ostiary.gateway.compiler.Finding.ClosedRoute;
import dev.ostiary.gateway.compiler.GatewayReader.Gateway;
import dev.ostiary.gateway.compiler.PolicyReader.Policy;
import dev.ostiary.gateway.compiler.WorkloadReader.Workload;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.PackedSnapshot;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compiles resources. */
public final class Compiler {

    private final Resources resources;
    private final Host host;
    private final References references;
    private final Attachments attachments;
    private final List<Policy> policies;
    private final PolicyTargets targets;
    private final Map<ResourceName, List<ClosedRoute>> routesOfPolicies = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private Compiler(Resources resources, Host host, KnownPolicies known) {
        this.resources = resources;
        this.host = host;
        this.references = new References(resources);
        this.attachments = new Attachments(resources);
        this.policies = resources.policies().stream()
                .sorted(Comparator.comparing(Names::of))
                .map(policy -> read(policy, known))
                .toList();
        this.targets = new PolicyTargets(
                resources.gateways().stream().map(Names::of).collect(Collectors.toSet()),
                resources.workloads().stream().map(Names::of).collect(Collectors.toSet()),
                attachments,
                policies);
    }

    /**
     * Compiles all gateways, with everything attached to them.
     *
     * <p>Pure and thread-safe; blocks for the time that parsing the policies takes (some tens of microseconds each). It
     * never throws for anything that a resource says.
     */
    public static Compilation compile(Resources resources, Host host) {
        return compile(resources, host, new KnownPolicies());
    }

    /**
     * The same, for whoever compiles again and again.
     *
     * @param known what earlier compilations have read; makes no difference but in time
     */
    public static Compilation compile(Resources resources, Host host, KnownPolicies known) {
        known.begin();
        return new Compiler(resources, host, known).compile();
    }

    private Compilation compile() {
        List<CompiledGateway> gateways = resources.gateways().stream()
                .sorted(Comparator.comparing(Names::of))
                .map(this::gateway)
                .toList();
        findings.addAll(attachments.findings());
        for (Policy policy : policies) {
            List<ClosedRoute> closes =
                    policy.shadow() ? List.of() : routesOfPolicies.getOrDefault(policy.name(), List.of());
            findings.addAll(policy.diagnosis().findings(closes));
        }
        if (host instanceof Host.OneMachine machine) {
            findings.addAll(OverrideCheck.of(
                    machine.overrides(),
                    resources.workloads().stream().map(Names::of).toList()));
        }
        return new Compilation(gateways, findings);
    }

    private Policy read(McpPolicy resource, KnownPolicies known) {
        return PolicyReader.read(
                resource, resources.rejected().get(new ResourceRef(ResourceRef.POLICY, Names.of(resource))), known);
    }

    private CompiledGateway gateway(McpGateway resource) {
        ResourceRef ref = new ResourceRef(ResourceRef.GATEWAY, Names.of(resource));
        Gateway gateway =
                new GatewayReader(references, host, resources.rejected().get(ref)).read(resource);
        Closure closure = gateway.diagnosis().closure();
        TreeSet<SecretKey> credentials = new TreeSet<>(gateway.secrets());
        List<Route> routes = new ArrayList<>();
        List<ClosedRoute> names = new ArrayList<>();
        for (Attached attached : attachments.of(gateway.name())) {
            names.add(new ClosedRoute(gateway.name(), attached.route()));
            routes.add(route(attached, gateway, credentials));
        }
        groupsThatNobodyAsksFor(gateway, routes);
        findings.addAll(gateway.diagnosis().findings(names));
        Snapshot snapshot = new Snapshot(
                SnapshotCodec.FORMAT,
                gateway.name(),
                gateway.publicUrl(),
                closure,
                gateway.entra(),
                gateway.authorization(),
                gateway.listener(),
                gateway.egress(),
                gateway.audit(),
                gateway.replica(),
                routes);
        return new CompiledGateway(PackedSnapshot.of(snapshot), credentials, gateway.tls(), gateway.keys());
    }

    /** Said only where it matters: where a policy depends on groups. */
    private static void groupsThatNobodyAsksFor(Gateway gateway, List<Route> routes) {
        EntraSettings entra = gateway.entra();
        if (entra != null
                && entra.groups().overage() == EntraSettings.GroupSettings.Overage.GRAPH
                && !gateway.hasCredential()
                && routes.stream()
                        .map(Route::policies)
                        .anyMatch(policies -> !policies.groupIds().isEmpty() || policies.dynamicGroups())) {
            gateway.diagnosis()
                    .lint(
                            "spec.entra.groups.overage",
                            Reasons.CREDENTIAL_MISSING,
                            "Asking Graph needs spec.entra.credential, so users whose token leaves their groups out are refused"
                                    + " where policies use groups; set a credential, or overage to Deny.",
                            null);
        }
    }

    private Route route(Attached attached, Gateway gateway, NavigableSet<SecretKey> credentials) {
        Closure gatewayClosure = gateway.diagnosis().closure();
        ClosedRoute name = new ClosedRoute(attached.gateway(), attached.route());
        Diagnosis diagnosis = attached.diagnosis();
        Workload workload = new WorkloadReader(references, host, diagnosis, gateway.hasCredential())
                .read(attached.workload(), attached.workload().getSpec());
        List<Policy> attachedPolicies = targets.of(attached);
        attachedPolicies.forEach(policy -> routesOfPolicies
                .computeIfAbsent(policy.name(), key -> new ArrayList<>())
                .add(name));
        if (attachedPolicies.stream().allMatch(Policy::shadow)) {
            diagnosis.warning(
                    "",
                    "NoPolicy",
                    "no enforced policy is attached to it or to its gateway, so nothing may be called and nothing is listed.");
        }
        RoutePolicyJoin join = RoutePolicyJoin.of(name, attachedPolicies);
        findings.addAll(join.findings());
        findings.addAll(diagnosis.findings(List.of(name)));
        Closure closure = gatewayClosure != null ? gatewayClosure : diagnosis.closure();
        if (closure == null) {
            closure = join.closure();
        }
        if (closure != null || workload.upstream() == null) {
            // Nothing of a closed route is told to replicas but why it is closed.
            return new Route(
                    attached.route(),
                    diagnosis.resource().name(),
                    workload.uid(),
                    workload.displayName(),
                    closure != null
                            ? closure
                            : new Closure(Reasons.INVALID, diagnosis.resource() + " has no upstream."),
                    null,
                    new UpstreamAuth.None(),
                    RoutePolicies.none(),
                    List.of(),
                    SessionSettings.DEFAULT);
        }
        credentials.addAll(workload.secrets());
        return new Route(
                attached.route(),
                diagnosis.resource().name(),
                workload.uid(),
                workload.displayName(),
                null,
                workload.upstream(),
                workload.upstreamAuth(),
                join.policies(),
                workload.tools(),
                workload.sessions());
    }
}
