package dev.ostiary.gateway.policy;

import java.util.List;

/** What {@link CedarSource#parse} made of a text: either every policy in it, or every problem; never a part. */
public sealed interface Parsed {

    /**
     * The text parses.
     *
     * @param policies in the order of the text; empty for a text without any policy
     */
    record Policies(List<ParsedPolicy> policies) implements Parsed {
        public Policies {
            policies = List.copyOf(policies);
        }
    }

    /**
     * The text does not parse; one problem per broken policy at least.
     *
     * @param problems never empty, in the order of the text
     */
    record Broken(List<Problem> problems) implements Parsed {
        public Broken {
            problems = List.copyOf(problems);
        }
    }
}
