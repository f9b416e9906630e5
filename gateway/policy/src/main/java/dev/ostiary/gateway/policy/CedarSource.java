package dev.ostiary.gateway.policy;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.CedarJson;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.model.policy.PolicySet;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

/**
 * Reads Cedar text. Parsing is Cedar's own; this class finds the place of every mistake, which cedar-java's parse
 * methods leave out of their exceptions, and cuts the text into policies that each know their line.
 *
 * <p>Pure and thread-safe; blocks for the time of a JNI call per policy (some tens of microseconds). The size of the
 * text is for the caller to bound; nesting is bounded here.
 */
public final class CedarSource {

    private CedarSource() {}

    /**
     * Parses a text of any number of static policies. Templates (slots such as {@code ?principal}) are a problem: nothing
     * would ever link them.
     *
     * @param text Cedar policies, each ended by a semicolon, with {@code //} comments
     * @return all policies in the order of the text, or all problems; an empty text has no policies and no problems
     */
    public static Parsed parse(String text) {
        if (!CedarValues.isUnicode(text)) {
            return new Parsed.Broken(
                    List.of(new Problem(1, 1, "the text is not valid Unicode: it has half a surrogate pair")));
        }
        try {
            return DeepStack.call(() -> parseHere(text));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("Cedar's parser failed", e);
        }
    }

    private static Parsed parseHere(String text) {
        List<ParsedPolicy> policies = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        List<Statements.Statement> statements = Statements.of(text);
        for (int i = 0; i < statements.size(); i++) {
            Statements.Statement s = statements.get(i);
            Place place = Place.in(text, s.start());
            if (s.refusal() != null) {
                problems.add(place.problem(s.refusal()));
                continue;
            }
            try {
                Statement statement = statement(s.text());
                policies.add(new ParsedPolicy(i, place.line(), place.column(), statement));
                if (!survivesPrinting(statement)) {
                    problems.add(place.problem("the policy is valid but too involved to be enforced; simplify it"));
                }
            } catch (EstReader.TooDeep e) {
                problems.add(place.problem(String.valueOf(e.getMessage())));
            } catch (InternalException e) {
                problems.addAll(diagnose(text, s, place, e));
            }
        }
        return problems.isEmpty() ? new Parsed.Policies(policies) : new Parsed.Broken(problems);
    }

    /** What is enforced is the printed text, so it must be the very policy that was written. */
    private static boolean survivesPrinting(Statement statement) {
        try {
            List<Statements.Statement> printed = Statements.of(CedarText.of(statement));
            return printed.size() == 1
                    && printed.getFirst().refusal() == null
                    && statement(printed.getFirst().text()).equals(statement);
        } catch (InternalException | EstReader.TooDeep e) {
            return false;
        }
    }

    /** Parses one policy that is known to be one, on the calling thread. */
    private static Statement statement(String text) throws InternalException, EstReader.TooDeep {
        return EstReader.read(new Policy(text, "policy").toJson());
    }

    /** Parses one policy of a compiled snapshot; call it through {@link DeepStack}. */
    static Statement compiled(String text) throws UnusablePoliciesException {
        List<Statements.Statement> statements = Statements.of(text);
        if (statements.size() != 1 || statements.getFirst().refusal() != null || !CedarValues.isUnicode(text)) {
            throw new UnusablePoliciesException("not exactly one policy within the limits");
        }
        try {
            return statement(text);
        } catch (InternalException | EstReader.TooDeep e) {
            throw new UnusablePoliciesException("does not parse");
        }
    }

    private static List<Problem> diagnose(
            String text, Statements.Statement s, Place fallback, InternalException thrown) {
        List<Problem> found = new ArrayList<>();
        try {
            var nobody = EntityModel.NOBODY;
            var response = new BasicAuthorizationEngine()
                    .isAuthorized(
                            new AuthorizationRequest(nobody, nobody, nobody, new HashMap<>()),
                            new PolicySet(Set.of(new Policy(s.text(), "policy"))),
                            Set.of());
            // As a tree, because the model's lists are Guava's, which is no dependency of ours.
            for (JsonNode error : CedarJson.objectMapper().valueToTree(response).path("errors")) {
                found.add(problem(text, s, error));
                error.path("related").forEach(r -> found.add(problem(text, s, r)));
            }
        } catch (AuthException e) {
            // The first exception says enough.
        }
        if (found.isEmpty()) {
            String message = String.valueOf(thrown.getMessage());
            found.add(fallback.problem(
                    message.replaceFirst("^.*Internal JNI Error: ", "").strip()));
        }
        return found;
    }

    private static Problem problem(String text, Statements.Statement s, JsonNode error) {
        StringBuilder message = new StringBuilder(error.path("message")
                .asText()
                .replaceFirst("^failed to parse policy with id `policy` from string: ", ""));
        JsonNode location = error.path("sourceLocations").path(0);
        // Cedar counts bytes of UTF-8.
        byte[] bytes = s.text().getBytes(StandardCharsets.UTF_8);
        int end = Math.clamp(location.path("start").asInt(), 0, bytes.length);
        int offset = new String(bytes, 0, end, StandardCharsets.UTF_8).length();
        for (JsonNode more : List.of(location.path("label"), error.path("help"))) {
            if (more.isTextual()) {
                message.append("; ").append(more.asText());
            }
        }
        return Place.in(text, s.start() + offset).problem(message.toString());
    }

    /** A place in a text, both numbers from 1. */
    private record Place(int line, int column) {
        static Place in(String text, int offset) {
            int line = 1;
            int lineStart = 0;
            for (int i = 0; i < offset; i++) {
                char c = text.charAt(i);
                if (c == '\n' || (c == '\r' && (i + 1 >= text.length() || text.charAt(i + 1) != '\n'))) {
                    line++;
                    lineStart = i + 1;
                }
            }
            return new Place(line, text.codePointCount(lineStart, Math.max(offset, lineStart)) + 1);
        }

        Problem problem(String message) {
            return new Problem(line, column, message);
        }
    }
}
