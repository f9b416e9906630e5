package dev.ostiary.entra.graph;

/** A token of the caller's for Graph. Shown by no method but {@link #value}. */
public final class AccessToken {

    /** The variable that may hold a token; programs that are started do not get it. */
    public static final String VARIABLE = "OSTIARY_GRAPH_TOKEN";

    private static final int MAX = 64 * 1024;

    private final String value;

    private AccessToken(String value) {
        this.value = value;
    }

    /**
     * Takes a token as it was given.
     *
     * @param from where it came from, for the message
     * @throws LoginException when it is none
     */
    public static AccessToken of(String text, String from) throws LoginException {
        String value = text.strip();
        if (value.isEmpty() || value.length() > MAX || value.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new LoginException(from + " holds no access token: one line of printable characters is expected");
        }
        return new AccessToken(value);
    }

    /** For the Authorization header. */
    String value() {
        return value;
    }

    @Override
    public String toString() {
        return "AccessToken[...]";
    }
}
