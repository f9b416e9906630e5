package dev.ostiary.entra.emulator.graph;

import org.jspecify.annotations.Nullable;

/** A request that ends in a Graph error. */
final class GraphException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient @Nullable Detail detail;

    GraphException(int status, String code, String message) {
        this(status, code, message, null);
    }

    GraphException(int status, String code, String message, @Nullable Detail detail) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.detail = detail;
    }

    /** An entry of {@code error.details}. */
    record Detail(String code, String target) {}

    @Nullable
    Detail detail() {
        return detail;
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

    /** 409 of an object that is there already. */
    static GraphException conflict(String message) {
        return new GraphException(409, "Request_MultipleObjectsWithSameKeyValue", message);
    }

    /** [O] microsoft-graph-docs #9426. */
    static GraphException invalidValue(String property, String resource) {
        return badRequest("Invalid value specified for property '" + property + "' of resource '" + resource + "'.");
    }

    /** OData's own text; [U] which code Graph puts to it. */
    static GraphException unknownProperty(String property, String type) {
        return new GraphException(
                400,
                "BadRequest",
                "The property '" + property + "' does not exist on type 'microsoft.graph." + type
                        + "'. Make sure to only use property names that are defined by the type.");
    }

    /** [U] text. */
    static GraphException readOnly(String property) {
        return badRequest("Property '" + property + "' is read-only and cannot be set.");
    }

    /** [U] text. */
    static GraphException missing(String property, String resource) {
        return badRequest("A value is required for property '" + property + "' of resource '" + resource + "'.");
    }
}
