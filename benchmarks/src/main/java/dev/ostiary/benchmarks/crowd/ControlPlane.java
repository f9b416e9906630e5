package dev.ostiary.benchmarks.crowd;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.ostiary.benchmarks.load.EchoWorkload;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.kubernetes.Replica;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures the control plane among many resources and prints Markdown: from the operator's start to everything enforced by two
 * replicas, edits of one policy, and what is written when nothing happens.
 *
 * <p>Arguments: a folder for files, the number of workloads, of policies and of edits, minutes at rest, and the operator's JVM
 * options.
 */
public final class ControlPlane {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long LOOK_MILLIS = 2;
    private static final double MIB = 1024.0 * 1024;

    /** Nobody has written for so long: this is rest; and between edits. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    private static final Duration PAUSE = Duration.ofSeconds(3);

    private final ApiServer server;
    private final KubernetesClient admin;
    private final EchoWorkload upstream;
    private final Crowd crowd;
    private final Writes writes;

    private ControlPlane(ApiServer server, EchoWorkload upstream, int workloads, int policies) {
        this.server = server;
        this.admin = server.admin();
        this.upstream = upstream;
        this.crowd = new Crowd(server.newNamespace(), workloads, policies, upstream.port());
        this.writes = new Writes(server, Set.of(OperatorProcess.USER, Kubelet.user(crowd.namespace(), Crowd.GATEWAY)));
    }

    /** One run. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 5) {
            System.err.println(
                    "usage: ControlPlane FOLDER WORKLOADS POLICIES EDITS REST-MINUTES [OPERATOR-JAVA-OPTION...]");
            System.exit(2);
        }
        Path folder = Path.of(arguments[0]);
        List<String> javaOptions = List.of(arguments).subList(5, arguments.length);
        try (ApiServer server = ApiServer.start();
                EchoWorkload upstream = new EchoWorkload(0)) {
            new ControlPlane(server, upstream, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]))
                    .measure(folder, javaOptions, Integer.parseInt(arguments[3]), Duration.ofSeconds((long)
                            (60 * Double.parseDouble(arguments[4]))));
        }
        System.exit(0);
    }

    private void measure(Path folder, List<String> javaOptions, int edits, Duration rest) throws Exception {
        prepare();
        progress("%d workloads (%d with an image) and %d policies are there"
                .formatted(crowd.workloads(), crowd.withAnImage(), crowd.policies()));
        Path kubeconfig =
                Files.writeString(folder.resolve("kubeconfig"), OperatorProcess.kubeconfig(admin, server.config()));
        System.out.println("| | measured | bar |\n|---|---|---|");
        int cold = writes.mark();
        long serverBefore = cpu(programs(null));
        long thisBefore = cpu(List.of(ProcessHandle.current()));
        long begin = System.nanoTime();
        try (Programmed programmed = new Programmed(admin, crowd.namespace());
                Kubelet kubelet = new Kubelet(admin, server.config(), crowd.namespace());
                OperatorProcess operator =
                        OperatorProcess.start(kubeconfig, javaOptions, folder.resolve("operator.log"))) {
            kubelet.start();
            int all = 1 + crowd.workloads() + crowd.policies();
            await(
                    operator,
                    () -> programmed.count() == all,
                    () -> programmed.count() + " of " + all + " are programmed");
            double seconds = seconds(begin);
            row("operator's start to all %d `Programmed`".formatted(all), "%.1f s".formatted(seconds), "< 60 s");
            row(
                    "CPU time for that: operator; API server and etcd; replicas and the measuring itself",
                    "%.1f s; %.1f s; %.1f s"
                            .formatted(
                                    operator.cpu().toMillis() / 1e3,
                                    (cpu(programs(operator)) - serverBefore) / 1e3,
                                    (cpu(List.of(ProcessHandle.current())) - thisBefore) / 1e3),
                    "");
            secret();
            settle(operator, cold, QUIET);
            SortedMap<String, Integer> fromStart = writes.since(cold);
            progress(said(fromStart));
            row(
                    "writes from start to rest; statuses among them",
                    "%,d; %,d".formatted(Writes.sum(fromStart), Writes.statuses(fromStart)),
                    "");
            edits(operator, kubelet, programmed, edits);
            int before = settle(operator, writes.mark(), QUIET);
            Duration cpu = operator.cpu();
            long asked = upstream.requests();
            progress("at rest for " + rest);
            awaitEnd(operator, rest);
            SortedMap<String, Integer> atRest = writes.since(before);
            row(
                    "writes in %.1f minutes at rest, by the audit log, lease aside".formatted(rest.toSeconds() / 60.0),
                    atRest.isEmpty() ? "0" : said(atRest),
                    "0");
            row(
                    "operator's CPU time at rest",
                    "%.2f %%".formatted(100.0 * (operator.cpu().toMillis() - cpu.toMillis()) / rest.toMillis()),
                    "");
            row("requests to workloads: until rest, at rest", asked + ", " + (upstream.requests() - asked), "");
            row(
                    "operator's memory, most of the whole run",
                    "%.0f MiB resident".formatted(operator.mostResident() / MIB),
                    "< 512 MiB");
            row("at rest", "%.0f MiB resident".formatted(operator.resident() / MIB), "");
            row("of that live heap", "%.0f MiB".formatted(operator.liveHeap() / MIB), "");
        }
    }

    private void prepare() {
        admin.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(OperatorProcess.NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        admin.resource(new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName("operator")
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "cluster-admin")
                        .addNewSubject("rbac.authorization.k8s.io", "User", OperatorProcess.USER, null)
                        .build())
                .create();
        crowd.create(admin);
    }

    private void secret() throws IOException {
        Secret secret = admin.secrets()
                .inNamespace(crowd.namespace())
                .withName(Crowd.GATEWAY + "-runtime")
                .get();
        Map<String, byte[]> data = new HashMap<>();
        secret.getData()
                .forEach((key, value) -> data.put(key, Base64.getDecoder().decode(value)));
        int unpacked = SnapshotCodec.write(RuntimeSecret.read(data).config().snapshot()).length;
        row(
                "runtime Secret",
                "%,d bytes; the snapshot in it unpacked %,d".formatted(RuntimeSecret.size(data), unpacked),
                "< %,d bytes".formatted(RuntimeSecret.MAX_BYTES));
    }

    private void edits(OperatorProcess operator, Kubelet kubelet, Programmed programmed, int edits) throws Exception {
        List<Long> enforced = new ArrayList<>();
        List<Long> told = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        List<Replica> replicas = kubelet.replicas();
        for (int edit = 0; edit < edits; edit++) {
            // Edits of several policies, far from each other.
            int number = (edit * 7_919) % crowd.policies();
            int mark = writes.mark();
            String before = replicas.getFirst().revision();
            long begin = System.nanoTime();
            long generation = admin.resources(McpPolicy.class)
                    .inNamespace(crowd.namespace())
                    .withName(Crowd.policyName(number))
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"cedar\":" + quoted(Crowd.cedar(number, edit + 2)) + "}}")
                    .getMetadata()
                    .getGeneration();
            await(
                    operator,
                    () -> replicas.stream()
                            .noneMatch(replica -> replica.revision().equals(before)),
                    () -> "an edit is not enforced");
            enforced.add((long) (seconds(begin) * 1e3));
            await(
                    operator,
                    () -> programmed.is("McpPolicy", Crowd.policyName(number), generation)
                            && programmed.count() == 1 + crowd.workloads() + crowd.policies(),
                    () -> "an edit is not told");
            told.add((long) (seconds(begin) * 1e3));
            settle(operator, mark, PAUSE);
            SortedMap<String, Integer> one = writes.since(mark);
            progress("edit " + (edit + 1) + ": " + enforced.getLast() + " ms, told " + told.getLast() + " ms; "
                    + said(one));
            counts.add(Writes.sum(one));
        }
        row(
                "one policy edited, both replicas enforce it: median, most of %d".formatted(edits),
                medianAndMost(enforced),
                "< 1,000 ms");
        row("until `Programmed` of the policy says so", medianAndMost(told), "< 1,000 ms");
        row(
                "writes per edit, most",
                counts.stream().mapToInt(Integer::intValue).max().orElse(0) + "",
                "");
    }

    /** Waits until nobody has written for so long; gives the mark of then. */
    private int settle(OperatorProcess operator, int since, Duration quiet) throws Exception {
        int[] mark = {since};
        long[] last = {System.nanoTime()};
        await(
                operator,
                () -> {
                    pause(500);
                    int now = writes.mark();
                    if (!writes.since(mark[0]).isEmpty()) {
                        last[0] = System.nanoTime();
                    }
                    mark[0] = now;
                    return System.nanoTime() - last[0] > quiet.toNanos();
                },
                () -> "not at rest yet; written so far: " + said(writes.since(since)));
        return mark[0];
    }

