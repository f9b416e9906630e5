package dev.ostiary.operator.status;

import dev.ostiary.crds.McpGatewayReplicaSpec;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.ResourceRef;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether replicas enforce a generation of a resource, by their own word. */
final class ProgrammedVerdicts {

    private static final int MAX_NAMED = 3;

    private static final int MAX_PROBLEM = 512;

    private ProgrammedVerdicts() {}

    /**
     * Whether everything that was compiled is enforced: the newest compilation is what was published, this generation of
     * the resource is in it, and every counted replica has confirmed exactly that.
     *
     * @param compiled null when the compilation knows no such gateway
     */
    static boolean confirmed(
            ResourceRef resource, long generation, @Nullable CompiledGateway compiled, Enforcement enforcement) {
        return isPublished(resource, generation, compiled, enforcement) && enforcement.confirmed();
    }

    /** {@code Programmed} of a gateway. */
    static Verdict ofGateway(
            ResourceRef gateway, long generation, @Nullable CompiledGateway compiled, Enforcement enforcement) {
        Published published = enforcement.published();
        Refusal refusal = enforcement.refusal();
        if (refusal != null) {
            return Verdict.no(refusal.reason(), refusal.message() + lastGood(enforcement));
        }
        if (published == null || !isPublished(gateway, generation, compiled, enforcement)) {
            return Verdict.no(Reasons.PENDING, "the newest configuration is about to be published.");
        }
        if (enforcement.counted().isEmpty()) {
            return Verdict.no(Reasons.NO_READY_REPLICAS, "no replica is ready, so nothing is served.");
        }
        if (enforcement.confirmed()) {
            return Verdict.yes(
                    Reasons.PROGRAMMED,
                    "enforced by " + enforcedBy(enforcement) + " replicas, revision "
                            + shortRevision(published.revision()) + ".");
        }
        return behind(enforcement);
    }

    /**
     * {@code Programmed} of something attached to a gateway.
     *
     * @param kept whether an earlier configuration with this same generation was enforced by all replicas. The ones since
     *     then hold it as well, so that it stays enforced while replicas come to a newer one
     */
    static Verdict ofAttached(
            ResourceRef resource,
            long generation,
            @Nullable CompiledGateway compiled,
            Enforcement enforcement,
            boolean kept) {
        Refusal refusal = enforcement.refusal();
        if (enforcement.counted().isEmpty()) {
            return refusal != null && enforcement.published() == null
                    ? Verdict.no(refusal.reason(), refusal.message())
                    : Verdict.no(
                            Reasons.NO_READY_REPLICAS,
                            "no replica of " + gateway(compiled) + " is ready, so nothing is served.");
        }
        if (kept || confirmed(resource, generation, compiled, enforcement)) {
            return Verdict.yes(Reasons.PROGRAMMED, "");
        }
        if (refusal != null) {
            return Verdict.no(refusal.reason(), gateway(compiled) + ": " + refusal.message());
        }
        if (!isPublished(resource, generation, compiled, enforcement)) {
            return Verdict.no(Reasons.PENDING, "generation " + generation + " is about to be published.");
        }
        return behind(enforcement).as(gateway(compiled));
    }

    /** How many of the counted replicas enforce what was published. */
    static String enforcedBy(Enforcement enforcement) {
        int counted = enforcement.counted().size();
        return (counted - enforcement.behind().size()) + "/" + counted;
    }

    /** The first twelve characters, as the gateway's status shows them. */
    static String shortRevision(String revision) {
        return revision.substring(0, Math.min(12, revision.length()));
    }

    private static boolean isPublished(
            ResourceRef resource, long generation, @Nullable CompiledGateway compiled, Enforcement enforcement) {
        Published published = enforcement.published();
        Long there = enforcement.published(resource);
        return published != null
                && compiled != null
                && published.compiledRevision().equals(compiled.revision())
                && there != null
                && there == generation
                && enforcement.refusal() == null;
    }

    private static Verdict behind(Enforcement enforcement) {
        int behind = enforcement.behind().size();
        if (!enforcement.stuck()) {
            String problems = problems(enforcement.behind());
            return Verdict.no(
                    Reasons.PENDING,
                    "waiting for " + behind + " of " + enforcement.counted().size() + " replicas"
                            + (problems.isEmpty() ? "." : ": " + problems));
        }
        List<String> stuck = new ArrayList<>();
        for (ObservedReplica replica : enforcement.behind()) {
            stuck.add("pod " + replica.pod() + " " + said(replica, enforcement.published()));
        }
        return Verdict.no(
                Reasons.REPLICA_STUCK,
                "not all replicas enforce what was published more than " + Enforcement.STUCK_AFTER.toSeconds()
                        + " seconds ago: " + few(stuck) + ".");
    }

    private static String problems(List<ObservedReplica> behind) {
        List<String> problems = new ArrayList<>();
        for (ObservedReplica replica : behind) {
            McpGatewayReplicaSpec report = replica.ownReport();
            if (report != null && report.problem() != null) {
                problems.add("pod " + replica.pod() + " " + problem(report.problem()));
            }
        }
        return problems.isEmpty() ? "" : few(problems) + ".";
    }

    private static String said(ObservedReplica replica, @Nullable Published published) {
        McpGatewayReplicaSpec report = replica.ownReport();
        if (report == null) {
            return "has not reported anything";
        }
        if (report.problem() != null) {
            return problem(report.problem());
        }
        String revision = report.revision();
        if (revision == null) {
            return "enforces nothing yet";
        }
        return published != null && revision.equals(published.revision())
                ? "enforces this revision with other keys or credentials"
                : "enforces revision " + shortRevision(revision);
    }

    private static String problem(String problem) {
        String said = Text.cut(problem.strip(), MAX_PROBLEM);
        return "says: " + (said.endsWith(".") ? said.substring(0, said.length() - 1) : said);
    }

    private static String few(List<String> texts) {
        String named = texts.stream().limit(MAX_NAMED).collect(Collectors.joining("; "));
        return texts.size() > MAX_NAMED ? named + "; and " + (texts.size() - MAX_NAMED) + " more" : named;
    }

    private static String lastGood(Enforcement enforcement) {
        Published published = enforcement.published();
        return published == null
                ? ""
                : " Revision " + shortRevision(published.revision()) + " stays in force on " + enforcedBy(enforcement)
                        + " replicas.";
    }

    private static String gateway(@Nullable CompiledGateway compiled) {
        return compiled == null ? "the gateway" : ResourceRef.GATEWAY + " " + compiled.name();
    }
}
