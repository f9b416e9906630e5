package dev.ostiary.entra.emulator.graph;

/** A request that ends in a Graph error. */
final class GraphException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    GraphException(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    static GraphException badRequest(String message) {
        return new GraphException(400, "Request_BadRequest", message);
    }

    static GraphException denied() {
        return new GraphException(
                403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    }

    static GraphException notFound(String id) {
        return new GraphException(
                404,
                "Request_ResourceNotFound",
                "Resource '" + id
                        + "' does not exist or one of its queried reference-property objects are not present.");
    }

    static GraphException unsupportedQuery() {
        return new GraphException(
                400,
                "Request_UnsupportedQuery",
                "This query needs the header 'ConsistencyLevel: eventual' and $count=true.");
    }
}