    private static void awaitEnd(OperatorProcess operator, Duration rest) throws Exception {
        long end = System.nanoTime() + rest.toNanos();
        while (System.nanoTime() < end) {
            pause(500);
            requireAlive(operator);
        }
    }

    private static void await(OperatorProcess operator, BooleanSupplier condition, Supplier<String> what)
            throws Exception {
        long begin = System.nanoTime();
        long told = begin;
        while (!condition.getAsBoolean()) {
            requireAlive(operator);
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IllegalStateException("after " + PATIENCE + ": " + what.get());
            }
            if (System.nanoTime() - told > Duration.ofSeconds(10).toNanos()) {
                told = System.nanoTime();
                progress(what.get());
            }
            pause(LOOK_MILLIS);
        }
    }

    private static void requireAlive(OperatorProcess operator) {
        if (!operator.isAlive()) {
            throw new IllegalStateException("the operator has ended");
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String medianAndMost(List<Long> millis) {
        List<Long> sorted = millis.stream().sorted().toList();
        return "%d ms, %d ms".formatted(sorted.get(sorted.size() / 2), sorted.getLast());
    }

    private static String said(SortedMap<String, Integer> counts) {
        StringBuilder text = new StringBuilder().append(Writes.sum(counts));
        counts.forEach(
                (what, count) -> text.append("; ").append(count).append(" × ").append(what));
        return text.toString();
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    /** What this process has started, the operator aside: the API server and its etcd. */
    private static List<ProcessHandle> programs(@Nullable OperatorProcess operator) {
        return ProcessHandle.current()
                .descendants()
                .filter(program -> operator == null || program.pid() != operator.pid())
                .toList();
    }

    /** User and system time so far, in milliseconds. */
    private static long cpu(List<ProcessHandle> programs) {
        return programs.stream()
                .map(program -> program.info().totalCpuDuration().orElse(Duration.ZERO))
                .mapToLong(Duration::toMillis)
                .sum();
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static void row(String what, String measured, String bar) {
        System.out.println("| " + what + " | " + measured + " | " + bar + " |");
    }

    private static void progress(String what) {
        System.err.println(what);
    }
}
