package dev.ostiary.gateway.policy;

import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One policy of a text, as Cedar's parser understood it. Immutable and thread-safe; every operation is pure, and only
 * {@link CedarSource} makes instances.
 */
public final class ParsedPolicy {

    private final int index;
    private final int line;
    private final int column;
    private final Statement statement;

    ParsedPolicy(int index, int line, int column, Statement statement) {
        this.index = index;
        this.line = line;
        this.column = column;
        this.statement = statement;
    }

    Statement statement() {
        return statement;
    }

    /** Position in the text, from 0; the number in a policy entry's id. */
    public int index() {
        return index;
    }

    /** 1-based line of the policy's first token, annotations included. */
    public int line() {
        return line;
    }

    /** 1-based column of the policy's first token, in code points. */
    public int column() {
        return column;
    }

    /** Whether this is a permit; else it is a forbid. */
    public boolean permits() {
        return statement.permit();
    }

    /** Annotations by name, such as {@code id} for {@code @id("…")}; an annotation without a value has the empty one. */
    public Map<String, String> annotations() {
        return statement.annotations();
    }

    /**
     * The result of {@link #rewriteGroups}.
     *
     * @param policy with object ids instead of aliases
     * @param unknown names in {@code Group::"…"} that are neither an alias nor an object id; not rewritten
     */
    public record Rewritten(ParsedPolicy policy, NavigableSet<String> unknown) {}

    /**
     * Replaces this policy's own group aliases by object ids, in {@code Group::"…"}, {@code THVGroup::"…"} and the
     * literals asked of {@code claim_groups} (of the principal or the context); object ids become lower case. In the last
     * two, other names stay, and {@link #lints} speaks of them. Strings elsewhere, annotations and other entities are
     * never touched.
     *
     * @param aliases alias → Entra group object id
     */
    public Rewritten rewriteGroups(Map<String, String> aliases) {
        NavigableSet<String> unknown = new TreeSet<>();
        Statement rewritten = GroupNames.rewrite(statement, aliases, unknown);
        return new Rewritten(new ParsedPolicy(index, line, column, rewritten), unknown);
    }

    /** Every object id that the policy names as a group, sorted, lower case after {@link #rewriteGroups}. */
    public NavigableSet<String> groupIds() {
        return GroupNames.objectIds(statement);
    }

    /**
     * Whether groups matter in a way that names none ({@code claim_groups.contains(resource.x)}, {@code principal in
     * resource.owner}, {@code context == …}), so that a caller's groups must all be known.
     */
    public boolean usesGroupsDynamically() {
        return Reads.groupsDynamically(statement);
    }

    /** Whether group memberships can change what this policy decides, whether it names groups by object id, by alias or not at all. */
    public boolean readsGroups() {
        return GroupNames.isNamed(statement) || Reads.groupsDynamically(statement);
    }

    /** Every value that the policy names as an app role, in {@code Role::"…"} or asked of {@code claim_roles}, sorted. */
    public NavigableSet<String> roleValues() {
        return GroupNames.roles(statement);
    }

    /** Whether a condition depends on a call's arguments: {@code arg_*}, {@code context.input}, or the whole context. */
    public boolean readsArguments() {
        return Reads.arguments(statement);
    }

    /**
     * The form of this policy that decides what lists show: without every conjunct that reads arguments; the policy
     * itself when none does; empty for a forbid that reads arguments. It may permit more than this policy, never less:
     * if this policy permits a request, the form permits the same request without arguments.
     */
    public Optional<ParsedPolicy> forListing() {
        return ListForm.without(Reads::arguments, statement).map(s -> new ParsedPolicy(index, line, column, s));
    }

    /** Whether the policy can apply at all. */
    public Applicability applicability(Numbers numbers) {
        return Applicability.of(statement, numbers);
    }

    /** What in this policy cannot mean what it says; call it on the rewritten policy, since aliases are fine by then. */
    public List<Lint> lints(Numbers numbers) {
        return Lints.of(this, numbers);
    }

    /**
     * Cedar text of exactly this policy, on one line, without comments: the same for every layout of the same policy, and
     * checked to parse back to it.
     */
    public String text() {
        return CedarText.of(statement);
    }

    @Override
    public String toString() {
        return text();
    }
}
