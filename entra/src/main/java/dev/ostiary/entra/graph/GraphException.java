package dev.ostiary.entra.graph;

/** Graph did not do what was asked. The message holds no secret. */
public final class GraphException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    GraphException(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** The HTTP status; 0 when there was no answer. */
    public int status() {
        return status;
    }

    /** Graph's own, such as {@code Authorization_RequestDenied}; empty when it gave none. */
    public String code() {
        return code;
    }

    /** Whether the caller lacks a permission. */
    public boolean isForbidden() {
        return status == 403;
    }

    /** Whether an object of the alternate key is there already; seen as 400 and, by other accounts, as 409. */
    public boolean isTaken(String property) {
        return (status == 400 || status == 409) && String.valueOf(getMessage()).contains("property " + property);
    }

    /** Whether it may be there soon: Graph's replicas learn of new objects one after another. */
    boolean mayBeReplication() {
        return status == 404
                || (status == 400
                        && String.valueOf(getMessage())
                                .toLowerCase(java.util.Locale.ROOT)
                                .contains("does not reference"));
    }
}
